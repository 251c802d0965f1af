// SPDX-License-Identifier: Apache-2.0
//
// Expressions of a statement, evaluated together: at once with little fuel, or by a helper with all
// of it. Pure.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/plan/evaluate.h"
#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

/// What the engine's thread spends on one statement; longer ones go to a helper. About 1 ms.
inline constexpr std::uint64_t kTurnFuel = 10'000;
/// What a helper spends before it gives up.
inline constexpr std::uint64_t kHelperFuel = 2'000'000'000;

/// Self-contained: may be evaluated on any thread.
struct EvaluationRequest {
  std::shared_ptr<const plan::Plan> plan;
  std::vector<const plan::Expression*> expressions;         // of the plan
  std::vector<std::pair<StatementId, plan::Value>> values;  // of the statements read, sorted
};

struct Evaluation {
  std::vector<plan::Value> values;  // one an expression
  std::string error;                // "iris.mlp:41:9: division by zero"; empty when all is well
  StatementId unknown_until;        // a statement without a value was read
  bool is_out_of_fuel = false;
};

using ValueOf = std::function<const plan::Value*(StatementId)>;

Evaluation evaluate_all(const plan::Plan& plan,
                        const std::vector<const plan::Expression*>& expressions,
                        const ValueOf& value_of, const plan::FileAccess* files, std::uint64_t fuel);

/// For helpers.
Evaluation evaluate(const EvaluationRequest& request, const plan::FileAccess& files);

/// Values of the frame's block and the outer ones; nullptr for those not settled with a value.
ValueOf values_of(Frame& frame);

/// The statements the expressions read, with their values.
EvaluationRequest make_request(Frame& frame, std::vector<const plan::Expression*> expressions);

/// A property of a task (`cpus`, `timeout`, a back-off): its value, or the mistake with its place.
Result<plan::Value> evaluate_property(const TaskEntry& entry, const plan::Expression& expression,
                                      std::uint32_t attempt);

}  // namespace mlp::schedule
