// SPDX-License-Identifier: Apache-2.0
//
// The key of a task run: one description of everything its outputs depend on, with two readers, the
// digest (here) and the explanation (explain.h).
//
// Not in it, and so free to change without running anything again: names of tasks, bindings,
// pipelines, records and enums, places in the source, comments, resources, retry rules, machine paths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "compiler/plan/plan.h"

namespace mlp::cache {

/// Stands in front of every base and key; a new one makes every task run again.
inline constexpr std::uint8_t kKeyScheme = 2;

/// A piece of a body: text as it is written, or an expression in its canonical bytes.
struct BodyPart {
  bool is_expression = false;
  std::string text;
  bool operator==(const BodyPart&) const = default;
};

struct KeyOutput {
  std::string name;
  std::string type;   // its shape (shape.h)
  std::string place;  // canonical: a default place, or an expression
  bool is_stdout = false;
  bool operator==(const KeyOutput&) const = default;
};

struct KeyVariable {
  std::string name;
  std::string value;  // canonical bytes of its expression
  bool operator==(const KeyVariable&) const = default;
};

/// The part of a key that is one for a task and a plan. Lists are sorted by name or path.
struct KeyBase {
  plan::BodyKind body_kind = plan::BodyKind::kRun;
  std::vector<BodyPart> body;
  std::vector<plan::SeenFile> files;  // path, executable, digest; the size is not in the key
  Digest environment;                 // fingerprint
  std::vector<KeyOutput> outputs;
  std::vector<KeyVariable> variables;
  std::vector<std::string> secrets;   // names
  bool has_network = true;
};

/// The other part: one input. `place` is where the body finds it.
struct KeyInput {
  std::string name;
  std::string place;
  plan::Value value;
};

KeyBase describe(const plan::Plan& plan, const plan::TaskDefinition& definition,
                 const Digest& environment);

/// Byte encoding, version first. It is stored as an object; its digest is the `base` of attempts.
std::string encode(const KeyBase& base);
/// kUnsupported for another scheme, kCorrupt for anything else encode() does not write.
Result<KeyBase> decode_base(std::string_view bytes);

/// Inputs that are in the key, sorted by name. `values`: one an input of the definition, in order.
std::vector<KeyInput> key_inputs(const plan::TaskDefinition& definition,
                                 const std::vector<plan::Value>& values);
/// What an attempt keeps, to be explained later.
std::string encode_inputs(const std::vector<KeyInput>& inputs);
Result<std::vector<KeyInput>> decode_inputs(std::string_view bytes);

/// The value of a constant in its canonical bytes, as text for people; nullopt for any other.
std::optional<std::string> constant_text(std::string_view canonical);

/// H(scheme, base, inputs). About 1 us for a few scalars.
Digest key_of(const Digest& base, const std::vector<KeyInput>& inputs);

}  // namespace mlp::cache
