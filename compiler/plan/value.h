// SPDX-License-Identifier: Apache-2.0
//
// Values of the language: immutable, cheap to copy, without identity. What a task takes and yields,
// what an expression computes. A value does not know its declared type; `type.h` does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/digest.h"

namespace mlp::plan {

class Value;

enum class ValueKind : std::uint8_t {
  kNull, kBool, kInt, kFloat, kString, kDuration, kSize, kDate, kDatetime, kEnum, kList, kRecord,
  kMap, kArtifact,
};

/// A file or a folder in the object store, named by its content.
struct Artifact {
  bool is_folder = false;
  Digest digest;           // of the file's bytes, or of the folder's manifest
  std::uint64_t size = 0;  // bytes of the file, or of all files of the folder
  std::string name;        // base name; part of equality and of keys
  /// The bytes, where the artifact was made by an expression (`text(…)`) and may not be in the
  /// store yet. Not part of equality, keys or encodings.
  std::shared_ptr<const std::string> content;
};

/// Named parts in the order of the type. Records of one type share `names`.
struct Record {
  std::shared_ptr<const std::vector<std::string>> names;
  std::vector<Value> values;
  const Value* find(std::string_view name) const;
};

struct DurationValue { std::int64_t us = 0; };
struct SizeValue { std::int64_t bytes = 0; };
struct DateValue { std::int64_t days = 0; };      // since 1970-01-01
struct DatetimeValue { std::int64_t us = 0; };    // since 1970-01-01T00:00:00Z
struct EnumValue { std::shared_ptr<const std::string> name; };

using List = std::vector<Value>;
using Map = std::vector<std::pair<std::string, Value>>;  // sorted by key bytes, keys unique

class Value {
 public:
  Value() = default;  // null
  static Value of_bool(bool value);
  static Value of_int(std::int64_t value);
  static Value of_float(double value);
  static Value of_string(std::string value);
  static Value of_duration(std::int64_t us);
  static Value of_size(std::int64_t bytes);
  static Value of_date(std::int64_t days);
  static Value of_datetime(std::int64_t us);
  static Value of_enum(std::string name);
  static Value of_list(List items);
  static Value of_record(Record record);
  static Value of_record(std::vector<std::pair<std::string, Value>> parts);
  static Value of_map(Map entries);  // sorts; the last of equal keys wins
  static Value of_artifact(Artifact artifact);

  ValueKind kind() const { return static_cast<ValueKind>(data_.index()); }
  bool is_null() const { return kind() == ValueKind::kNull; }

  // Each asks for a value of that kind; anything else is a bug of the caller.
  bool as_bool() const { return std::get<1>(data_); }
  std::int64_t as_int() const { return std::get<2>(data_); }
  double as_float() const { return std::get<3>(data_); }
  const std::string& as_string() const { return *std::get<4>(data_); }
  std::int64_t as_duration_us() const { return std::get<DurationValue>(data_).us; }
  std::int64_t as_size_bytes() const { return std::get<SizeValue>(data_).bytes; }
  std::int64_t as_date_days() const { return std::get<DateValue>(data_).days; }
  std::int64_t as_datetime_us() const { return std::get<DatetimeValue>(data_).us; }
  const std::string& as_enum() const { return *std::get<EnumValue>(data_).name; }
  const List& as_list() const { return *std::get<10>(data_); }
  const Record& as_record() const { return *std::get<11>(data_); }
  const Map& as_map() const { return *std::get<12>(data_); }
  const Artifact& as_artifact() const { return *std::get<13>(data_); }

  /// Same kind and content. NaN equals NaN here (identity of values, not the language's `==`).
  bool operator==(const Value& other) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::shared_ptr<const std::string>,
               DurationValue, SizeValue, DateValue, DatetimeValue, EnumValue,
               std::shared_ptr<const List>, std::shared_ptr<const Record>,
               std::shared_ptr<const Map>, std::shared_ptr<const Artifact>>
      data_;
};

}  // namespace mlp::plan
