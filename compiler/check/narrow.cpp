// SPDX-License-Identifier: Apache-2.0
//
// What a condition says about null: `x == null` and `x != null` through `not`, `and` and `or`.
#include <algorithm>
#include <iterator>

#include "compiler/check/expression_checker.h"

namespace mlp::check {

using syntax::BinaryOp;

std::string ExpressionChecker::path_of(const syntax::Expr& expr) const {
  if (const auto* name = std::get_if<syntax::NameExpr>(&expr.node)) return name->name.text;
  const auto* field = std::get_if<syntax::FieldExpr>(&expr.node);
  if (field == nullptr) return "";
  const std::string object = path_of(*field->object);
  return object.empty() ? "" : object + "." + field->field.text;
}

Facts ExpressionChecker::facts_when(const syntax::Expr& expr, bool is_true) const {
  if (const auto* unary = std::get_if<syntax::UnaryExpr>(&expr.node)) {
    return unary->op == syntax::UnaryOp::kNot ? facts_when(*unary->operand, !is_true) : Facts{};
  }
  const auto* binary = std::get_if<syntax::BinaryExpr>(&expr.node);
  if (binary == nullptr) return {};
  const bool is_or = binary->op == BinaryOp::kOr;
  if (is_or || binary->op == BinaryOp::kAnd) {
    Facts left = facts_when(*binary->left, is_true);
    const Facts right = facts_when(*binary->right, is_true);
    if (is_true != is_or) {  // both sides hold
      left.insert(right.begin(), right.end());
      return left;
    }
    Facts both;
    std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                          std::inserter(both, both.begin()));
    return both;
  }
  const bool asks_null = binary->op == BinaryOp::kEqual || binary->op == BinaryOp::kNotEqual;
  if (!asks_null || (binary->op == BinaryOp::kEqual) == is_true) return {};
  const bool left_null = std::holds_alternative<syntax::NullLiteral>(binary->left->node);
  const bool right_null = std::holds_alternative<syntax::NullLiteral>(binary->right->node);
  if (left_null == right_null) return {};
  const std::string path = path_of(left_null ? *binary->right : *binary->left);
  return path.empty() ? Facts{} : Facts{path};
}

}  // namespace mlp::check
