// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "compiler/lower/lowering.h"
#include "compiler/plan/evaluate.h"

namespace mlp::lower {

using check::TypedStatementKind;
using plan::StatementKind;

namespace {

void sort_unique(std::vector<StatementId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

StatementId Lowering::add(StatementKind kind, const std::string& name, plan::TypeId type,
                          source::Span span) {
  plan::Statement made;
  made.id = StatementId(static_cast<std::uint32_t>(plan_.statements.size() + 1));
  made.kind = kind;
  made.block = around_.block;
  made.name = name;
  made.type = type;
  made.place = context_.program.place(span);
  const bool is_given = kind == StatementKind::kParameter || kind == StatementKind::kItem;
  if (!is_given) {
    made.gates = around_.gates;
    made.after = around_.awaited;
  }
  const StatementId id = made.id;
  plan_.blocks[around_.block.value - 1].statements.push_back(id);
  plan_.statements.push_back(std::move(made));
  return id;
}

void Lowering::finish(StatementId id) {
  plan::Statement& made = at(id);
  std::vector<StatementId> read = made.after;
  const auto note = [&](const Expression& value) {
    const std::vector<StatementId> found = plan::statements_read(value);
    read.insert(read.end(), found.begin(), found.end());
  };
  if (made.expression) note(*made.expression);
  if (made.limit) note(*made.limit);
  if (made.message) note(*made.message);
  for (const Expression& argument : made.arguments) note(argument);
  for (const plan::ForSource& source : made.sources) note(source.list);
  sort_unique(read);
  sort_unique(made.after);
  sort_unique(made.gates);
  made.dependencies = std::move(read);
}

StatementId Lowering::add_let(const std::string& name, Expression value, source::Span span) {
  const StatementId id = add(StatementKind::kLet, name, value.type, span);
  at(id).reads_object = reads_artifact(value, context_.program.types.table());
  at(id).expression = std::move(value);
  finish(id);
  return id;
}

Expression Lowering::reference(StatementId id) const {
  const plan::Statement& statement = plan_.statement(id);
  Expression made;
  made.kind = plan::ExpressionKind::kStatement;
  made.statement = id;
  made.type = statement.type;
  made.place = statement.place;
  return made;
}

std::optional<Expression> Lowering::lower_statements(const TypedBlock& block) {
  std::optional<Expression> value;
  for (const TypedStatement& statement : block.statements) {
    const std::vector<StatementId> awaited = around_.awaited;
    for (const check::BindingId binding : statement.after) {
      around_.awaited.push_back(bindings_.at(binding).statement);
    }
    const bool is_value = block.has_value && &statement == &block.statements.back();
    if (statement.kind == TypedStatementKind::kCheck) {
      lower_check(statement);
    } else {
      Expression made = lower_statement(statement);
      if (is_value) value = std::move(made);
    }
    around_.awaited = awaited;
  }
  return value;
}

Expression Lowering::lower_statement(const TypedStatement& statement) {
  if (statement.kind != TypedStatementKind::kBind) {
    return settled(lower(statement.value), statement.value.span);
  }
  const std::size_t before = plan_.statements.size();
  Expression value = lower(statement.value, statement.name);
  // A call, a `for` or an `if` took the name itself; anything else is bound to it now.
  const bool took_name = value.kind == plan::ExpressionKind::kStatement &&
                         value.statement.value > before &&
                         at(value.statement).name == statement.name;
  if (!took_name) {
    value = settled(std::move(value), statement.value.span);
    value = reference(add_let(statement.name, std::move(value), statement.span));
  }
  bindings_[statement.binding] = value;
  return value;
}

void Lowering::lower_check(const TypedStatement& statement) {
  Expression condition = settled(lower(statement.value), statement.value.span);
  std::optional<Expression> message;
  if (statement.message) message = settled(lower(*statement.message), statement.message->span);
  const StatementId id = add(StatementKind::kCheck, "", {}, statement.span);
  at(id).expression = std::move(condition);
  at(id).message = std::move(message);
  finish(id);
  around_.gates.push_back(id);
}

void Lowering::lower_body(plan::BlockId body, const TypedBlock& block) {
  const Surroundings outer = around_;
  around_.block = body;
  std::optional<Expression> value = lower_statements(block);
  plan_.blocks[body.value - 1].result = std::move(value);
  around_ = outer;
}

}  // namespace mlp::lower
