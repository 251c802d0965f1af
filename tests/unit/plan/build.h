// SPDX-License-Identifier: Apache-2.0
//
// Short ways to write values and expressions in tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/plan/evaluate.h"

namespace mlp::plan::build {

inline Expression literal(Value value) {
  Expression e;
  e.literal = std::move(value);
  return e;
}
inline Expression whole(std::int64_t value) { return literal(Value::of_int(value)); }
inline Expression number(double value) { return literal(Value::of_float(value)); }
inline Expression flag(bool value) { return literal(Value::of_bool(value)); }
inline Expression text(std::string value) { return literal(Value::of_string(std::move(value))); }
inline Expression minutes(std::int64_t m) { return literal(Value::of_duration(m * 60'000'000)); }

inline Expression of(ExpressionKind kind, std::vector<Expression> children = {}) {
  Expression e;
  e.kind = kind;
  e.children = std::move(children);
  e.place = {0, 1, 1};
  return e;
}
inline Expression binary(Expression left, Operator op, Expression right) {
  Expression e = of(ExpressionKind::kBinary, {std::move(left), std::move(right)});
  e.op = op;
  return e;
}
inline Expression unary(Operator op, Expression operand) {
  Expression e = of(ExpressionKind::kUnary, {std::move(operand)});
  e.op = op;
  return e;
}
inline Expression call(Function function, std::vector<Expression> arguments, TypeId type = {}) {
  Expression e = of(ExpressionKind::kFunction, std::move(arguments));
  e.function = function;
  e.type = type;
  return e;
}
inline Expression list(std::vector<Expression> items) {
  return of(ExpressionKind::kList, std::move(items));
}
inline Expression wholes(std::initializer_list<std::int64_t> values) {
  List items;
  for (const std::int64_t value : values) items.push_back(Value::of_int(value));
  return literal(Value::of_list(std::move(items)));
}
inline Expression numbers(std::initializer_list<double> values) {
  List items;
  for (const double value : values) items.push_back(Value::of_float(value));
  return literal(Value::of_list(std::move(items)));
}
inline Expression local(std::uint32_t depth) {
  Expression e = of(ExpressionKind::kLocal);
  e.number = depth;
  return e;
}
inline Expression lambda(Expression body) { return of(ExpressionKind::kLambda, {std::move(body)}); }
inline Expression field(Expression whole, std::string name) {
  Expression e = of(ExpressionKind::kField, {std::move(whole)});
  e.name = std::move(name);
  return e;
}
inline Expression index(Expression whole, Expression at) {
  return of(ExpressionKind::kIndex, {std::move(whole), std::move(at)});
}
inline Expression record(std::vector<std::pair<std::string, Expression>> parts) {
  Expression e = of(ExpressionKind::kRecord);
  for (auto& [name, part] : parts) {
    e.names.push_back(name);
    e.children.push_back(std::move(part));
  }
  return e;
}
inline Expression statement(std::uint32_t id) {
  Expression e = of(ExpressionKind::kStatement);
  e.statement = StatementId(id);
  return e;
}

/// The text form of the value, "unknown 3", or "error: …".
inline std::string shown(const Expression& expression, EvaluationContext& context) {
  const Evaluated result = evaluate(expression, context);
  if (result.is_value()) return to_text(result.value);
  if (result.kind == Evaluated::Kind::kUnknown) {
    return "unknown " + result.unknown_until.to_string();
  }
  return "error: " + result.error;
}
inline std::string shown(const Expression& expression) {
  EvaluationContext context;
  return shown(expression, context);
}

}  // namespace mlp::plan::build
