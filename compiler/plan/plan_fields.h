// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: every field of a plan, once. The JSON writer and reader (plan_json.cpp) and
// the byte writer and reader (plan_bytes.cpp) all walk these lists. The order is the order of the
// bytes: adding, removing or moving a field needs a new kPlanVersion.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "compiler/plan/plan.h"

namespace mlp::plan {

inline constexpr std::uint32_t kPlanVersion = 1;

template <typename Struct, typename Member>
struct NamedField {
  const char* name;
  Member Struct::*member;
};

/// Specialised below: `list`, a tuple of NamedField.
template <typename Struct>
struct Fields {};

/// Specialised below: `names`, the word of each value of the enum.
template <typename Enum>
struct Names {};

template <typename T>
concept Described = requires { Fields<T>::list; };
template <typename T>
concept Worded = requires { Names<T>::names; };

/// Calls `visit(name, member)` for each field until it gives false.
template <Described Struct, typename Visit>
bool visit_fields(Visit&& visit) {
  return std::apply(
      [&](const auto&... field) { return (visit(field.name, field.member) && ...); },
      Fields<Struct>::list);
}

#define MLP_FIELD(member) NamedField{#member, &S::member}
#define MLP_DESCRIBE(Struct, ...)                                  \
  template <>                                                      \
  struct Fields<Struct> {                                          \
    using S = Struct;                                              \
    static constexpr auto list = std::make_tuple(__VA_ARGS__);     \
  }
#define MLP_WORDS(Enum, ...)                                                        \
  template <>                                                                       \
  struct Names<Enum> {                                                              \
    static constexpr auto names = std::to_array<std::string_view>({__VA_ARGS__});   \
  }

// ---- words ------------------------------------------------------------------------------------

MLP_WORDS(TypeKind, "none", "null", "bool", "int", "float", "string", "duration", "size", "date",
          "datetime", "enum", "record", "list", "map", "file", "dir", "dataset", "model", "metrics",
          "plot", "report");
MLP_WORDS(ExpressionKind, "literal", "statement", "local", "input", "output_path", "attempt",
          "last", "field", "index", "unary", "binary", "conditional", "record", "list", "map",
          "text", "function", "lambda", "comprehension", "convert");
MLP_WORDS(Operator, "none", "not", "negate", "and", "or", "coalesce", "equal", "not_equal", "less",
          "less_equal", "greater", "greater_equal", "in", "add", "subtract", "multiply", "divide",
          "modulo");
MLP_WORDS(Function, "none", "count", "sum", "mean", "min", "max", "first", "last", "min_by",
          "max_by", "sort_by", "filter", "take", "drop", "zip", "range", "sample", "flatten",
          "unique", "keys", "values", "join", "split_text", "trim", "lower", "upper", "replace",
          "length", "format", "int", "float", "round", "floor", "ceil", "abs", "div", "file", "dir",
          "glob", "text", "read", "basename");
MLP_WORDS(Quoting, "word", "quoted", "raw");
MLP_WORDS(BodyKind, "run", "exec", "script", "python");
MLP_WORDS(EnvironmentKind, "host", "venv");
MLP_WORDS(RetryClass, "error", "timeout", "lost", "output");
MLP_WORDS(StatementKind, "parameter", "item", "let", "call", "for", "if", "check", "block");

static_assert(Names<TypeKind>::names.size() == static_cast<int>(TypeKind::kReport) + 1);
static_assert(Names<ExpressionKind>::names.size() == static_cast<int>(ExpressionKind::kConvert) + 1);
static_assert(Names<Operator>::names.size() == static_cast<int>(Operator::kModulo) + 1);
static_assert(Names<Function>::names.size() == static_cast<int>(Function::kBasename) + 1);
static_assert(Names<StatementKind>::names.size() == static_cast<int>(StatementKind::kBlock) + 1);

// ---- fields -----------------------------------------------------------------------------------

MLP_DESCRIBE(Field, MLP_FIELD(name), MLP_FIELD(type), MLP_FIELD(default_value));
MLP_DESCRIBE(Type, MLP_FIELD(kind), MLP_FIELD(nullable), MLP_FIELD(name), MLP_FIELD(format),
             MLP_FIELD(enum_names), MLP_FIELD(fields), MLP_FIELD(element));
MLP_DESCRIBE(Place, MLP_FIELD(source), MLP_FIELD(line), MLP_FIELD(column));
MLP_DESCRIBE(Expression, MLP_FIELD(kind), MLP_FIELD(op), MLP_FIELD(function), MLP_FIELD(type),
             MLP_FIELD(place), MLP_FIELD(number), MLP_FIELD(statement), MLP_FIELD(name),
             MLP_FIELD(names), MLP_FIELD(literal), MLP_FIELD(children));
MLP_DESCRIBE(TaskInput, MLP_FIELD(name), MLP_FIELD(type), MLP_FIELD(place), MLP_FIELD(is_in_key));
MLP_DESCRIBE(TaskOutput, MLP_FIELD(name), MLP_FIELD(type), MLP_FIELD(is_stdout), MLP_FIELD(place),
             MLP_FIELD(default_place));
MLP_DESCRIBE(RunPart, MLP_FIELD(text), MLP_FIELD(value), MLP_FIELD(quoting), MLP_FIELD(separator),
             MLP_FIELD(flag));
MLP_DESCRIBE(Body, MLP_FIELD(kind), MLP_FIELD(run), MLP_FIELD(exec), MLP_FIELD(interpreter),
             MLP_FIELD(script), MLP_FIELD(file), MLP_FIELD(function), MLP_FIELD(place));
MLP_DESCRIBE(Environment, MLP_FIELD(name), MLP_FIELD(kind), MLP_FIELD(python),
             MLP_FIELD(requirements), MLP_FIELD(requirements_digest));
MLP_DESCRIBE(SeenFile, MLP_FIELD(path), MLP_FIELD(is_executable), MLP_FIELD(size),
             MLP_FIELD(digest));
MLP_DESCRIBE(RetryRule, MLP_FIELD(classes), MLP_FIELD(exit_codes), MLP_FIELD(tries),
             MLP_FIELD(backoff_from), MLP_FIELD(backoff_to));
MLP_DESCRIBE(Variable, MLP_FIELD(name), MLP_FIELD(value));
MLP_DESCRIBE(TaskDefinition, MLP_FIELD(name), MLP_FIELD(doc), MLP_FIELD(inputs),
             MLP_FIELD(outputs), MLP_FIELD(body), MLP_FIELD(environment), MLP_FIELD(files),
             MLP_FIELD(vars), MLP_FIELD(cpus), MLP_FIELD(timeout), MLP_FIELD(retry),
             MLP_FIELD(is_cached), MLP_FIELD(tags), MLP_FIELD(result_type), MLP_FIELD(place));
MLP_DESCRIBE(ForSource, MLP_FIELD(list), MLP_FIELD(item), MLP_FIELD(stream));
MLP_DESCRIBE(Statement, MLP_FIELD(id), MLP_FIELD(kind), MLP_FIELD(block), MLP_FIELD(name),
             MLP_FIELD(type), MLP_FIELD(place), MLP_FIELD(dependencies), MLP_FIELD(after),
             MLP_FIELD(gates), MLP_FIELD(expression), MLP_FIELD(is_submit),
             MLP_FIELD(reads_object), MLP_FIELD(task), MLP_FIELD(arguments),
             MLP_FIELD(is_optional), MLP_FIELD(sources), MLP_FIELD(limit), MLP_FIELD(tolerate),
             MLP_FIELD(tolerate_is_percent), MLP_FIELD(body), MLP_FIELD(otherwise),
             MLP_FIELD(message));
MLP_DESCRIBE(Block, MLP_FIELD(id), MLP_FIELD(parent), MLP_FIELD(depth), MLP_FIELD(statements),
             MLP_FIELD(result));
MLP_DESCRIBE(Task, MLP_FIELD(id), MLP_FIELD(name), MLP_FIELD(definition), MLP_FIELD(statement),
             MLP_FIELD(depth));
MLP_DESCRIBE(Plan, MLP_FIELD(pipeline), MLP_FIELD(path), MLP_FIELD(doc), MLP_FIELD(sources),
             MLP_FIELD(types), MLP_FIELD(environments), MLP_FIELD(definitions), MLP_FIELD(tasks),
             MLP_FIELD(statements), MLP_FIELD(blocks), MLP_FIELD(parameters),
             MLP_FIELD(result_type));

#undef MLP_FIELD
#undef MLP_DESCRIBE
#undef MLP_WORDS

/// Types in the order of their ids; false when one refers to itself or a later one, or is there
/// twice: then ids would not be what they were.
inline bool intern_in_order(std::vector<Type> types, TypeTable& out) {
  std::uint32_t next = 1;
  for (Type& type : types) {
    if (type.element.value >= next) return false;
    for (const Field& field : type.fields) {
      if (field.type.value >= next) return false;
    }
    if (out.intern(std::move(type)).value != next++) return false;
  }
  return true;
}

}  // namespace mlp::plan
