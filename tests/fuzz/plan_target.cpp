// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a plan, in JSON or in its byte form: an error, or a plan that holds together, comes
// back as it was written and can be given arguments.
#include "compiler/plan/arguments.h"
#include "compiler/plan/plan_json.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

Result<plan::Plan> read_plan(std::string_view input) {
  if (take_choice(input, 2) == 1) return plan::decode_plan(input);
  MLP_ASSIGN(const Json json, parse_json(input));
  return plan::plan_from_json(json);
}

}  // namespace

void take(std::string_view input) {
  const auto plan = read_plan(input);
  if (!plan) return;
  const std::string bytes = plan::encode(*plan);
  const auto from_bytes = plan::decode_plan(bytes);
  MLP_CHECK(from_bytes && plan::encode(*from_bytes) == bytes);
  const auto from_json = plan::plan_from_json(plan::to_json(*plan));
  MLP_CHECK(from_json && plan::encode(*from_json) == bytes);
  static_cast<void>(plan::bind_arguments(*plan, {{"n", Json(3)}, {"source", Json("a.csv")}}, {}));
}

}  // namespace mlp::fuzz
