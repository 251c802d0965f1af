// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/types.h"

#include <algorithm>

#include "compiler/plan/value_json.h"

namespace mlp::check {

Types::Types() {
  plan::Type error;
  error.name = "<error>";
  error_ = table_.intern(error);
}

TypeId Types::list_of(TypeId element) {
  return is_error(element) ? error_ : table_.list_of(element);
}

TypeId Types::nullable(TypeId type) {
  const TypeKind kind_of = kind(type);
  const bool keeps = kind_of == TypeKind::kNone || kind_of == TypeKind::kNull;
  return keeps ? type : table_.nullable(type);
}

TypeId Types::non_null(TypeId type) {
  return is_nullable(type) ? table_.non_null(type) : type;
}

TypeId Types::record(std::vector<plan::Field> fields) {
  for (const plan::Field& field : fields) {
    if (is_error(field.type)) return error_;
  }
  plan::Type type;
  type.kind = TypeKind::kRecord;
  type.fields = std::move(fields);
  return table_.intern(std::move(type));
}

bool Types::is_nullable(TypeId type) const {
  return table_.get(type).nullable;
}

bool Types::is_one_of(TypeId type, std::initializer_list<TypeKind> kinds) const {
  const plan::Type& found = table_.get(type);
  return !found.nullable && std::find(kinds.begin(), kinds.end(), found.kind) != kinds.end();
}

bool Types::is_ordered(TypeId type) const {
  return is_one_of(type, {TypeKind::kInt, TypeKind::kFloat, TypeKind::kString, TypeKind::kDuration,
                          TypeKind::kSize, TypeKind::kDate, TypeKind::kDatetime});
}

bool Types::fits(TypeId from, TypeId to) const {
  if (from == to || is_error(from) || is_error(to)) return true;
  if (kind(from) == TypeKind::kNone || kind(to) == TypeKind::kNone) return false;
  return plan::is_assignable(table_, from, to);
}

TypeId Types::common(TypeId a, TypeId b) {
  if (is_error(a) || is_error(b)) return error_;
  if (kind(a) == TypeKind::kNull) return nullable(b);
  if (kind(b) == TypeKind::kNull) return nullable(a);
  if (fits(a, b)) return b;
  if (fits(b, a)) return a;
  if (!is_nullable(a) && !is_nullable(b)) return {};
  const TypeId wider_a = nullable(a);
  const TypeId wider_b = nullable(b);
  if (fits(wider_a, wider_b)) return wider_b;
  return fits(wider_b, wider_a) ? wider_a : TypeId{};
}

std::uint64_t Types::size_of(TypeId type) {
  if (!type) return 0;
  const auto known = sizes_.find(type);
  if (known != sizes_.end()) return known->second;
  const plan::Type found = get(type);
  std::uint64_t size = 1 + size_of(found.element);
  for (const plan::Field& field : found.fields) size += size_of(field.type);
  return sizes_[type] = std::min(size, kMostParts + 1);
}

std::string Types::text(TypeId type) const {
  if (!type || kind(type) == TypeKind::kNone) return "nothing";
  return plan::to_text(table_, type);
}

}  // namespace mlp::check
