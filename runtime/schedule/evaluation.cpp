// SPDX-License-Identifier: Apache-2.0
//
// Evaluates the expressions of statements and the properties of tasks.
#include "runtime/schedule/evaluation.h"

#include <algorithm>

namespace mlp::schedule {
namespace {

std::string with_place(const plan::Plan& plan, const plan::Evaluated& evaluated) {
  return to_text(plan, evaluated.place) + ": " + evaluated.error;
}

}  // namespace

Evaluation evaluate_all(const plan::Plan& plan,
                        const std::vector<const plan::Expression*>& expressions,
                        const ValueOf& value_of, const plan::FileAccess* files,
                        std::uint64_t fuel) {
  plan::EvaluationContext context;
  context.types = &plan.types;
  context.value_of = value_of;
  context.files = files;
  context.fuel = fuel;
  Evaluation result;
  result.values.reserve(expressions.size());
  for (const plan::Expression* expression : expressions) {
    plan::Evaluated evaluated = plan::evaluate(*expression, context);
    if (evaluated.is_value()) {
      result.values.push_back(std::move(evaluated.value));
      continue;
    }
    result.is_out_of_fuel = context.fuel == 0;
    result.unknown_until = evaluated.unknown_until;
    if (evaluated.kind == plan::Evaluated::Kind::kError) result.error = with_place(plan, evaluated);
    return result;
  }
  return result;
}

Evaluation evaluate(const EvaluationRequest& request, const plan::FileAccess& files) {
  auto value_of = [&request](StatementId id) -> const plan::Value* {
    auto found =
        std::lower_bound(request.values.begin(), request.values.end(), id,
                         [](const auto& entry, StatementId at) { return entry.first < at; });
    bool is_there = found != request.values.end() && found->first == id;
    return is_there ? &found->second : nullptr;
  };
  return evaluate_all(*request.plan, request.expressions, value_of, &files, kHelperFuel);
}

ValueOf values_of(Frame& frame) {
  return [&frame](StatementId id) -> const plan::Value* {
    const Slot& slot = slot_of(frame, id);
    return slot.outcome == OutcomeKind::kValue ? &slot.value : nullptr;
  };
}

EvaluationRequest make_request(Frame& frame, std::vector<const plan::Expression*> expressions) {
  EvaluationRequest request;
  request.plan = frame.run->layout().shared_plan();
  for (const plan::Expression* expression : expressions) {
    for (StatementId id : plan::statements_read(*expression)) {
      const Slot& slot = slot_of(frame, id);
      if (slot.outcome == OutcomeKind::kValue) request.values.emplace_back(id, slot.value);
    }
  }
  auto by_id = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::stable_sort(request.values.begin(), request.values.end(), by_id);
  request.expressions = std::move(expressions);
  return request;
}

Result<plan::Value> evaluate_property(const TaskEntry& entry, const plan::Expression& expression,
                                      std::uint32_t attempt) {
  const plan::Plan& plan = entry.frame->run->plan();
  plan::EvaluationContext context;
  context.types = &plan.types;
  context.inputs = &entry.inputs;
  context.attempt = attempt;
  context.last = &entry.last;
  context.fuel = kTurnFuel;
  plan::Evaluated evaluated = plan::evaluate(expression, context);
  if (evaluated.is_value()) return std::move(evaluated.value);
  return Error{ErrorCode::kInvalid, with_place(plan, evaluated)};
}

}  // namespace mlp::schedule
