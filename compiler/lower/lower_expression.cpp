// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "compiler/lower/lowering.h"

namespace mlp::lower {

using check::TypedKind;
using plan::ExpressionKind;
using plan::Operator;
using plan::StatementKind;

namespace {

bool lifts(const TypedBlock& block);

/// The right operand of these is only looked at when needed, so it stays an expression.
bool is_lazy(const Typed& typed) {
  const Operator op = typed.expression.op;
  return typed.expression.kind == ExpressionKind::kBinary &&
         (op == Operator::kAnd || op == Operator::kOr || op == Operator::kCoalesce);
}

/// True where some part becomes a statement of its own.
bool lifts(const Typed& typed) {
  switch (typed.kind) {
    case TypedKind::kCall:
    case TypedKind::kLoop:
      return true;
    case TypedKind::kBinding:
      return false;
    case TypedKind::kChoice: {
      const check::Choice& choice = *typed.choice;
      return !typed.is_pure || lifts(choice.condition) || lifts(choice.then_block) ||
             (choice.else_block && lifts(*choice.else_block));
    }
    case TypedKind::kPlain:
      break;
  }
  if (typed.expression.kind == ExpressionKind::kLambda) return false;
  const std::size_t count = is_lazy(typed) ? 1 : typed.children.size();
  return std::any_of(typed.children.begin(),
                     typed.children.begin() + static_cast<std::ptrdiff_t>(count),
                     [](const Typed& child) { return lifts(child); });
}

bool lifts(const TypedBlock& block) {
  return std::any_of(block.statements.begin(), block.statements.end(),
                     [](const TypedStatement& statement) { return lifts(statement.value); });
}

/// Puts the arguments in place of the inputs that a default reads.
void put_inputs(Expression& value, const std::vector<Expression>& arguments) {
  if (value.kind == ExpressionKind::kInput) {
    const plan::TypeId type = value.type;
    value = arguments.at(value.number);
    value.type = type;
    return;
  }
  for (Expression& child : value.children) put_inputs(child, arguments);
}

}  // namespace

Expression Lowering::pure(const Typed& typed) {
  note_spans(typed);
  return check::pure_expression(typed, context_.program.types, bindings_);
}

Expression Lowering::lower(const Typed& typed, const std::string& name) {
  if (!lifts(typed)) return pure(typed);
  switch (typed.kind) {
    case TypedKind::kCall:
      return lower_call(typed, name);
    case TypedKind::kLoop:
      return lower_loop(typed, name);
    case TypedKind::kChoice:
      return lower_choice(typed, name);
    default:
      return lower_parts(typed);
  }
}

Expression Lowering::lower_parts(const Typed& typed) {
  note_spans(typed);
  Expression made = typed.expression;
  for (std::size_t i = 0; i < typed.children.size(); ++i) {
    const bool stays = i == 1 && is_lazy(typed);
    made.children.push_back(stays ? pure(typed.children[i]) : lower(typed.children[i]));
  }
  return made;
}

Expression Lowering::lower_call(const Typed& call, const std::string& name) {
  return call.pipeline != nullptr ? call_pipeline(call, name) : call_task(call, name);
}

Expression Lowering::shared(Expression value, source::Span span) {
  const bool is_cheap =
      value.kind == ExpressionKind::kStatement || value.kind == ExpressionKind::kLiteral;
  return is_cheap ? std::move(value) : reference(add_let("", std::move(value), span));
}

Expression Lowering::call_task(const Typed& call, const std::string& name) {
  const bool has_defaults = std::any_of(call.children.begin(), call.children.end(),
                                        [](const Typed& argument) { return argument.is_default; });
  std::vector<Expression> arguments;
  for (const Typed& argument : call.children) {
    Expression value = argument.is_default ? pure(argument) : lower(argument);
    if (argument.is_default) put_inputs(value, arguments);
    value = settled(std::move(value), argument.span);
    arguments.push_back(has_defaults ? shared(std::move(value), argument.span) : std::move(value));
  }
  const std::uint32_t definition = definition_of(*call.task);
  const StatementId id = add(StatementKind::kCall, name, call.type(), call.span);
  plan::Task task;
  task.id = plan::TaskId(static_cast<std::uint32_t>(plan_.tasks.size() + 1));
  task.name = unique_name(call.callee);
  task.definition = definition;
  task.statement = id;
  task.depth = plan_.block(around_.block).depth;
  at(id).task = task.id;
  at(id).arguments = std::move(arguments);
  at(id).is_optional = call.is_optional;
  plan_.tasks.push_back(std::move(task));
  finish(id);
  return reference(id);
}

StatementId Lowering::stream_of(const Expression& list) const {
  const Expression* at = &list;
  while (at->kind == ExpressionKind::kStatement) {
    const plan::Statement& statement = plan_.statement(at->statement);
    if (statement.kind == StatementKind::kFor) {
      return statement.tolerate == 0 ? statement.id : StatementId();
    }
    if (statement.kind != StatementKind::kLet || !statement.expression) return {};
    at = &*statement.expression;
  }
  return {};
}

Expression Lowering::lower_loop(const Typed& typed, const std::string& name) {
  const check::Loop& loop = *typed.loop;
  std::vector<plan::ForSource> sources;
  for (const check::LoopSource& source : loop.sources) {
    plan::ForSource made;
    made.list = settled(lower(source.list), source.list.span);
    made.stream = stream_of(made.list);
    sources.push_back(std::move(made));
  }
  std::optional<Expression> limit;
  if (loop.limit) limit = settled(lower(*loop.limit), loop.limit->span);
  const StatementId id = add(StatementKind::kFor, name, typed.type(), typed.span);
  at(id).sources = std::move(sources);
  at(id).limit = std::move(limit);
  at(id).tolerate = loop.tolerate;
  at(id).tolerate_is_percent = loop.tolerate_is_percent;
  finish(id);
  const plan::BlockId body = open_block(id, plan_.block(around_.block).depth + 1);
  at(id).body = body;
  const plan::BlockId outer = around_.block;
  around_.block = body;
  for (std::size_t i = 0; i < loop.sources.size(); ++i) {
    const check::LoopSource& source = loop.sources[i];
    const plan::TypeId type = plan_.types.get(source.list.type()).element;
    const StatementId item = add(StatementKind::kItem, source.name, type, source.span);
    at(id).sources[i].item = item;
    bindings_[source.item] = reference(item);
  }
  around_.block = outer;
  lower_body(body, loop.body);
  return reference(id);
}

Expression Lowering::lower_choice(const Typed& typed, const std::string& name) {
  const check::Choice& choice = *typed.choice;
  Expression condition = settled(lower(choice.condition), choice.condition.span);
  const StatementId id = add(StatementKind::kIf, name, typed.type(), typed.span);
  at(id).expression = std::move(condition);
  finish(id);
  const std::uint32_t depth = plan_.block(around_.block).depth;
  const plan::BlockId body = open_block(id, depth);
  at(id).body = body;
  lower_body(body, choice.then_block);
  if (choice.else_block) {
    const plan::BlockId otherwise = open_block(id, depth);
    at(id).otherwise = otherwise;
    lower_body(otherwise, *choice.else_block);
  }
  return reference(id);
}

}  // namespace mlp::lower
