// SPDX-License-Identifier: Apache-2.0
//
// Finds the Python interpreter that serves `python: "3.11"`. Knows nothing of environments.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/environment/helper_process.h"

namespace mlp::environment {

struct Python {
  std::string path;     // absolute, of the interpreter itself, not of a shim
  std::string version;  // "3.11.7"
};

/// `wanted`: "3.11", "3.11.7", or empty for any Python 3. Looks through every folder of PATH for
/// python<wanted>, python3 and python, and asks each for its version; what was found is kept for
/// the life of the process. kNotFound names the versions that were found instead. Thread-safe.
Result<Python> find_python(HelperGroup& group, const std::string& wanted);

/// The first program of this name on PATH; empty when there is none.
std::string find_on_path(const std::string& name);

}  // namespace mlp::environment
