// SPDX-License-Identifier: Apache-2.0
//
// Two files that differ in what the pipeline does not use give the same plan.
#include "compiler/lower/lowering.h"

namespace mlp::lower {
namespace {

class Compactor {
 public:
  explicit Compactor(plan::Plan& plan) : plan_(plan), old_(std::move(plan.types)) {}

  void run() {
    plan_.types = plan::TypeTable();
    for (plan::TaskDefinition& definition : plan_.definitions) take(definition);
    for (plan::Statement& statement : plan_.statements) take(statement);
    for (plan::Block& block : plan_.blocks) take(block.result);
    take(plan_.result_type);
  }

 private:
  void take(plan::TypeId& id) {
    if (!id) return;
    const auto known = moved_.find(id);
    if (known != moved_.end()) {
      id = known->second;
      return;
    }
    plan::Type type = old_.get(id);
    for (plan::Field& field : type.fields) take(field.type);
    take(type.element);
    const plan::TypeId made = plan_.types.intern(std::move(type));
    moved_.emplace(id, made);
    id = made;
  }

  void take(Expression& value) {
    take(value.type);
    for (Expression& child : value.children) take(child);
  }

  void take(std::optional<Expression>& value) {
    if (value) take(*value);
  }

  void take(plan::Statement& statement) {
    take(statement.type);
    take(statement.expression);
    take(statement.limit);
    take(statement.message);
    for (Expression& argument : statement.arguments) take(argument);
    for (plan::ForSource& source : statement.sources) take(source.list);
  }

  void take(plan::TaskDefinition& definition) {
    for (plan::TaskInput& input : definition.inputs) take(input.type);
    for (plan::TaskOutput& output : definition.outputs) {
      take(output.type);
      take(output.place);
    }
    for (plan::RunPart& part : definition.body.run) take(part.value);
    for (Expression& item : definition.body.exec) take(item);
    for (plan::Variable& variable : definition.vars) take(variable.value);
    for (plan::RetryRule& rule : definition.retry) {
      take(rule.backoff_from);
      take(rule.backoff_to);
    }
    take(definition.cpus);
    take(definition.timeout);
    take(definition.result_type);
  }

  plan::Plan& plan_;
  plan::TypeTable old_;
  std::map<plan::TypeId, plan::TypeId> moved_;
};

}  // namespace

void compact_types(plan::Plan& plan) {
  Compactor(plan).run();
}

}  // namespace mlp::lower
