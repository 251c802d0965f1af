// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/build.h"

namespace mlp::check {

using plan::ExpressionKind;

Typed make_plain(const Program& program, ExpressionKind kind, TypeId type, Span span,
                 std::vector<Typed> children) {
  Typed typed;
  typed.expression.kind = kind;
  typed.expression.type = type;
  typed.expression.place = program.place(span);
  typed.span = span;
  for (const Typed& child : children) typed.is_pure &= child.is_pure;
  typed.children = std::move(children);
  return typed;
}

Typed make_literal(const Program& program, plan::Value value, TypeId type, Span span) {
  Typed typed = make_plain(program, ExpressionKind::kLiteral, type, span);
  typed.expression.literal = std::move(value);
  return typed;
}

Typed make_function(const Program& program, plan::Function function, TypeId type, Span span,
                    std::vector<Typed> arguments) {
  Typed typed = make_plain(program, ExpressionKind::kFunction, type, span, std::move(arguments));
  typed.expression.function = function;
  return typed;
}

Typed make_error(const Program& program, Span span) {
  return make_literal(program, plan::Value(), program.types.error(), span);
}

Typed make_converted(const Program& program, Typed value, TypeId type) {
  if (value.type() == type || program.types.is_error(value.type())) return value;
  const Span span = value.span;
  std::vector<Typed> child;
  child.push_back(std::move(value));
  return make_plain(program, ExpressionKind::kConvert, type, span, std::move(child));
}

}  // namespace mlp::check
