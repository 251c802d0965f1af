// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/value.h"

#include <algorithm>
#include <cmath>

namespace mlp::plan {
namespace {

bool same_float(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same_record(const Record& a, const Record& b) {
  if (a.values.size() != b.values.size()) return false;
  if (a.names != b.names && *a.names != *b.names) return false;
  return a.values == b.values;
}

bool same_artifact(const Artifact& a, const Artifact& b) {
  return a.is_folder == b.is_folder && a.digest == b.digest && a.name == b.name;
}

}  // namespace

const Value* Record::find(std::string_view name) const {
  for (std::size_t i = 0; i < names->size() && i < values.size(); ++i) {
    if ((*names)[i] == name) return &values[i];
  }
  return nullptr;
}

Value Value::of_bool(bool value) {
  Value result;
  result.data_.emplace<1>(value);
  return result;
}

Value Value::of_int(std::int64_t value) {
  Value result;
  result.data_.emplace<2>(value);
  return result;
}

Value Value::of_float(double value) {
  Value result;
  result.data_.emplace<3>(value);
  return result;
}

Value Value::of_string(std::string value) {
  Value result;
  result.data_.emplace<4>(std::make_shared<const std::string>(std::move(value)));
  return result;
}

Value Value::of_duration(std::int64_t us) {
  Value result;
  result.data_ = DurationValue{us};
  return result;
}

Value Value::of_size(std::int64_t bytes) {
  Value result;
  result.data_ = SizeValue{bytes};
  return result;
}

Value Value::of_date(std::int64_t days) {
  Value result;
  result.data_ = DateValue{days};
  return result;
}

Value Value::of_datetime(std::int64_t us) {
  Value result;
  result.data_ = DatetimeValue{us};
  return result;
}

Value Value::of_enum(std::string name) {
  Value result;
  result.data_ = EnumValue{std::make_shared<const std::string>(std::move(name))};
  return result;
}

Value Value::of_list(List items) {
  Value result;
  result.data_.emplace<10>(std::make_shared<const List>(std::move(items)));
  return result;
}

Value Value::of_record(Record record) {
  MLP_CHECK(record.names != nullptr && record.names->size() == record.values.size());
  Value result;
  result.data_.emplace<11>(std::make_shared<const Record>(std::move(record)));
  return result;
}

Value Value::of_record(std::vector<std::pair<std::string, Value>> parts) {
  std::vector<std::string> names;
  Record record;
  for (auto& [name, value] : parts) {
    names.push_back(std::move(name));
    record.values.push_back(std::move(value));
  }
  record.names = std::make_shared<const std::vector<std::string>>(std::move(names));
  return of_record(std::move(record));
}

Value Value::of_map(Map entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Map unique;
  unique.reserve(entries.size());
  for (auto& entry : entries) {
    if (!unique.empty() && unique.back().first == entry.first) {
      unique.back().second = std::move(entry.second);
    } else {
      unique.push_back(std::move(entry));
    }
  }
  Value result;
  result.data_.emplace<12>(std::make_shared<const Map>(std::move(unique)));
  return result;
}

Value Value::of_artifact(Artifact artifact) {
  Value result;
  result.data_.emplace<13>(std::make_shared<const Artifact>(std::move(artifact)));
  return result;
}

bool Value::operator==(const Value& other) const {
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case ValueKind::kNull: return true;
    case ValueKind::kBool: return as_bool() == other.as_bool();
    case ValueKind::kInt: return as_int() == other.as_int();
    case ValueKind::kFloat: return same_float(as_float(), other.as_float());
    case ValueKind::kString: return as_string() == other.as_string();
    case ValueKind::kDuration: return as_duration_us() == other.as_duration_us();
    case ValueKind::kSize: return as_size_bytes() == other.as_size_bytes();
    case ValueKind::kDate: return as_date_days() == other.as_date_days();
    case ValueKind::kDatetime: return as_datetime_us() == other.as_datetime_us();
    case ValueKind::kEnum: return as_enum() == other.as_enum();
    case ValueKind::kList: return as_list() == other.as_list();
    case ValueKind::kRecord: return same_record(as_record(), other.as_record());
    case ValueKind::kMap: return as_map() == other.as_map();
    case ValueKind::kArtifact: return same_artifact(as_artifact(), other.as_artifact());
  }
  return false;
}

}  // namespace mlp::plan
