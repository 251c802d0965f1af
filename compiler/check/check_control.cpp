// SPDX-License-Identifier: Apache-2.0
//
// `if`, `for` and `repeat`.
#include "compiler/check/expression_checker.h"

namespace mlp::check {

using plan::ExpressionKind;

Typed ExpressionChecker::condition(const syntax::Expr& e) {
  return check_as(e, types().of(TypeKind::kBool), "a condition");
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::IfExpr& n, TypeId expected) {
  return check_if(e, n, expected, true);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::ForExpr& n, TypeId expected) {
  return check_for(e, n, expected, true);
}

Typed ExpressionChecker::check_if(const syntax::Expr& e, const syntax::IfExpr& n, TypeId expected,
                                  bool wants_value) {
  auto choice = std::make_shared<Choice>();
  choice->condition = condition(*n.condition);
  Typed typed = make_plain(context_.program, ExpressionKind::kConditional, {}, e.span);
  {
    Restore<Facts> facts(facts_);
    learn(facts_when(*n.condition, true));
    choice->then_block = check_block(*n.then_block, expected, wants_value);
  }
  if (n.else_block) {
    Restore<Facts> facts(facts_);
    learn(facts_when(*n.condition, false));
    choice->else_block = check_block(**n.else_block, expected, wants_value);
  }
  typed.kind = TypedKind::kChoice;
  typed.is_pure = choice->condition.is_pure && choice->then_block.is_pure &&
                  (!choice->else_block || choice->else_block->is_pure);
  if (wants_value) typed.expression.type = join_arms(*choice, n, expected);
  if (types().is_error(choice->condition.type())) typed.expression.type = types().error();
  typed.choice = std::move(choice);
  return typed;
}

TypeId ExpressionChecker::join_arms(Choice& choice, const syntax::IfExpr& n, TypeId expected) {
  const TypeId first = choice.then_block.type;
  if (types().is_error(first)) return first;
  TypeId joined;
  if (!choice.else_block) {
    if (types().kind(first) == TypeKind::kNull)
      joined = expected ? expected : first;
    else
      joined = types().nullable(first);
  } else {
    joined = types().common(first, choice.else_block->type);
    if (expected && types().fits(first, expected) &&
        types().fits(choice.else_block->type, expected))
      joined = expected;
  }
  if (!joined) {
    const Span other = choice.else_block->statements.back().span;
    context_
        .report(Kind::kArmsDiffer, other,
                "the arms of an `if` have one type; this is `" +
                    types().text(choice.else_block->type) + "`")
        .with_label(choice.then_block.statements.back().span,
                    "this is `" + types().text(first) + "`");
    return types().error();
  }
  if (types().is_error(joined) || types().kind(joined) == TypeKind::kNull) return joined;
  const auto widen = [&](TypedBlock& block) {
    if (!block.has_value) return;
    Typed& value = block.statements.back().value;
    value = make_converted(context_.program, std::move(value), joined);
    block.type = joined;
  };
  widen(choice.then_block);
  if (choice.else_block) widen(*choice.else_block);
  (void)n;
  return joined;
}

Typed ExpressionChecker::check_for(const syntax::Expr& e, const syntax::ForExpr& n, TypeId expected,
                                   bool wants_value) {
  auto loop = std::make_shared<Loop>();
  std::vector<TypeId> items;
  bool is_pure = true;
  for (const syntax::ForSource& source : n.sources) {
    Typed list = check_list(source.items);
    const bool is_known = !types().is_error(list.type());
    items.push_back(is_known ? types().get(list.type()).element : types().error());
    is_pure &= list.is_pure;
    loop->sources.push_back({source.name.text, {}, source.name.span, std::move(list)});
  }
  check_for_options(n, *loop);
  Restore<Facts> facts(facts_);
  scope_.push();
  for (std::size_t i = 0; i < items.size(); ++i) {
    loop->sources[i].item = bind_name(n.sources[i].name, items[i]);
  }
  TypeId element;
  if (expected && types().kind(expected) == TypeKind::kList)
    element = types().get(expected).element;
  loop->body = check_block(*n.body, element, wants_value);
  scope_.pop();
  if (wants_value && types().kind(loop->body.type) == TypeKind::kNull) {
    context_.report(Kind::kNeedsType, loop->body.statements.back().span,
                    "the type of this null is not said");
    loop->body.type = types().error();
  }
  const bool fits_expected =
      element && !types().is_error(loop->body.type) && types().fits(loop->body.type, element);
  if (wants_value && fits_expected) {
    Typed& value = loop->body.statements.back().value;
    value = make_converted(context_.program, std::move(value), element);
    loop->body.type = element;
  }
  const TypeId type = wants_value ? types().list_of(loop->body.type) : TypeId{};
  Typed typed = make_plain(context_.program, ExpressionKind::kComprehension, type, e.span);
  typed.kind = TypedKind::kLoop;
  typed.is_pure = is_pure && loop->body.is_pure;
  typed.loop = std::move(loop);
  return typed;
}

void ExpressionChecker::check_for_options(const syntax::ForExpr& n, Loop& loop) {
  const bool runs_nothing = no_calls_ != nullptr;
  if (n.limit) {
    loop.limit = check_as(**n.limit, types().of(TypeKind::kInt), "`limit`");
    const auto* literal = std::get_if<syntax::IntLiteral>(&(*n.limit)->node);
    if (literal != nullptr && literal->value < 1) {
      context_.report(Kind::kBadTolerate, (*n.limit)->span, "`limit` must be at least 1");
    } else if (runs_nothing) {
      context_.report(Kind::kBadTolerate, (*n.limit)->span,
                      "`limit` means nothing where no task runs");
    }
  }
  if (!n.tolerate) return;
  loop.tolerate = static_cast<std::uint32_t>(n.tolerate->amount);
  loop.tolerate_is_percent = n.tolerate->percent;
  const bool is_possible =
      n.tolerate->amount >= 0 && n.tolerate->amount <= (n.tolerate->percent ? 100 : 1'000'000'000);
  if (!is_possible) {
    context_.report(Kind::kBadTolerate, n.tolerate->span,
                    n.tolerate->percent ? "`tolerate` is at most 100%" : "`tolerate` is too large");
  } else if (runs_nothing) {
    context_.report(Kind::kBadTolerate, n.tolerate->span,
                    "`tolerate` means nothing where no task runs");
  }
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::RepeatExpr& n, TypeId) {
  Typed initial = check(*n.initial);
  check_as(*n.limit, types().of(TypeKind::kInt), "`limit`");
  scope_.push();
  bind_name(n.name, initial.type());
  check_as(*n.until, types().of(TypeKind::kBool), "a condition");
  check_block(*n.body, initial.type(), true);
  scope_.pop();
  const Span word{e.span.source, e.span.begin,
                  std::min<std::uint32_t>(e.span.end, e.span.begin + 6)};
  owner_.unsupported.push_back({word, "`repeat` is not supported yet", ""});
  Typed error = make_error(context_.program, e.span);
  error.is_pure = false;
  return error;
}

}  // namespace mlp::check
