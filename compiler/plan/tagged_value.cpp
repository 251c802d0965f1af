// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/tagged_value.h"

#include <array>

#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

// Deeper than any type of the language nests; hostile documents end here.
constexpr int kMostNesting = 200;

// In the order of ValueKind.
constexpr auto kTags = std::to_array<std::string_view>(
    {"null", "bool", "int", "float", "string", "duration", "size", "date", "datetime", "enum",
     "list", "record", "map", "artifact"});

// The type that reads the scalar of each tag; kNone for what is read part by part.
constexpr auto kTypes = std::to_array<TypeKind>(
    {TypeKind::kNone, TypeKind::kBool, TypeKind::kInt, TypeKind::kFloat, TypeKind::kString,
     TypeKind::kDuration, TypeKind::kSize, TypeKind::kDate, TypeKind::kDatetime, TypeKind::kNone,
     TypeKind::kNone, TypeKind::kNone, TypeKind::kNone, TypeKind::kModel});
static_assert(kTags.size() == kTypes.size());

Json tagged_parts(const Value& value) {
  if (value.kind() == ValueKind::kList) {
    JsonArray items;
    for (const Value& item : value.as_list()) items.push_back(to_tagged_json(item));
    return items;
  }
  JsonObject parts;
  if (value.kind() == ValueKind::kMap) {
    for (const auto& [key, item] : value.as_map()) parts[key] = to_tagged_json(item);
    return parts;
  }
  const Record& record = value.as_record();
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    parts[(*record.names)[i]] = to_tagged_json(record.values[i]);
  }
  return parts;
}

Result<Value> from_tagged(const Json& json, int depth);

Result<Value> list_from(const Json& json, int depth) {
  if (!json.is_array()) return Error{ErrorCode::kInvalid, "a list"};
  List items;
  for (const Json& item : json.get_array()) {
    MLP_ASSIGN(Value value, from_tagged(item, depth + 1));
    items.push_back(std::move(value));
  }
  return Value::of_list(std::move(items));
}

Result<Value> parts_from(const Json& json, ValueKind kind, int depth) {
  if (!json.is_object()) return Error{ErrorCode::kInvalid, "an object"};
  Map parts;
  for (const auto& member : json.get_object()) {
    MLP_ASSIGN(Value value, from_tagged(member.value(), depth + 1));
    parts.emplace_back(std::string(member.key()), std::move(value));
  }
  return kind == ValueKind::kMap ? Value::of_map(std::move(parts)) : Value::of_record(std::move(parts));
}

Result<Value> scalar_from(const Json& json, TypeKind kind) {
  TypeTable types;
  return from_json(types, types.simple(kind), json);
}

Result<Value> from_tagged(const Json& json, int depth) {
  if (json.is_null()) return Value();
  if (depth > kMostNesting) return Error{ErrorCode::kInvalid, "less nesting"};
  if (!json.is_object() || json.get_object().size() != 1) {
    return Error{ErrorCode::kInvalid, "a value with its kind"};
  }
  const auto& member = *json.get_object().begin();
  for (std::size_t i = 1; i < kTags.size(); ++i) {
    if (member.key() != boost::json::string_view(kTags[i].data(), kTags[i].size())) continue;
    const auto kind = static_cast<ValueKind>(i);
    if (kTypes[i] != TypeKind::kNone) return scalar_from(member.value(), kTypes[i]);
    if (kind == ValueKind::kList) return list_from(member.value(), depth);
    if (kind != ValueKind::kEnum) return parts_from(member.value(), kind, depth);
    if (!member.value().is_string()) return Error{ErrorCode::kInvalid, "a name"};
    return Value::of_enum(std::string(member.value().get_string()));
  }
  return Error{ErrorCode::kInvalid, "a value with its kind"};
}

}  // namespace

Json to_tagged_json(const Value& value) {
  const std::string_view tag = kTags[static_cast<std::size_t>(value.kind())];
  switch (value.kind()) {
    case ValueKind::kNull: return nullptr;
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap: return JsonObject{{tag, tagged_parts(value)}};
    default: return JsonObject{{tag, to_json(value)}};
  }
}

Result<Value> from_tagged_json(const Json& json) { return from_tagged(json, 0); }

}  // namespace mlp::plan
