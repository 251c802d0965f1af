// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/constant.h"

#include "compiler/check/expression_checker.h"
#include "compiler/check/pure.h"
#include "compiler/plan/evaluate.h"

namespace mlp::check {
namespace {

bool reads_files(const Typed& typed) {
  const plan::Expression& e = typed.expression;
  const bool is_function =
      typed.kind == TypedKind::kPlain && e.kind == plan::ExpressionKind::kFunction;
  const bool is_reader = e.function == plan::Function::kFile ||
                         e.function == plan::Function::kDir ||
                         e.function == plan::Function::kGlob || e.function == plan::Function::kRead;
  if (is_function && is_reader) return true;
  for (const Typed& child : typed.children) {
    if (reads_files(child)) return true;
  }
  return false;
}

}  // namespace

std::optional<plan::Value> check_constant(Context& context, Declaration& owner,
                                          const syntax::Expr& expression, const Wanted& wanted,
                                          std::optional<Typed>& typed) {
  ExpressionChecker checker(context, *owner.module, owner, Phase::kConstant);
  typed = checker.check_as(expression, wanted.type, wanted.what);
  if (context.types().is_error(typed->type())) return {};
  if (!reads_files(*typed)) return constant_value(context, *typed);
  context.report(Kind::kNotConstant, typed->span, "a constant does not read files");
  return {};
}

std::optional<plan::Value> constant_value(Context& context, const Typed& typed) {
  Bindings none;
  const plan::Expression expression = pure_expression(typed, context.types(), none);
  plan::EvaluationContext evaluation;
  evaluation.types = &context.types().table();
  plan::Evaluated result = plan::evaluate(expression, evaluation);
  if (result.is_value()) return std::move(result.value);
  context.report(Kind::kConstantFails, typed.span,
                 "this constant cannot be computed: " + result.error);
  return {};
}

std::optional<std::string> constant_text(Context& context, const syntax::StringLiteral& literal,
                                         std::string_view what) {
  if (literal.is_constant()) return literal.text();
  Span where = literal.span;
  for (const syntax::StringPart& part : literal.parts) {
    if (const auto* value = std::get_if<syntax::Interpolation>(&part)) where = value->span;
  }
  context.report(Kind::kNotConstant, where, std::string(what) + " must be constant")
      .with_help("write the text without `~{…}`");
  return {};
}

}  // namespace mlp::check
