// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/shape.h"

#include "base/digest.h"
#include "base/text.h"
#include "compiler/plan/value_json.h"

namespace mlp::cache {
namespace {

using plan::TypeKind;

constexpr std::size_t kMaxText = 1000;

}  // namespace

const std::string& Shapes::of(plan::TypeId id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const plan::Type& type = types_.get(id);
  const bool is_simple = type.kind != TypeKind::kEnum && type.kind != TypeKind::kRecord &&
                         !type.element;
  if (is_simple) return known_[id] = to_text(types_, id);
  std::string text = taken_apart(type);
  if (text.size() > kMaxText) text = "type " + sha256(text).to_hex();
  return known_[id] = text + (type.nullable ? "?" : "");
}

std::string Shapes::taken_apart(const plan::Type& type) {
  switch (type.kind) {
    case TypeKind::kEnum:
      return "enum (" + join(type.enum_names, ", ") + ")";
    case TypeKind::kRecord:
      return record(type);
    case TypeKind::kList:
      return "[" + of(type.element) + "]";
    case TypeKind::kMap:
      return "{string: " + of(type.element) + "}";
    default:
      break;
  }
  MLP_CHECK(type.kind == TypeKind::kMetrics || type.kind == TypeKind::kDataset);
  return (type.kind == TypeKind::kMetrics ? "Metrics<" : "Dataset<") + of(type.element) + ">";
}

std::string Shapes::record(const plan::Type& type) {
  std::vector<std::string> fields;
  for (const plan::Field& field : type.fields) {
    std::string text = field.name + ": " + of(field.type);
    if (has_defaults_ && field.default_value) {
      text += " = " + to_text(plan::to_json(*field.default_value));
    }
    fields.push_back(std::move(text));
  }
  return "(" + join(fields, ", ") + ")";
}

}  // namespace mlp::cache
