// SPDX-License-Identifier: Apache-2.0
//
// `python "file.py:function"`: the small program that calls the function, and what it is told.
#pragma once

#include <string>
#include <string_view>

#include "runtime/execute/local/shown_value.h"

namespace mlp::execute {

/// The driver's text; it takes the path of a call's file.
std::string_view python_driver();

/// The call as JSON: file, function, inputs with their kinds, paths of file outputs, names and
/// paths of value outputs.
Result<std::string> make_python_call(const BodyScope& scope);

}  // namespace mlp::execute
