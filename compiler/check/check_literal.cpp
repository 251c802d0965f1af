// SPDX-License-Identifier: Apache-2.0
//
// Literals: scalars, strings with what is interpolated, enums, records, lists.
#include "compiler/check/check_type.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {

using plan::ExpressionKind;
using plan::Value;

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::NullLiteral&, TypeId expected) {
  const bool takes_null = expected && types().is_nullable(expected);
  return make_literal(context_.program, Value(),
                      takes_null ? expected : types().of(TypeKind::kNull), e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::BoolLiteral& n, TypeId) {
  return make_literal(context_.program, Value::of_bool(n.value), types().of(TypeKind::kBool),
                      e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::IntLiteral& n, TypeId expected) {
  if (expected && types().kind(expected) == TypeKind::kFloat) {
    return make_literal(context_.program, Value::of_float(static_cast<double>(n.value)),
                        types().of(TypeKind::kFloat), e.span);
  }
  return make_literal(context_.program, Value::of_int(n.value), types().of(TypeKind::kInt), e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::FloatLiteral& n, TypeId) {
  return make_literal(context_.program, Value::of_float(n.value), types().of(TypeKind::kFloat),
                      e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::DurationLiteral& n, TypeId) {
  return make_literal(context_.program, Value::of_duration(n.microseconds),
                      types().of(TypeKind::kDuration), e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::SizeLiteral& n, TypeId) {
  return make_literal(context_.program, Value::of_size(n.bytes), types().of(TypeKind::kSize),
                      e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::DateLiteral& n, TypeId) {
  return make_literal(context_.program, Value::of_date(n.days), types().of(TypeKind::kDate),
                      e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::DatetimeLiteral& n, TypeId) {
  return make_literal(context_.program, Value::of_datetime(n.microseconds),
                      types().of(TypeKind::kDatetime), e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::StringLiteral& n, TypeId) {
  return check_string(n, e.span);
}

Typed ExpressionChecker::check_string(const syntax::StringLiteral& literal, Span span) {
  const TypeId type = types().of(TypeKind::kString);
  if (literal.is_constant()) {
    return make_literal(context_.program, Value::of_string(literal.text()), type, span);
  }
  std::vector<Typed> children;
  for (const syntax::StringPart& part : literal.parts) {
    if (const auto* text = std::get_if<syntax::TextPart>(&part)) {
      children.push_back(
          make_literal(context_.program, Value::of_string(text->text), type, text->span));
      continue;
    }
    children.push_back(text_part(std::get<syntax::Interpolation>(part)));
  }
  return make_plain(context_.program, ExpressionKind::kText, type, span, std::move(children));
}

Typed ExpressionChecker::text_part(const syntax::Interpolation& part) {
  for (const syntax::InterpolationOption& option : part.options) {
    context_
        .report(Kind::kBadInterpolation, option.name.span,
                "`" + option.name.text + ":` is only for `run` bodies")
        .with_help("join a list here with `join(xs, \",\")`");
  }
  Typed value = check(*part.value);
  const TypeId type = value.type();
  if (types().is_error(type)) return value;
  const TypeKind kind = types().kind(type);
  const bool is_path = phase_ == Phase::kBody;
  if (kind != TypeKind::kNone && (is_path || !plan::is_artifact(kind))) return value;
  context_.report(Kind::kNoTextForm, value.span, "`" + types().text(type) + "` has no text form")
      .with_help("`basename(f)` is the name of a file, `read(f)` its content");
  return make_error(context_.program, value.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::EnumExpr& n, TypeId) {
  Enum* found = find_enum(context_, module_, n.type);
  if (found == nullptr) return make_error(context_.program, e.span);
  complete_enum(context_, *found);
  owner_.uses.push_back(found);
  for (const std::string& name : found->names) {
    if (name == n.value.text) {
      return make_literal(context_.program, Value::of_enum(name), found->type, e.span);
    }
  }
  context_
      .report(Kind::kUnknownEnumValue, n.value.span,
              "`" + n.type.text() + "` has no value `" + n.value.text + "`")
      .with_help(did_you_mean(n.value.text, found->names, "it has " + quoted_list(found->names)));
  return make_literal(context_.program, Value(), types().error(), e.span);
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::RecordExpr& n, TypeId) {
  Record* record = find_record(context_, module_, n.type);
  if (record == nullptr) {
    for (const syntax::NamedValue& field : n.fields) check(field.value);
    return make_error(context_.program, e.span);
  }
  owner_.uses.push_back(record);
  complete_record(context_, *record);
  return record_of(e, n, *record);
}

Typed ExpressionChecker::record_of(const syntax::Expr& e, const syntax::RecordExpr& n,
                                   const Record& record) {
  std::map<std::string, std::optional<Typed>> given;
  std::vector<std::string> names;
  for (const RecordField& field : record.fields) names.push_back(field.name);
  for (const syntax::NamedValue& value : n.fields) {
    const RecordField* field = nullptr;
    for (const RecordField& one : record.fields) {
      if (one.name == value.name.text) field = &one;
    }
    if (field == nullptr) {
      context_
          .report(Kind::kUnknownField, value.name.span,
                  "`" + record.name + "` has no field `" + value.name.text + "`")
          .with_help(did_you_mean(value.name.text, names));
      check(value.value);
      continue;
    }
    if (given.count(field->name) > 0) {
      context_.report(Kind::kDuplicateArgument, value.name.span,
                      "field `" + field->name + "` is given twice");
    }
    given[field->name] = check_as(value.value, field->type, "`" + field->name + "`");
  }
  std::vector<Typed> children;
  std::vector<std::string> missing;
  for (const RecordField& field : record.fields) {
    if (given.count(field.name) > 0)
      children.push_back(std::move(*given.at(field.name)));
    else if (field.fallback)
      children.push_back(*field.fallback);
    else
      missing.push_back(field.name);
  }
  if (!missing.empty()) {
    context_.report(Kind::kMissingField, n.type.span,
                    "`" + record.name + "` needs " + quoted_list(missing));
    return make_error(context_.program, e.span);
  }
  if (types().is_error(record.type)) return make_error(context_.program, e.span);
  Typed typed = make_plain(context_.program, ExpressionKind::kRecord, record.type, e.span,
                           std::move(children));
  typed.expression.names = names;
  return typed;
}

bool ExpressionChecker::has_exactly(const syntax::PartsExpr& parts, TypeId record) {
  if (!record || types().kind(record) != TypeKind::kRecord) return false;
  const plan::Type type = types().get(record);
  if (type.fields.size() != parts.parts.size()) return false;
  for (const syntax::NamedValue& part : parts.parts) {
    if (!field_type(type, part.name.text)) return false;
  }
  return true;
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::PartsExpr& n, TypeId expected) {
  const bool is_expected = has_exactly(n, expected);
  const plan::Type wanted = types().get(expected);
  std::vector<plan::Field> fields;
  std::vector<std::string> names;
  std::vector<Typed> children;
  bool is_broken = false;
  std::map<std::string, Span> seen;
  for (const syntax::NamedValue& part : n.parts) {
    const auto [first, is_new] = seen.emplace(part.name.text, part.name.span);
    if (!is_new) {
      context_
          .report(Kind::kDuplicateArgument, part.name.span,
                  "part `" + part.name.text + "` is given twice")
          .with_label(first->second, "first here");
      is_broken = true;
    }
    const TypeId field = is_expected ? field_type(wanted, part.name.text) : TypeId{};
    Typed value =
        field ? check_as(part.value, field, "`" + part.name.text + "`") : check(part.value);
    const TypeKind kind = types().kind(value.type());
    if (!types().is_error(value.type()) && (kind == TypeKind::kNone || kind == TypeKind::kNull)) {
      context_.report(
          kind == TypeKind::kNull ? Kind::kNeedsType : Kind::kNoValue, value.span,
          kind == TypeKind::kNull ? "the type of this null is not said" : "this has no value");
      is_broken = true;
    }
    is_broken |= types().is_error(value.type());
    fields.push_back({part.name.text, value.type(), std::nullopt});
    names.push_back(part.name.text);
    children.push_back(std::move(value));
  }
  if (is_broken) return make_error(context_.program, e.span);
  const TypeId type = bounded_type(context_, types().record(std::move(fields)), e.span);
  if (types().is_error(type)) return make_error(context_.program, e.span);
  Typed typed =
      make_plain(context_.program, ExpressionKind::kRecord, type, e.span, std::move(children));
  typed.expression.names = names;
  return typed;
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::ListExpr& n, TypeId expected) {
  TypeId element;
  if (expected && types().kind(expected) == TypeKind::kList)
    element = types().get(expected).element;
  if (n.items.empty() && !element) {
    context_.report(Kind::kNeedsType, e.span, "the type of this empty list is not said")
        .with_help("say it where it is bound: `xs: [int] = []`");
    return make_error(context_.program, e.span);
  }
  std::vector<Typed> children;
  TypeId joined = element;
  for (const syntax::Expr& item : n.items) {
    Typed value = element ? check_as(item, element, "an item of this list") : check(item);
    const bool is_first = children.empty();
    const TypeId wider = element    ? element
                         : is_first ? value.type()
                                    : types().common(joined, value.type());
    if (!wider) {
      context_.report(Kind::kArmsDiffer, value.span,
                      "the items of a list have one type; this is `" + types().text(value.type()) +
                          "`, those before are `" + types().text(joined) + "`");
      joined = types().error();
    } else {
      joined = types().is_error(value.type()) ? types().error() : wider;
    }
    children.push_back(std::move(value));
  }
  if (types().is_error(joined)) return make_error(context_.program, e.span);
  if (types().kind(joined) == TypeKind::kNull) {
    context_.report(Kind::kNeedsType, e.span, "the type of the items is not said")
        .with_help("say it where it is bound: `xs: [int?] = [null]`");
    return make_error(context_.program, e.span);
  }
  for (Typed& child : children) child = make_converted(context_.program, std::move(child), joined);
  return make_plain(context_.program, ExpressionKind::kList, types().list_of(joined), e.span,
                    std::move(children));
}

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::MapExpr& n, TypeId) {
  for (const syntax::MapEntry& entry : n.entries) {
    check_string(entry.key, entry.key.span);
    check(entry.value);
  }
  owner_.unsupported.push_back(
      {e.span, "maps are not supported yet", "use a record: `(name: value)`"});
  return make_error(context_.program, e.span);
}

}  // namespace mlp::check
