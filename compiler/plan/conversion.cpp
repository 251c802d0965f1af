// SPDX-License-Identifier: Apache-2.0
//
// Which types stand for which others by themselves, and the values that follow.
#include <optional>

#include "compiler/plan/evaluate.h"
#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

const Field* find_field(const Type& type, std::string_view name) {
  for (const Field& field : type.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

bool fits_record(const TypeTable& types, const Type& from, const Type& to) {
  const bool one_is_anonymous = from.name.empty() || to.name.empty();
  if (!one_is_anonymous && from.name != to.name) return false;
  for (const Field& field : from.fields) {
    if (find_field(to, field.name) == nullptr) return false;
  }
  for (const Field& field : to.fields) {
    const Field* given = find_field(from, field.name);
    if (given == nullptr && !field.default_value) return false;
    if (given != nullptr && !is_assignable(types, given->type, field.type)) return false;
  }
  return true;
}

bool becomes_file(TypeKind kind) {
  switch (kind) {
    case TypeKind::kFile:
    case TypeKind::kDataset:
    case TypeKind::kMetrics:
    case TypeKind::kPlot:
    case TypeKind::kReport: return true;
    default: return false;
  }
}

/// Both without their `?`.
bool fits(const TypeTable& types, const Type& from, const Type& to) {
  if (from.kind == TypeKind::kInt && to.kind == TypeKind::kFloat) return true;
  if (to.kind == TypeKind::kFile && to.format.empty() && becomes_file(from.kind)) return true;
  if (from.kind == TypeKind::kMetrics && to.kind == TypeKind::kRecord && from.element) {
    return fits_record(types, types.get(from.element), to);
  }
  if (from.kind != to.kind) return false;
  switch (from.kind) {
    case TypeKind::kEnum: return from.name == to.name && from.enum_names == to.enum_names;
    case TypeKind::kRecord: return fits_record(types, from, to);
    case TypeKind::kList:
    case TypeKind::kMap: return is_assignable(types, from.element, to.element);
    case TypeKind::kFile:
    case TypeKind::kDir: return to.format.empty() || from.format == to.format;
    case TypeKind::kDataset:
    case TypeKind::kMetrics: return !to.element || from.element == to.element;
    default: return true;
  }
}

// ---- values -----------------------------------------------------------------------------------

using Changed = std::optional<Value>;  // none: the value may stay as it is

Changed changed(const TypeTable& types, TypeId to, const Value& value);

Changed changed_list(const TypeTable& types, const Type& to, const List& items) {
  std::optional<List> result;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Changed item = changed(types, to.element, items[i]);
    if (!item) continue;
    if (!result) result = items;
    (*result)[i] = std::move(*item);
  }
  if (!result) return {};
  return Value::of_list(std::move(*result));
}

Changed changed_map(const TypeTable& types, const Type& to, const Map& map) {
  std::optional<Map> result;
  for (std::size_t i = 0; i < map.size(); ++i) {
    Changed item = changed(types, to.element, map[i].second);
    if (!item) continue;
    if (!result) result = map;
    (*result)[i].second = std::move(*item);
  }
  if (!result) return {};
  return Value::of_map(std::move(*result));
}

bool has_names_of(const Record& record, const Type& to) {
  if (record.names->size() != to.fields.size()) return false;
  for (std::size_t i = 0; i < to.fields.size(); ++i) {
    if ((*record.names)[i] != to.fields[i].name) return false;
  }
  return true;
}

Value rebuilt_record(const TypeTable& types, const Type& to, const Record& record) {
  std::vector<std::pair<std::string, Value>> parts;
  for (const Field& field : to.fields) {
    const Value* part = record.find(field.name);
    const Value missing = field.default_value.value_or(Value());
    parts.emplace_back(field.name, convert(types, field.type, part == nullptr ? missing : *part));
  }
  return Value::of_record(std::move(parts));
}

Changed changed_record(const TypeTable& types, const Type& to, const Record& record) {
  if (!has_names_of(record, to)) return rebuilt_record(types, to, record);
  std::optional<Record> result;
  for (std::size_t i = 0; i < to.fields.size(); ++i) {
    Changed part = changed(types, to.fields[i].type, record.values[i]);
    if (!part) continue;
    if (!result) result = record;
    result->values[i] = std::move(*part);
  }
  if (!result) return {};
  return Value::of_record(std::move(*result));
}

Value json_file(const Value& value) {
  auto content = std::make_shared<const std::string>(to_text(value));
  const Digest digest = sha256(*content);
  return Value::of_artifact({false, digest, content->size(), "metrics.json", content});
}

Changed changed(const TypeTable& types, TypeId id, const Value& value) {
  const Type& to = types.get(id);
  const ValueKind kind = value.kind();
  switch (to.kind) {
    case TypeKind::kFloat:
      if (kind != ValueKind::kInt) return {};
      return Value::of_float(static_cast<double>(value.as_int()));
    case TypeKind::kList:
      return kind == ValueKind::kList ? changed_list(types, to, value.as_list()) : Changed{};
    case TypeKind::kMap:
      return kind == ValueKind::kMap ? changed_map(types, to, value.as_map()) : Changed{};
    case TypeKind::kRecord:
      return kind == ValueKind::kRecord ? changed_record(types, to, value.as_record()) : Changed{};
    case TypeKind::kFile:
      if (kind != ValueKind::kRecord && kind != ValueKind::kMap) return {};
      return json_file(value);
    default: return {};
  }
}

}  // namespace

bool is_assignable(const TypeTable& types, TypeId from_id, TypeId to_id) {
  if (from_id == to_id) return true;
  const Type& from = types.get(from_id);
  const Type& to = types.get(to_id);
  if (from.kind == TypeKind::kNull) return to.nullable;
  if (from.nullable && !to.nullable) return false;
  return fits(types, from, to);
}

Value convert(const TypeTable& types, TypeId to, const Value& value) {
  Changed result = changed(types, to, value);
  return result ? std::move(*result) : value;
}

}  // namespace mlp::plan
