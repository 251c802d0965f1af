// SPDX-License-Identifier: Apache-2.0
//
// Types of the language, interned in a table: two equal types of one table have the same TypeId.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "compiler/plan/value.h"

namespace mlp::plan {

using TypeId = Id<struct TypeTag, std::uint32_t>;

enum class TypeKind : std::uint8_t {
  kNone,  // has no value: a `check`, a binding
  kNull,  // `null` where nothing else is known
  kBool, kInt, kFloat, kString, kDuration, kSize, kDate, kDatetime,
  kEnum, kRecord, kList, kMap,
  kFile, kDir, kDataset, kModel, kMetrics, kPlot, kReport,
};

struct Field {
  std::string name;
  TypeId type;
  std::optional<Value> default_value;
  bool operator==(const Field&) const = default;
};

struct Type {
  TypeKind kind = TypeKind::kNone;
  bool nullable = false;                 // `T?`
  std::string name;                      // enum, record (qualified; empty when anonymous)
  std::string format;                    // File<csv>, Dir<…>: "csv", "tar.gz"; empty when open
  std::vector<std::string> enum_names;
  std::vector<Field> fields;             // record
  TypeId element;                        // list, map; R of Metrics<R>, Row of Dataset<Row> or none
  bool operator==(const Type&) const = default;
};

/// Types by id. Ids start at 1; get(none) is the type kNone.
class TypeTable {
 public:
  TypeTable();
  TypeId intern(Type type);
  const Type& get(TypeId id) const;
  std::size_t size() const { return types_.size(); }

  TypeId simple(TypeKind kind);
  TypeId nullable(TypeId type);       // T -> T?
  TypeId non_null(TypeId type);       // T? -> T
  TypeId list_of(TypeId element);

 private:
  std::vector<Type> types_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> index_;  // hash of the type, its id
};

/// True for File, Dir, Dataset, Model, Plot, Report: the value is bytes, never JSON. Metrics is no
/// artifact here: its value is a record.
bool is_artifact(TypeKind kind);

/// As written in the language: "[File<csv>]", "Metrics<Scores>", "(a: int, b: float?)", "int?".
std::string to_text(const TypeTable& types, TypeId type);

}  // namespace mlp::plan
