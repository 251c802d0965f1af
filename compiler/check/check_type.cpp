// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_type.h"

#include <algorithm>
#include <set>

#include "compiler/check/constant.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {
namespace {

const std::map<std::string, TypeKind>& scalar_kinds() {
  static const std::map<std::string, TypeKind> kinds{
      {"bool", TypeKind::kBool},     {"int", TypeKind::kInt},           {"float", TypeKind::kFloat},
      {"string", TypeKind::kString}, {"duration", TypeKind::kDuration}, {"size", TypeKind::kSize},
      {"date", TypeKind::kDate},     {"datetime", TypeKind::kDatetime}};
  return kinds;
}

/// The types that begin with a capital letter and need no declaration.
const std::map<std::string, TypeKind>& artifact_kinds() {
  static const std::map<std::string, TypeKind> kinds{
      {"File", TypeKind::kFile},       {"Dir", TypeKind::kDir},   {"Model", TypeKind::kModel},
      {"Metrics", TypeKind::kMetrics}, {"Plot", TypeKind::kPlot}, {"Report", TypeKind::kReport}};
  return kinds;
}

const std::set<std::string>& later_types() {
  static const std::set<std::string> names{"Dataset", "Registered", "Version"};
  return names;
}

class TypeResolver {
 public:
  TypeResolver(Context& context, const Module& module, Declaration& owner)
      : context_(context), module_(module), owner_(owner) {}

  TypeId resolve(const syntax::Type& type) {
    const TypeId bare =
        std::visit([&](const auto& node) { return resolve_node(type, node); }, type.node);
    return type.nullable && !types().is_error(bare) ? types().nullable(bare) : bare;
  }

 private:
  Types& types() { return context_.types(); }

  TypeId resolve_node(const syntax::Type&, const syntax::ErrorType&) { return types().error(); }

  TypeId resolve_node(const syntax::Type&, const syntax::ScalarType& scalar) {
    const auto found = scalar_kinds().find(scalar.name.text);
    if (found != scalar_kinds().end()) return types().of(found->second);
    return unknown(scalar.name, names_of(scalar_kinds()));
  }

  TypeId resolve_node(const syntax::Type&, const syntax::ListType& list) {
    return types().list_of(resolve(*list.item));
  }

  TypeId resolve_node(const syntax::Type& type, const syntax::MapType& map) {
    resolve(*map.value);
    return later(type.span, "maps are not supported yet", "use a record, or a list of records");
  }

  TypeId resolve_node(const syntax::Type& type, const syntax::PartsType& parts) {
    std::vector<plan::Field> fields;
    std::set<std::string> seen;
    for (const syntax::TypePart& part : parts.parts) {
      if (!seen.insert(part.name.text).second) {
        context_.report(Kind::kDuplicateName, part.name.span,
                        "part `" + part.name.text + "` stands here twice");
        continue;
      }
      fields.push_back({part.name.text, resolve(part.type), std::nullopt});
    }
    return bounded_type(context_, types().record(std::move(fields)), type.span);
  }

  TypeId resolve_node(const syntax::Type& type, const syntax::NamedType& named) {
    const std::string& name = named.name.name.text;
    if (named.name.module) return declared(named);
    if (is_declared_here(name)) return declared(named);
    const auto artifact = artifact_kinds().find(name);
    if (artifact != artifact_kinds().end()) return built_in(type, named, artifact->second);
    if (later_types().count(name) > 0) {
      return later(type.span, "`" + name + "` is not supported yet",
                   name == "Dataset" ? "use `File<csv>`" : "");
    }
    return declared(named);
  }

  bool is_declared_here(const std::string& name) const {
    return module_.records.count(name) > 0 || module_.enums.count(name) > 0;
  }

  TypeId built_in(const syntax::Type& type, const syntax::NamedType& named, TypeKind kind) {
    plan::Type made;
    made.kind = kind;
    const bool takes_format = kind == TypeKind::kFile || kind == TypeKind::kDir;
    if (named.format) {
      if (!takes_format) return bad_argument(named, named.format->span);
      made.format = named.format->text;
    }
    if (!named.argument) return types().table().intern(made);
    if (kind != TypeKind::kMetrics) return bad_argument(named, named.argument->span);
    Record* record = find_record(context_, module_, *named.argument);
    if (record == nullptr) return types().error();
    owner_.uses.push_back(record);
    made.element = complete_record(context_, *record);
    if (types().is_error(made.element)) return types().error();
    (void)type;
    return types().table().intern(made);
  }

  TypeId bad_argument(const syntax::NamedType& named, Span where) {
    const std::string name = named.name.text();
    const bool is_file = name == "File" || name == "Dir";
    std::string help = "write `" + name + "` alone";
    if (is_file) help = "a format is a lower-case word: `" + name + "<csv>`";
    if (name == "Metrics") help = "`Metrics<R>` takes a record that says what is measured";
    context_.report(Kind::kBadTypeArgument, where, "`" + name + "` takes no such argument")
        .with_help(help);
    return types().error();
  }

  TypeId declared(const syntax::NamedType& named) {
    const Module* where = find_module(context_, module_, named.name);
    if (where == nullptr) return types().error();
    const std::string& wanted = named.name.name.text;
    const bool is_known = where->enums.count(wanted) > 0 || where->records.count(wanted) > 0;
    if (is_known && (named.format || named.argument)) {
      const Span span = named.format ? named.format->span : named.argument->span;
      context_.report(Kind::kBadTypeArgument, span,
                      "`" + named.name.text() + "` takes no argument");
    }
    const std::string& name = named.name.name.text;
    if (auto found = where->enums.find(name); found != where->enums.end()) {
      owner_.uses.push_back(found->second);
      complete_enum(context_, *found->second);
      return found->second->type;
    }
    if (where->records.count(name) == 0) return unknown(named.name.name, known_types(*where));
    Record* record = where->records.at(name);
    owner_.uses.push_back(record);
    return complete_record(context_, *record);
  }

  std::vector<std::string> known_types(const Module& where) const {
    std::vector<std::string> names = names_of(where.records);
    for (const std::string& name : names_of(where.enums)) names.push_back(name);
    if (&where != &module_) return names;
    for (const std::string& name : names_of(artifact_kinds())) names.push_back(name);
    return names;
  }

  TypeId unknown(const syntax::Name& name, const std::vector<std::string>& candidates) {
    if (name.text.empty()) return types().error();
    const std::map<std::string, std::string> foreign{
        {"str", "string"},   {"integer", "int"}, {"double", "float"}, {"boolean", "bool"},
        {"number", "float"}, {"text", "string"}, {"path", "File"},    {"list", "[T]"}};
    const auto known = foreign.find(name.text);
    const std::string help = known != foreign.end() ? "write `" + known->second + "`"
                                                    : did_you_mean(name.text, candidates);
    context_.report(Kind::kUnknownType, name.span, "unknown type `" + name.text + "`")
        .with_span_label("not a type, record or enum here")
        .with_help(help);
    return types().error();
  }

  TypeId later(Span span, std::string message, std::string help) {
    owner_.unsupported.push_back({span, std::move(message), std::move(help)});
    return types().error();
  }

  Context& context_;
  const Module& module_;
  Declaration& owner_;
};

void report_unknown_type(Context& context, const Module& where, const syntax::QName& name,
                         std::string_view what, const std::vector<std::string>& candidates) {
  std::string help = did_you_mean(name.name.text, candidates);
  const bool is_other =
      where.records.count(name.name.text) > 0 || where.enums.count(name.name.text) > 0;
  if (help.empty() && is_other) help = "`" + name.text() + "` is not a" + std::string(what);
  context
      .report(Kind::kUnknownType, name.name.span,
              "unknown" + std::string(what.substr(what.find(' '))) + " `" + name.text() + "`")
      .with_help(help);
}

}  // namespace

TypeId resolve_type(Context& context, const Module& module, Declaration& owner,
                    const syntax::Type& type) {
  return TypeResolver(context, module, owner).resolve(type);
}

const Module* find_module(Context& context, const Module& module, const syntax::QName& name) {
  if (!name.module) return &module;
  const auto found = module.imports.find(name.module->text);
  if (found == module.imports.end()) {
    context
        .report(Kind::kUnknownModule, name.module->span,
                "nothing is imported as `" + name.module->text + "`")
        .with_help(did_you_mean(name.module->text, names_of(module.imports),
                                "import it: `import \"./" + name.module->text + ".mlp\"`"));
    return nullptr;
  }
  if (name.name.text.substr(0, 1) == "_") {
    context
        .report(Kind::kPrivateName, name.name.span, "`" + name.text() + "` is private to its file")
        .with_help("names that begin with `_` are not seen by other files");
    return nullptr;
  }
  return found->second;
}

Record* find_record(Context& context, const Module& module, const syntax::QName& name) {
  const Module* where = find_module(context, module, name);
  if (where == nullptr || name.name.text.empty()) return nullptr;
  const auto found = where->records.find(name.name.text);
  if (found != where->records.end()) return found->second;
  report_unknown_type(context, *where, name, " record", names_of(where->records));
  return nullptr;
}

Enum* find_enum(Context& context, const Module& module, const syntax::QName& name) {
  const Module* where = find_module(context, module, name);
  if (where == nullptr || name.name.text.empty()) return nullptr;
  const auto found = where->enums.find(name.name.text);
  if (found != where->enums.end()) return found->second;
  report_unknown_type(context, *where, name, "n enum", names_of(where->enums));
  return nullptr;
}

std::string qualified_name(const Context& context, const Declaration& declaration) {
  const bool in_entry = declaration.module == &context.program.modules.front();
  return in_entry ? declaration.name : declaration.module->name + "." + declaration.name;
}

void complete_enum(Context& context, Enum& made) {
  if (made.type) return;
  std::set<std::string> seen;
  for (const syntax::EnumValue& value : made.syntax->values) {
    if (seen.insert(value.name.text).second) {
      made.names.push_back(value.name.text);
      continue;
    }
    context.report(Kind::kDuplicateName, value.name.span,
                   "value `" + value.name.text + "` stands in `" + made.name + "` twice");
  }
  plan::Type type;
  type.kind = TypeKind::kEnum;
  type.name = qualified_name(context, made);
  type.enum_names = made.names;
  made.type = context.types().table().intern(std::move(type));
}

TypeId complete_record(Context& context, Record& record) {
  if (record.progress == Progress::kDone) return record.type;
  if (record.progress == Progress::kRunning) {
    context.report(Kind::kRecursiveRecord, record.span, "record `" + record.name + "` holds itself")
        .with_help(
            "a record is made of simpler values; hold a list of plain records or an id instead");
    return context.types().error();
  }
  record.progress = Progress::kRunning;
  record.type = context.types().error();
  plan::Type type;
  type.kind = TypeKind::kRecord;
  type.name = qualified_name(context, record);
  bool is_broken = false;
  std::map<std::string, Span> seen;
  for (const syntax::Parameter& field : record.syntax->fields) {
    const TypeId field_type = resolve_type(context, *record.module, record, field.type);
    is_broken |= context.types().is_error(field_type);
    const auto [first, is_new] = seen.emplace(field.name.text, field.name.span);
    if (!is_new) {
      context
          .report(Kind::kDuplicateName, field.name.span,
                  "field `" + field.name.text + "` stands in `" + record.name + "` twice")
          .with_label(first->second, "first here");
      continue;
    }
    RecordField made{field.name.text, field_type, std::nullopt};
    std::optional<plan::Value> constant;
    if (field.fallback)
      constant = check_constant(context, record, *field.fallback,
                                {"`" + made.name + "`", field_type}, made.fallback);
    type.fields.push_back({made.name, made.type, std::move(constant)});
    record.fields.push_back(std::move(made));
  }
  record.progress = Progress::kDone;
  if (is_broken) return record.type;
  record.type = bounded_type(context, context.types().table().intern(std::move(type)), record.span);
  return record.type;
}

}  // namespace mlp::check
