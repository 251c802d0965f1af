// SPDX-License-Identifier: Apache-2.0
//
// Names, fields, indices, and how a value comes to the type that is wanted.
#include "base/text.h"
#include "compiler/check/check_pipeline.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {

using plan::ExpressionKind;

ExpressionChecker::ExpressionChecker(Context& context, const Module& module, Declaration& owner,
                                     Phase phase)
    : context_(context), module_(module), owner_(owner), phase_(phase) {
  switch (phase) {
    case Phase::kConstant:
      no_calls_ = "a constant";
      break;
    case Phase::kDefault:
      no_calls_ = "a default";
      break;
    case Phase::kTask:
    case Phase::kBody:
    case Phase::kResource:
      no_calls_ = "a task";
      break;
    case Phase::kPipeline:
      break;
  }
}

Typed ExpressionChecker::check(const syntax::Expr& expr, TypeId expected) {
  return std::visit([&](const auto& n) { return node(expr, n, expected); }, expr.node);
}

Typed ExpressionChecker::check_as(const syntax::Expr& expr, TypeId wanted,
                                  const std::string& what) {
  return convert(check(expr, wanted), wanted, what);
}

Typed ExpressionChecker::convert(Typed value, TypeId wanted, const std::string& what) {
  const TypeId found = value.type();
  if (types().is_error(found) || types().is_error(wanted))
    return make_error(context_.program, value.span);
  if (types().fits(found, wanted))
    return make_converted(context_.program, std::move(value), wanted);
  const bool only_null =
      types().is_nullable(found) && types().fits(types().non_null(found), wanted);
  auto& diagnostic = context_.report(
      only_null ? Kind::kMayBeNull : Kind::kTypeMismatch, value.span,
      what + " is `" + types().text(wanted) + "`, but this is `" + types().text(found) + "`");
  if (only_null) {
    diagnostic.with_help(
        "say what to take for null: `… ?? other`, or ask first: `if x != null { … }`");
  } else if (types().kind(found) == TypeKind::kNone) {
    diagnostic.with_help("what stands here has no value");
  } else if (types().kind(wanted) == TypeKind::kInt && types().kind(found) == TypeKind::kFloat) {
    diagnostic.with_help("`round(x)`, `floor(x)` and `ceil(x)` make an int of a float");
  }
  return make_error(context_.program, value.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::ErrorExpr&, TypeId) {
  return make_error(context_.program, e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::LambdaExpr& n, TypeId) {
  context_.report(Kind::kBadLambda, e.span, "a lambda stands only as an argument of a function")
      .with_help("like `max_by(fits, f => f.accuracy)`");
  (void)n;
  return make_error(context_.program, e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::NameExpr& n, TypeId) {
  const Bound* bound = scope_.find(n.name.text);
  if (bound == nullptr) return task_word(n.name);
  if (bound->is_ambiguous) {
    context_
        .report(Kind::kDuplicateName, e.span,
                "`" + n.name.text + "` is an input and an output of this task")
        .with_label(bound->span, "also the name of an output")
        .with_help("give one of them another name");
    return make_error(context_.program, e.span);
  }
  if (types().is_error(bound->type)) return make_error(context_.program, e.span);
  Typed typed = make_plain(context_.program, ExpressionKind::kStatement, bound->type, e.span);
  if (bound->stands_for) {
    const plan::Place place = typed.expression.place;
    typed.expression = *bound->stands_for;
    typed.expression.place = place;
    typed.expression.type = bound->type;
  } else {
    typed.kind = TypedKind::kBinding;
    typed.binding = bound->binding;
  }
  return narrowed(e, std::move(typed));
}

Typed ExpressionChecker::task_word(const syntax::Name& name) {
  if (phase_ == Phase::kResource && name.text == "attempt") {
    return make_plain(context_.program, ExpressionKind::kAttempt, types().of(TypeKind::kInt),
                      name.span);
  }
  return unknown_name(name);
}

Typed ExpressionChecker::unknown_name(const syntax::Name& name) {
  if (name.text.empty()) return make_error(context_.program, name.span);
  if (const auto later = scope_.find_later(name.text)) {
    context_
        .report(Kind::kUsedBeforeBound, name.span, "`" + name.text + "` is used before it is bound")
        .with_label(*later, "bound here")
        .with_help("a name is bound above where it is used");
    return make_error(context_.program, name.span);
  }
  std::string help = did_you_mean(name.text, scope_.names());
  const bool is_callable =
      module_.tasks.count(name.text) > 0 || module_.pipelines.count(name.text) > 0;
  if (is_callable)
    help = "`" + name.text + "` is called with its arguments: `" + name.text + "(…)`";
  context_.report(Kind::kUnknownName, name.span, "unknown name `" + name.text + "`")
      .with_span_label("nothing of this name is bound here")
      .with_help(help);
  return make_error(context_.program, name.span);
}

Typed ExpressionChecker::narrowed(const syntax::Expr& e, Typed value) {
  if (!types().is_nullable(value.type())) return value;
  const std::string path = path_of(e);
  if (path.empty() || facts_.count(path) == 0) return value;
  value.expression.type = types().non_null(value.type());
  return value;
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::FieldExpr& n, TypeId) {
  const auto* name = std::get_if<syntax::NameExpr>(&n.object->node);
  const bool is_last = name != nullptr && phase_ == Phase::kResource && name->name.text == "last";
  if (is_last && scope_.find("last") == nullptr) return last_field(e, n);
  return field_of(e, n, check(*n.object));
}

Typed ExpressionChecker::last_field(const syntax::Expr& e, const syntax::FieldExpr& n) {
  static const std::map<std::string, TypeKind> fields{{"reason", TypeKind::kString},
                                                      {"peak_memory", TypeKind::kSize},
                                                      {"exit_code", TypeKind::kInt}};
  const auto found = fields.find(n.field.text);
  if (found == fields.end()) {
    context_.report(Kind::kUnknownField, n.field.span, "`last` has no field `" + n.field.text + "`")
        .with_help(did_you_mean(n.field.text, names_of(fields),
                                "it has " + quoted_list(names_of(fields))));
    return make_error(context_.program, e.span);
  }
  Typed typed =
      make_plain(context_.program, ExpressionKind::kLast, types().of(found->second), e.span);
  typed.expression.name = n.field.text;
  return typed;
}

Typed ExpressionChecker::may_be_null(const Typed& value, const std::string& doing) {
  context_.report(Kind::kMayBeNull, value.span, "this may be null, so " + doing)
      .with_span_label("`" + types().text(value.type()) + "`")
      .with_help("ask first: `if x != null { … }`, or give another value: `x ?? other`");
  return make_error(context_.program, value.span);
}

TypeId ExpressionChecker::field_type(const plan::Type& object, const std::string& name) {
  const plan::Type holder =
      object.kind == TypeKind::kMetrics ? types().get(object.element) : object;
  for (const plan::Field& field : holder.fields) {
    if (field.name == name) return field.type;
  }
  return {};
}

Typed ExpressionChecker::field_of(const syntax::Expr& e, const syntax::FieldExpr& n, Typed object) {
  if (types().is_error(object.type()) || n.field.text.empty())
    return make_error(context_.program, e.span);
  if (types().is_nullable(object.type())) {
    return may_be_null(object, "it has no field `" + n.field.text + "`");
  }
  const plan::Type type = types().get(object.type());
  const bool is_open = type.kind == TypeKind::kMetrics && !type.element;
  const bool has_fields = type.kind == TypeKind::kRecord || type.kind == TypeKind::kMetrics;
  if (!has_fields) {
    auto& told = context_.report(Kind::kNoFields, n.field.span,
                                 "`" + types().text(object.type()) + "` has no fields");
    if (type.kind == TypeKind::kList)
      told.with_help("take one item: `xs[0]`, `first(xs)`, or map: `for x in xs { x." +
                     n.field.text + " }`");
    return make_error(context_.program, e.span);
  }
  const TypeId found = is_open ? types().of(TypeKind::kFloat) : field_type(type, n.field.text);
  if (!found) {
    const plan::Type holder = type.kind == TypeKind::kMetrics ? types().get(type.element) : type;
    std::vector<std::string> names;
    for (const plan::Field& field : holder.fields) names.push_back(field.name);
    const std::string all = names.empty() ? "it has no fields" : "it has " + quoted_list(names);
    context_
        .report(Kind::kUnknownField, n.field.span,
                "`" + types().text(object.type()) + "` has no field `" + n.field.text + "`")
        .with_help(did_you_mean(n.field.text, names, all));
    return make_error(context_.program, e.span);
  }
  std::vector<Typed> children;
  children.push_back(std::move(object));
  Typed typed =
      make_plain(context_.program, ExpressionKind::kField, found, e.span, std::move(children));
  typed.expression.name = n.field.text;
  return is_open ? measured(std::move(typed)) : narrowed(e, std::move(typed));
}

Typed ExpressionChecker::measured(Typed value) {
  const TypeId type = value.type();
  const Span span = value.span;
  std::vector<Typed> children;
  children.push_back(std::move(value));
  return make_plain(context_.program, ExpressionKind::kConvert, type, span, std::move(children));
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::IndexExpr& n, TypeId) {
  Typed object = check(*n.object);
  const TypeKind kind = types().kind(object.type());
  const bool is_list = kind == TypeKind::kList;
  const bool has_items = is_list || kind == TypeKind::kMetrics || types().is_error(object.type());
  if (!has_items) {
    context_
        .report(Kind::kNoFields, object.span, "`" + types().text(object.type()) + "` has no items")
        .with_help("only lists and Metrics are indexed");
    check(*n.index);
    return make_error(context_.program, e.span);
  }
  const TypeId key = types().of(is_list ? TypeKind::kInt : TypeKind::kString);
  Typed index =
      types().is_error(object.type()) ? check(*n.index) : check_as(*n.index, key, "the index");
  if (types().is_error(object.type()) || types().is_error(index.type())) {
    return make_error(context_.program, e.span);
  }
  if (types().is_nullable(object.type())) return may_be_null(object, "it has no items");
  TypeId type = types().of(TypeKind::kFloat);
  if (is_list) type = types().get(object.type()).element;
  std::vector<Typed> children;
  children.push_back(std::move(object));
  children.push_back(std::move(index));
  Typed typed =
      make_plain(context_.program, ExpressionKind::kIndex, type, e.span, std::move(children));
  return is_list ? typed : measured(std::move(typed));
}

Typed ExpressionChecker::check_list(const syntax::Expr& expr, TypeId expected) {
  Typed list = check(expr, expected);
  if (types().is_error(list.type())) return list;
  if (types().is_nullable(list.type())) return may_be_null(list, "it is no list to go through");
  if (types().kind(list.type()) == TypeKind::kList) return list;
  context_.report(Kind::kNotAList, list.span,
                  "a list was expected, but this is `" + types().text(list.type()) + "`");
  return make_error(context_.program, expr.span);
}

Typed ExpressionChecker::check_lambda(const syntax::Expr& expr, TypeId item) {
  const auto* lambda = std::get_if<syntax::LambdaExpr>(&expr.node);
  if (lambda == nullptr) {
    context_.report(Kind::kBadLambda, expr.span, "a lambda was expected")
        .with_help("like `f => f.accuracy`");
    check(expr);
    return make_error(context_.program, expr.span);
  }
  Restore<const char*> no_calls(no_calls_, no_calls_ == nullptr ? "a lambda" : no_calls_);
  Restore<Facts> facts(facts_);
  scope_.push();
  const BindingId parameter = bind_name(lambda->parameter, item);
  Typed body = check(*lambda->body);
  scope_.pop();
  std::vector<Typed> children;
  children.push_back(std::move(body));
  const TypeId type = children.front().type();
  Typed typed =
      make_plain(context_.program, ExpressionKind::kLambda, type, expr.span, std::move(children));
  typed.binding = parameter;
  typed.expression.name = lambda->parameter.text;
  return typed;
}

}  // namespace mlp::check
