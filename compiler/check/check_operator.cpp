// SPDX-License-Identifier: Apache-2.0
//
// Operators: which operands each takes and what it yields.
#include "compiler/check/expression_checker.h"

namespace mlp::check {

using plan::ExpressionKind;
using plan::Operator;
using syntax::BinaryOp;

namespace {

Operator operator_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return Operator::kOr;
    case BinaryOp::kAnd:
      return Operator::kAnd;
    case BinaryOp::kEqual:
      return Operator::kEqual;
    case BinaryOp::kNotEqual:
      return Operator::kNotEqual;
    case BinaryOp::kLess:
      return Operator::kLess;
    case BinaryOp::kLessEqual:
      return Operator::kLessEqual;
    case BinaryOp::kGreater:
      return Operator::kGreater;
    case BinaryOp::kGreaterEqual:
      return Operator::kGreaterEqual;
    case BinaryOp::kIn:
      return Operator::kIn;
    case BinaryOp::kFallback:
      return Operator::kCoalesce;
    case BinaryOp::kAdd:
      return Operator::kAdd;
    case BinaryOp::kSubtract:
      return Operator::kSubtract;
    case BinaryOp::kMultiply:
      return Operator::kMultiply;
    case BinaryOp::kDivide:
      return Operator::kDivide;
    case BinaryOp::kRemainder:
      return Operator::kModulo;
  }
  return Operator::kNone;
}

}  // namespace

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::UnaryExpr& n, TypeId expected) {
  if (n.op == syntax::UnaryOp::kNot) {
    Typed operand = check_as(*n.operand, types().of(TypeKind::kBool), "the operand of `not`");
    if (types().is_error(operand.type())) return operand;
    std::vector<Typed> children;
    children.push_back(std::move(operand));
    Typed typed = make_plain(context_.program, ExpressionKind::kUnary, types().of(TypeKind::kBool),
                             e.span, std::move(children));
    typed.expression.op = Operator::kNot;
    return typed;
  }
  Typed operand = check(*n.operand, expected);
  if (types().is_error(operand.type())) return operand;
  const bool can_negate =
      types().is_number(operand.type()) || types().is_one_of(operand.type(), {TypeKind::kDuration});
  if (!can_negate) {
    context_
        .report(Kind::kBadOperands, operand.span,
                "`-` does not take `" + types().text(operand.type()) + "`")
        .with_help("it negates int, float and duration");
    return make_error(context_.program, e.span);
  }
  const TypeId type = operand.type();
  std::vector<Typed> children;
  children.push_back(std::move(operand));
  Typed typed =
      make_plain(context_.program, ExpressionKind::kUnary, type, e.span, std::move(children));
  typed.expression.op = Operator::kNegate;
  return typed;
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::BinaryExpr& n, TypeId expected) {
  switch (n.op) {
    case BinaryOp::kOr:
    case BinaryOp::kAnd:
      return logical(e, n);
    case BinaryOp::kFallback:
      return fallback(e, n, expected);
    case BinaryOp::kIn:
      return membership(e, n);
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual:
    case BinaryOp::kLess:
    case BinaryOp::kLessEqual:
    case BinaryOp::kGreater:
    case BinaryOp::kGreaterEqual:
      return comparison(e, n);
    default:
      return arithmetic(e, n, expected);
  }
}

Typed ExpressionChecker::binary(Operator op, TypeId type, Span span, Typed left, Typed right) {
  std::vector<Typed> children;
  children.push_back(std::move(left));
  children.push_back(std::move(right));
  Typed typed =
      make_plain(context_.program, ExpressionKind::kBinary, type, span, std::move(children));
  typed.expression.op = op;
  return typed;
}

Typed ExpressionChecker::logical(const syntax::Expr& e, const syntax::BinaryExpr& n) {
  const TypeId type = types().of(TypeKind::kBool);
  const std::string what = std::string("an operand of `") + syntax::to_text(n.op) + "`";
  Typed left = check_as(*n.left, type, what);
  Restore<Facts> facts(facts_);
  learn(facts_when(*n.left, n.op == BinaryOp::kAnd));
  Restore<const char*> no_calls(no_calls_,
                                no_calls_ ? no_calls_ : "the right operand of `and` and `or`");
  Typed right = check_as(*n.right, type, what);
  if (types().is_error(left.type()) || types().is_error(right.type())) {
    return make_error(context_.program, e.span);
  }
  return binary(operator_of(n.op), type, e.span, std::move(left), std::move(right));
}

Typed ExpressionChecker::fallback(const syntax::Expr& e, const syntax::BinaryExpr& n,
                                  TypeId expected) {
  Typed left = check(*n.left, expected ? types().nullable(expected) : expected);
  const TypeId value = types().non_null(left.type());
  Restore<const char*> no_calls(no_calls_, no_calls_ ? no_calls_ : "the right operand of `\?\?`");
  const bool is_plain = types().is_error(value) || types().kind(value) == TypeKind::kNull;
  Typed right = check(*n.right, is_plain ? expected : value);
  if (types().is_error(left.type()) || types().is_error(right.type())) {
    return make_error(context_.program, e.span);
  }
  const TypeId type = is_plain ? right.type() : types().common(value, right.type());
  if (!type) {
    context_.report(Kind::kArmsDiffer, n.op_span,
                    "both sides of `\?\?` have one type; these are `" + types().text(left.type()) +
                        "` and `" + types().text(right.type()) + "`");
    return make_error(context_.program, e.span);
  }
  const TypeId left_type =
      types().kind(left.type()) == TypeKind::kNull ? left.type() : types().nullable(type);
  Typed first = types().is_nullable(left.type())
                    ? make_converted(context_.program, std::move(left), left_type)
                    : std::move(left);
  return binary(Operator::kCoalesce, type, e.span, std::move(first),
                make_converted(context_.program, std::move(right), type));
}

Typed ExpressionChecker::comparison(const syntax::Expr& e, const syntax::BinaryExpr& n) {
  Typed left = check(*n.left);
  Typed right = check(*n.right, types().is_error(left.type()) ? TypeId{} : left.type());
  if (types().is_error(left.type()) || types().is_error(right.type())) {
    return make_error(context_.program, e.span);
  }
  const bool is_equality = n.op == BinaryOp::kEqual || n.op == BinaryOp::kNotEqual;
  const TypeId common = types().common(left.type(), right.type());
  const bool has_value = common && types().kind(common) != TypeKind::kNone;
  if (!has_value) return bad_operands(n, left, right, e.span);
  if (!is_equality && types().is_nullable(common)) {
    return may_be_null(types().is_nullable(left.type()) ? left : right,
                       "it is not less or greater");
  }
  if (!is_equality && !types().is_ordered(common)) return bad_operands(n, left, right, e.span);
  return binary(operator_of(n.op), types().of(TypeKind::kBool), e.span,
                make_converted(context_.program, std::move(left), common),
                make_converted(context_.program, std::move(right), common));
}

Typed ExpressionChecker::membership(const syntax::Expr& e, const syntax::BinaryExpr& n) {
  Typed left = check(*n.left);
  const bool is_known =
      !types().is_error(left.type()) && types().kind(left.type()) != TypeKind::kNone;
  Typed right = check(*n.right, is_known ? types().list_of(left.type()) : TypeId{});
  if (types().is_error(left.type()) || types().is_error(right.type())) {
    return make_error(context_.program, e.span);
  }
  const TypeId type = types().of(TypeKind::kBool);
  const plan::Type holder = types().get(right.type());
  const bool is_metrics = holder.kind == TypeKind::kMetrics && !holder.element && !holder.nullable;
  if (is_metrics && types().kind(left.type()) == TypeKind::kString) {
    return binary(Operator::kIn, type, e.span, std::move(left), std::move(right));
  }
  const bool is_list = holder.kind == TypeKind::kList && !holder.nullable;
  const TypeId common = is_list ? types().common(left.type(), holder.element) : TypeId{};
  if (!common) return bad_operands(n, left, right, e.span);
  return binary(Operator::kIn, type, e.span,
                make_converted(context_.program, std::move(left), common),
                make_converted(context_.program, std::move(right), types().list_of(common)));
}

Typed ExpressionChecker::bad_operands(const syntax::BinaryExpr& n, const Typed& left,
                                      const Typed& right, Span span) {
  if (types().is_nullable(left.type()) && types().kind(right.type()) != TypeKind::kNull) {
    return may_be_null(left, std::string("`") + syntax::to_text(n.op) + "` does not take it");
  }
  auto& told =
      context_.report(Kind::kBadOperands, n.op_span,
                      std::string("`") + syntax::to_text(n.op) + "` does not take `" +
                          types().text(left.type()) + "` and `" + types().text(right.type()) + "`");
  told.with_label(left.span, "`" + types().text(left.type()) + "`");
  told.with_label(right.span, "`" + types().text(right.type()) + "`");
  const bool is_text = types().kind(left.type()) == TypeKind::kString ||
                       types().kind(right.type()) == TypeKind::kString;
  if (n.op == BinaryOp::kAdd && is_text) told.with_help("put the value into a string: `\"~{x}\"`");
  if (n.op == BinaryOp::kIn) told.with_help("on the right of `in` stands a list of such values");
  return make_error(context_.program, span);
}

Typed ExpressionChecker::arithmetic(const syntax::Expr& e, const syntax::BinaryExpr& n,
                                    TypeId expected) {
  // A literal takes the type expected of the whole only where the operator keeps it.
  const bool keeps_type =
      n.op == BinaryOp::kAdd && expected && types().kind(expected) == TypeKind::kList;
  Typed left = check(*n.left, keeps_type ? expected : TypeId{});
  const bool is_list = types().kind(left.type()) == TypeKind::kList;
  Typed right = check(*n.right, is_list ? left.type() : TypeId{});
  if (types().is_error(left.type()) || types().is_error(right.type())) {
    return make_error(context_.program, e.span);
  }
  const TypeId type = arithmetic_type(n.op, left.type(), right.type());
  if (!type) return bad_operands(n, left, right, e.span);
  const bool mixes = types().is_number(left.type()) && types().is_number(right.type()) &&
                     types().kind(type) == TypeKind::kFloat;
  if (mixes || types().kind(type) == TypeKind::kList) {
    left = make_converted(context_.program, std::move(left), type);
    right = make_converted(context_.program, std::move(right), type);
  }
  return binary(operator_of(n.op), type, e.span, std::move(left), std::move(right));
}

TypeId ExpressionChecker::arithmetic_type(BinaryOp op, TypeId left, TypeId right) {
  switch (op) {
    case BinaryOp::kAdd:
      return sum_type(left, right);
    case BinaryOp::kSubtract:
      return difference_type(left, right);
    case BinaryOp::kMultiply:
      return product_type(left, right);
    case BinaryOp::kDivide:
      return quotient_type(left, right);
    default:
      break;
  }
  const bool numbers = types().is_number(left) && types().is_number(right);
  return numbers ? types().common(left, right) : TypeId{};
}

TypeId ExpressionChecker::sum_type(TypeId left, TypeId right) {
  const auto is = [&](TypeId type, TypeKind kind) { return types().is_one_of(type, {kind}); };
  if (types().is_number(left) && types().is_number(right)) return types().common(left, right);
  for (TypeKind kind : {TypeKind::kString, TypeKind::kDuration, TypeKind::kSize}) {
    if (is(left, kind) && is(right, kind)) return left;
  }
  if (is(left, TypeKind::kList) && is(right, TypeKind::kList)) return types().common(left, right);
  const bool is_time = types().is_one_of(left, {TypeKind::kDate, TypeKind::kDatetime});
  return is_time && is(right, TypeKind::kDuration) ? left : TypeId{};
}

TypeId ExpressionChecker::difference_type(TypeId left, TypeId right) {
  const auto is = [&](TypeId type, TypeKind kind) { return types().is_one_of(type, {kind}); };
  if (types().is_number(left) && types().is_number(right)) return types().common(left, right);
  for (TypeKind kind : {TypeKind::kDuration, TypeKind::kSize}) {
    if (is(left, kind) && is(right, kind)) return left;
  }
  const bool is_time = types().is_one_of(left, {TypeKind::kDate, TypeKind::kDatetime});
  if (is_time && is(right, TypeKind::kDuration)) return left;
  return is_time && left == right ? types().of(TypeKind::kDuration) : TypeId{};
}

TypeId ExpressionChecker::product_type(TypeId left, TypeId right) {
  if (types().is_number(left) && types().is_number(right)) return types().common(left, right);
  const auto scales = [&](TypeId type) {
    return types().is_one_of(type, {TypeKind::kDuration, TypeKind::kSize});
  };
  if (scales(left) && types().is_number(right)) return left;
  return types().is_number(left) && scales(right) ? right : TypeId{};
}

TypeId ExpressionChecker::quotient_type(TypeId left, TypeId right) {
  if (types().is_number(left) && types().is_number(right)) return types().of(TypeKind::kFloat);
  const bool scales = types().is_one_of(left, {TypeKind::kDuration, TypeKind::kSize});
  if (scales && types().is_number(right)) return left;
  return scales && left == right ? types().of(TypeKind::kFloat) : TypeId{};
}

}  // namespace mlp::check
