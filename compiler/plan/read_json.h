// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: JSON against a type, with what arguments and files of text allow beyond
// from_json().
#pragma once

#include <functional>

#include "compiler/plan/value_json.h"

namespace mlp::plan {

struct JsonReading {
  /// A scalar may stand as its text form ("5" for an int), as in --set and in CSV.
  bool text_for_scalars = false;
  /// Where not empty: a string in the place of an artifact is a path, and this reads it.
  std::function<Result<Value>(const Type& type, const std::string& path)> artifact;
  /// Where not empty: a string in the place of a list of artifacts is a path or a pattern.
  std::function<Result<Value>(const Type& element, const std::string& pattern)> artifacts;
};

Result<Value> read_json(const TypeTable& types, TypeId type, const Json& json,
                        const JsonReading& reading);

}  // namespace mlp::plan
