// SPDX-License-Identifier: Apache-2.0
//
// The other reader of a key's description: which parts differ, and how to say so.
#pragma once

#include <string>
#include <vector>

#include "runtime/cache/cache_key.h"

namespace mlp::cache {

enum class Part : std::uint8_t {
  kBody, kFile, kEnvironment, kInput, kOutput, kVariable, kSecret, kNetwork,
};

/// "body", "file", "environment", "input", "output", "variable", "secret", "network".
std::string_view to_text(Part part);

struct Difference {
  Part part = Part::kBody;
  std::string name;      // path, or name of the input, output, variable or secret; else empty
  std::string before;    // short text for people; empty where there was none
  std::string after;
  std::string sentence;  // "src/fit.py changed", "input depth was 2, is 3"
};

/// A key taken apart.
struct Described {
  KeyBase base;
  std::vector<KeyInput> inputs;
};

/// Empty exactly when the keys are equal. Files first, then body, environment, inputs, the rest.
std::vector<Difference> explain(const Described& before, const Described& after);

}  // namespace mlp::cache
