// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: values as JSON that carries their kind, so that they read back without
// their type: null, {"int": 3}, {"duration": "5min"}, {"list": […]}, {"record": {…}}.
#pragma once

#include "base/json.h"
#include "compiler/plan/value.h"

namespace mlp::plan {

Json to_tagged_json(const Value& value);
/// kInvalid with what was expected.
Result<Value> from_tagged_json(const Json& json);

}  // namespace mlp::plan
