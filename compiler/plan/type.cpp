// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/type.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"

namespace mlp::plan {
namespace {

/// FNV-1a (Fowler, Noll, Vo): the same on every machine, so tables are built alike everywhere.
class StructuralHash {
 public:
  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(value >> shift));
  }
  void text(std::string_view value) {
    number(value.size());
    for (const char c : value) byte(static_cast<std::uint8_t>(c));
  }
  std::uint64_t value() const { return hash_; }

 private:
  void byte(std::uint8_t value) { hash_ = (hash_ ^ value) * 0x100000001b3ULL; }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

std::uint64_t hash_of(const Type& type) {
  StructuralHash hash;
  hash.number(static_cast<std::uint64_t>(type.kind) * 2 + (type.nullable ? 1 : 0));
  hash.text(type.name);
  hash.text(type.format);
  for (const std::string& name : type.enum_names) hash.text(name);
  for (const Field& field : type.fields) {
    hash.text(field.name);
    hash.number(field.type.value);
  }
  hash.number(type.element.value);
  return hash.value();
}

std::string_view word_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNone: return "nothing";
    case TypeKind::kNull: return "null";
    case TypeKind::kBool: return "bool";
    case TypeKind::kInt: return "int";
    case TypeKind::kFloat: return "float";
    case TypeKind::kString: return "string";
    case TypeKind::kDuration: return "duration";
    case TypeKind::kSize: return "size";
    case TypeKind::kDate: return "date";
    case TypeKind::kDatetime: return "datetime";
    case TypeKind::kFile: return "File";
    case TypeKind::kDir: return "Dir";
    case TypeKind::kDataset: return "Dataset";
    case TypeKind::kModel: return "Model";
    case TypeKind::kMetrics: return "Metrics";
    case TypeKind::kPlot: return "Plot";
    case TypeKind::kReport: return "Report";
    default: return "";
  }
}

std::string anonymous_record_text(const TypeTable& types, const Type& type) {
  std::string text = "(";
  for (const Field& field : type.fields) {
    if (text.size() > 1) text += ", ";
    text += field.name + ": " + to_text(types, field.type);
  }
  return text + ")";
}

std::string text_without_null(const TypeTable& types, const Type& type) {
  switch (type.kind) {
    case TypeKind::kEnum: return type.name;
    case TypeKind::kRecord:
      return type.name.empty() ? anonymous_record_text(types, type) : type.name;
    case TypeKind::kList: return "[" + to_text(types, type.element) + "]";
    case TypeKind::kMap: return "{string: " + to_text(types, type.element) + "}";
    default: break;
  }
  std::string text(word_of(type.kind));
  if (!type.format.empty()) text += "<" + type.format + ">";
  if (type.element) text += "<" + to_text(types, type.element) + ">";
  return text;
}

}  // namespace

TypeTable::TypeTable() = default;

TypeId TypeTable::intern(Type type) {
  const std::uint64_t hash = hash_of(type);
  auto at = std::lower_bound(index_.begin(), index_.end(), std::pair{hash, std::uint32_t{0}});
  for (; at != index_.end() && at->first == hash; ++at) {
    if (types_[at->second - 1] == type) return TypeId(at->second);
  }
  types_.push_back(std::move(type));
  const auto id = static_cast<std::uint32_t>(types_.size());
  index_.insert(at, {hash, id});
  return TypeId(id);
}

const Type& TypeTable::get(TypeId id) const {
  static const Type none;
  if (!id) return none;
  MLP_CHECK(id.value <= types_.size());
  return types_[id.value - 1];
}

TypeId TypeTable::simple(TypeKind kind) {
  Type type;
  type.kind = kind;
  return intern(std::move(type));
}

TypeId TypeTable::nullable(TypeId id) {
  Type type = get(id);
  if (type.nullable || type.kind == TypeKind::kNull || type.kind == TypeKind::kNone) return id;
  type.nullable = true;
  return intern(std::move(type));
}

TypeId TypeTable::non_null(TypeId id) {
  Type type = get(id);
  if (!type.nullable) return id;
  type.nullable = false;
  return intern(std::move(type));
}

TypeId TypeTable::list_of(TypeId element) {
  Type type;
  type.kind = TypeKind::kList;
  type.element = element;
  return intern(std::move(type));
}

bool is_artifact(TypeKind kind) {
  switch (kind) {
    case TypeKind::kFile:
    case TypeKind::kDir:
    case TypeKind::kDataset:
    case TypeKind::kModel:
    case TypeKind::kPlot:
    case TypeKind::kReport: return true;
    default: return false;
  }
}

std::string to_text(const TypeTable& types, TypeId id) {
  const Type& type = types.get(id);
  return text_without_null(types, type) + (type.nullable ? "?" : "");
}

}  // namespace mlp::plan
