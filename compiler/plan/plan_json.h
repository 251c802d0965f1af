// SPDX-License-Identifier: Apache-2.0
//
// A plan as JSON, out and in, and its digest. The JSON is one stable form (docs/plan-json.md);
// reading checks every index, so a hostile document ends in an error, never in a crash.
#pragma once

#include "base/digest.h"
#include "base/json.h"
#include "compiler/plan/plan.h"

namespace mlp::plan {

Json to_json(const Plan& plan);
Result<Plan> plan_from_json(const Json& json);

/// Digest over the plan's own byte encoding: equal plans, equal digests, on every machine.
Digest digest_of(const Plan& plan);

/// The byte encoding itself (version first): what is stored as the object of the plan. decode_plan
/// reads it back; kCorrupt or kUnsupported otherwise.
std::string encode(const Plan& plan);
Result<Plan> decode_plan(std::string_view bytes);

}  // namespace mlp::plan
