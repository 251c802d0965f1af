// SPDX-License-Identifier: Apache-2.0
//
// Blocks and their statements: bindings, gates, values nobody uses.
#include "compiler/check/check_type.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {

TypedBlock ExpressionChecker::check_statements(const syntax::Block& block) {
  TypedBlock made;
  announce(block);
  for (const syntax::Statement& s : block.statements) statement(s, made, false, {}, false);
  return made;
}

TypedBlock ExpressionChecker::check_block(const syntax::Block& block, TypeId expected,
                                          bool wants_value) {
  TypedBlock made;
  Restore<Facts> facts(facts_);
  scope_.push();
  announce(block);
  for (const syntax::Statement& s : block.statements) {
    statement(s, made, &s == &block.statements.back(), expected, wants_value);
  }
  scope_.pop();
  if (made.has_value) made.type = made.statements.back().value.type();
  if (!wants_value || made.has_value) return made;
  const Span end{block.span.source, block.span.end - (block.span.size() > 0 ? 1 : 0),
                 block.span.end};
  context_.report(Kind::kBlockWithoutValue, end, "this block has no value, and one is used")
      .with_help("end it with the expression that is its value");
  made.type = types().error();
  return made;
}

void ExpressionChecker::announce(const syntax::Block& block) {
  for (const syntax::Statement& s : block.statements) {
    const auto* binding = std::get_if<syntax::BindingStatement>(&s.node);
    if (binding != nullptr) scope_.announce(binding->name.text, binding->name.span);
  }
}

void ExpressionChecker::statement(const syntax::Statement& s, TypedBlock& block, bool is_last,
                                  TypeId expected, bool wants_value) {
  if (const auto* binding = std::get_if<syntax::BindingStatement>(&s.node)) {
    return bind_statement(s, *binding, block);
  }
  if (const auto* gate = std::get_if<syntax::CheckStatement>(&s.node))
    return check_gate(s, *gate, block);
  const auto* value = std::get_if<syntax::ExprStatement>(&s.node);
  if (value == nullptr) return;  // a stub: tests are told of as a whole
  if (!is_last || !wants_value) return value_statement(s, *value, block);
  TypedStatement made;
  made.span = s.span;
  made.value = check(value->value, expected);
  made.after = check_after(value->after, made.value);
  const TypeKind kind = types().kind(made.value.type());
  block.has_value = kind != TypeKind::kNone || types().is_error(made.value.type());
  block.is_pure &= made.value.is_pure;
  block.statements.push_back(std::move(made));
}

BindingId ExpressionChecker::bind_name(const syntax::Name& name, TypeId type) {
  const BindingId binding = context_.program.new_binding();
  if (name.text.empty()) return binding;
  if (const Bound* other = scope_.find(name.text)) {
    context_.report(Kind::kShadowedName, name.span, "`" + name.text + "` is bound already")
        .with_label(other->span, "bound here")
        .with_help("a name is bound once and never changes; choose another");
    return binding;
  }
  Bound bound;
  bound.name = name.text;
  bound.type = type;
  bound.span = name.span;
  bound.binding = binding;
  scope_.bind(std::move(bound));
  return binding;
}

void ExpressionChecker::bind_statement(const syntax::Statement& s,
                                       const syntax::BindingStatement& n, TypedBlock& block) {
  TypedStatement made;
  made.kind = TypedStatementKind::kBind;
  made.span = s.span;
  made.name = n.name.text;
  const TypeId declared = n.type ? resolve_type(context_, module_, owner_, *n.type) : TypeId{};
  made.value = declared ? check_as(n.value, declared, "`" + n.name.text + "`") : check(n.value);
  TypeId type = declared ? declared : made.value.type();
  const TypeKind kind = types().kind(type);
  if (kind == TypeKind::kNull) {
    context_.report(Kind::kNeedsType, made.value.span, "the type of this null is not said")
        .with_help("say it: `" + n.name.text + ": int? = null`");
    type = types().error();
  } else if (kind == TypeKind::kNone && !types().is_error(type)) {
    context_.report(Kind::kNoValue, made.value.span,
                    "this has no value to bind to `" + n.name.text + "`");
    type = types().error();
  }
  made.after = check_after(n.after, made.value);
  made.binding = bind_name(n.name, type);
  block.is_pure &= made.value.is_pure;
  block.statements.push_back(std::move(made));
}

void ExpressionChecker::check_gate(const syntax::Statement& s, const syntax::CheckStatement& n,
                                   TypedBlock& block) {
  if (no_calls_ != nullptr) {
    context_
        .report(Kind::kCallNotHere, s.span, std::string("a `check` may not stand in ") + no_calls_)
        .with_help("gates stand in the blocks of a pipeline");
  }
  TypedStatement made;
  made.kind = TypedStatementKind::kCheck;
  made.span = s.span;
  made.value = condition(n.condition);
  if (n.message) made.message = check_string(*n.message, n.message->span);
  learn(facts_when(n.condition, true));
  block.is_pure = false;
  block.statements.push_back(std::move(made));
}

Typed ExpressionChecker::check_unused(const syntax::Expr& expr) {
  if (const auto* choice = std::get_if<syntax::IfExpr>(&expr.node))
    return check_if(expr, *choice, {}, false);
  if (const auto* loop = std::get_if<syntax::ForExpr>(&expr.node))
    return check_for(expr, *loop, {}, false);
  return check(expr);
}

void ExpressionChecker::value_statement(const syntax::Statement& s, const syntax::ExprStatement& n,
                                        TypedBlock& block) {
  TypedStatement made;
  made.span = s.span;
  made.value = check_unused(n.value);
  made.after = check_after(n.after, made.value);
  if (made.value.is_pure && !types().is_error(made.value.type())) unused_value(made.value, n);
  block.is_pure &= made.value.is_pure;
  block.statements.push_back(std::move(made));
}

void ExpressionChecker::unused_value(const Typed& value, const syntax::ExprStatement& n) {
  // The blocks of a bare `if` or `for` were told of statement by statement.
  if (value.kind == TypedKind::kChoice || value.kind == TypedKind::kLoop) return;
  auto& told = context_.report(Kind::kUnusedValue, n.value.span, "nobody uses this value");
  const auto* comparison = std::get_if<syntax::BinaryExpr>(&n.value.node);
  if (comparison != nullptr && types().kind(value.type()) == TypeKind::kBool) {
    told.with_help("to hold back what follows, write `check` in front");
  } else {
    told.with_help("bind it to a name, or leave it out");
  }
}

std::vector<BindingId> ExpressionChecker::check_after(const std::vector<syntax::Name>& names,
                                                      const Typed& value) {
  std::vector<BindingId> after;
  for (const syntax::Name& name : names) {
    if (name.text.empty()) continue;
    const Bound* bound = scope_.find(name.text);
    if (bound == nullptr) {
      unknown_name(name);
      continue;
    }
    after.push_back(bound->binding);
  }
  if (!names.empty() && value.is_pure && !types().is_error(value.type())) {
    context_.report(Kind::kBadAfter, names.front().span,
                    "`after` makes calls wait, and here is none");
  }
  return after;
}

}  // namespace mlp::check
