// SPDX-License-Identifier: Apache-2.0
//
// The byte encodings of values. Both are digested or stored: a change needs a new version in front
// of whatever holds them, and the golden digests in tests/unit/plan say so.
#include <algorithm>

#include "compiler/plan/evaluate.h"
#include "compiler/plan/text_form.h"
#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

// Deeper than any type of the language nests; hostile bytes end here.
constexpr int kMostNesting = 200;

ByteWriter& tag(const Value& value, ByteWriter& out) {
  return out.u8(static_cast<std::uint8_t>(value.kind()));
}

ByteWriter& count(std::size_t number, ByteWriter& out) {
  return out.u32(static_cast<std::uint32_t>(number));
}

std::vector<std::size_t> order_by_name(const std::vector<std::string>& names) {
  std::vector<std::size_t> order(names.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
  return order;
}

void record_for_key(const Record& record, ByteWriter& out) {
  count(record.values.size(), out);
  for (const std::size_t i : order_by_name(*record.names)) {
    out.text((*record.names)[i]);
    encode_for_key(record.values[i], out);
  }
}

/// Reads one value; the names of records are shared with the record read before where they agree,
/// so that a list of a million records has them once.
class Decoder {
 public:
  explicit Decoder(ByteReader& in) : in_(in) {}

  bool value(Value& out, int depth);

 private:
  bool list(Value& out, int depth);
  bool record(Value& out, int depth);
  bool map(Value& out, int depth);
  bool artifact(Value& out);
  bool boolean(Value& out);
  /// False for a count that the bytes left cannot hold.
  bool read_count(std::uint32_t& number);

  ByteReader& in_;
  std::shared_ptr<const std::vector<std::string>> names_;
};

bool Decoder::read_count(std::uint32_t& number) {
  number = in_.u32();
  return in_.ok() && number <= in_.left();
}

bool Decoder::list(Value& out, int depth) {
  std::uint32_t number = 0;
  if (!read_count(number)) return false;
  List items;
  for (std::uint32_t i = 0; i < number; ++i) {
    if (!value(items.emplace_back(), depth + 1)) return false;
  }
  out = Value::of_list(std::move(items));
  return true;
}

bool Decoder::record(Value& out, int depth) {
  std::uint32_t number = 0;
  if (!read_count(number)) return false;
  std::vector<std::string> names;
  Record record;
  for (std::uint32_t i = 0; i < number; ++i) {
    names.emplace_back(in_.text());
    if (!value(record.values.emplace_back(), depth + 1)) return false;
  }
  if (names_ == nullptr || *names_ != names) {
    names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  record.names = names_;
  out = Value::of_record(std::move(record));
  return true;
}

bool Decoder::map(Value& out, int depth) {
  std::uint32_t number = 0;
  if (!read_count(number)) return false;
  Map entries;
  for (std::uint32_t i = 0; i < number; ++i) {
    auto& entry = entries.emplace_back(std::string(in_.text()), Value());
    if (!value(entry.second, depth + 1)) return false;
    if (i > 0 && entries[i - 1].first >= entry.first) return false;
  }
  out = Value::of_map(std::move(entries));
  return true;
}

bool Decoder::artifact(Value& out) {
  Artifact artifact;
  const std::uint8_t is_folder = in_.u8();
  artifact.is_folder = is_folder == 1;
  artifact.digest = in_.digest();
  artifact.size = in_.u64();
  artifact.name = std::string(in_.text());
  out = Value::of_artifact(std::move(artifact));
  return is_folder <= 1;
}

bool Decoder::boolean(Value& out) {
  const std::uint8_t value = in_.u8();
  out = Value::of_bool(value == 1);
  return in_.ok() && value <= 1;
}

bool Decoder::value(Value& out, int depth) {
  if (!in_.ok() || depth > kMostNesting) return false;
  switch (static_cast<ValueKind>(in_.u8())) {
    case ValueKind::kNull: out = Value(); break;
    case ValueKind::kBool: return boolean(out);
    case ValueKind::kInt: out = Value::of_int(in_.i64()); break;
    case ValueKind::kFloat: out = Value::of_float(in_.f64()); break;
    case ValueKind::kString: out = Value::of_string(std::string(in_.text())); break;
    case ValueKind::kDuration: out = Value::of_duration(in_.i64()); break;
    case ValueKind::kSize: out = Value::of_size(in_.i64()); break;
    case ValueKind::kDate:
      out = Value::of_date(in_.i64());
      return in_.ok() && is_date_in_range(out.as_date_days());
    case ValueKind::kDatetime:
      out = Value::of_datetime(in_.i64());
      return in_.ok() && is_datetime_in_range(out.as_datetime_us());
    case ValueKind::kEnum: out = Value::of_enum(std::string(in_.text())); break;
    case ValueKind::kList: return list(out, depth);
    case ValueKind::kRecord: return record(out, depth);
    case ValueKind::kMap: return map(out, depth);
    case ValueKind::kArtifact: return artifact(out) && in_.ok();
    default: return false;
  }
  return in_.ok();
}

void encode_artifact(const Artifact& artifact, ByteWriter& out) {
  out.u8(artifact.is_folder ? 1 : 0).digest(artifact.digest).u64(artifact.size);
  out.text(artifact.name);
}

}  // namespace

void encode(const Value& value, ByteWriter& out) {
  tag(value, out);
  switch (value.kind()) {
    case ValueKind::kNull: return;
    case ValueKind::kBool: out.u8(value.as_bool() ? 1 : 0); return;
    case ValueKind::kInt: out.i64(value.as_int()); return;
    case ValueKind::kFloat: out.f64(value.as_float()); return;
    case ValueKind::kString: out.text(value.as_string()); return;
    case ValueKind::kDuration: out.i64(value.as_duration_us()); return;
    case ValueKind::kSize: out.i64(value.as_size_bytes()); return;
    case ValueKind::kDate: out.i64(value.as_date_days()); return;
    case ValueKind::kDatetime: out.i64(value.as_datetime_us()); return;
    case ValueKind::kEnum: out.text(value.as_enum()); return;
    case ValueKind::kList:
      count(value.as_list().size(), out);
      for (const Value& item : value.as_list()) encode(item, out);
      return;
    case ValueKind::kRecord: {
      const Record& record = value.as_record();
      count(record.values.size(), out);
      for (std::size_t i = 0; i < record.values.size(); ++i) {
        encode(record.values[i], out.text((*record.names)[i]));
      }
      return;
    }
    case ValueKind::kMap:
      count(value.as_map().size(), out);
      for (const auto& [key, item] : value.as_map()) encode(item, out.text(key));
      return;
    case ValueKind::kArtifact: encode_artifact(value.as_artifact(), out); return;
  }
}

void encode_for_key(const Value& value, ByteWriter& out) {
  switch (value.kind()) {
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDate: tag(value, out).text(to_text(value)); return;
    case ValueKind::kList:
      count(value.as_list().size(), tag(value, out));
      for (const Value& item : value.as_list()) encode_for_key(item, out);
      return;
    case ValueKind::kRecord: record_for_key(value.as_record(), tag(value, out)); return;
    case ValueKind::kMap:
      count(value.as_map().size(), tag(value, out));
      for (const auto& [key, item] : value.as_map()) encode_for_key(item, out.text(key));
      return;
    case ValueKind::kArtifact: {
      const Artifact& artifact = value.as_artifact();
      tag(value, out).u8(artifact.is_folder ? 1 : 0).digest(artifact.digest).text(artifact.name);
      return;
    }
    default: encode(value, out);
  }
}

Result<Value> decode_value(ByteReader& in) {
  Value value;
  if (!Decoder(in).value(value, 0)) return Error{ErrorCode::kCorrupt, "the bytes are no value"};
  return value;
}

}  // namespace mlp::plan
