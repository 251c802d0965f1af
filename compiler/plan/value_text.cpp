// SPDX-License-Identifier: Apache-2.0
//
// The text form of values. JSON is written straight from the value: the shortest floats, and no
// tree between.
#include "base/digest.h"
#include "compiler/plan/evaluate.h"
#include "compiler/plan/text_form.h"

namespace mlp::plan {
namespace {

void append_quoted(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) {
          out += c;
        } else {
          out += "\\u00";
          out += kHex[c >> 4 & 15];
          out += kHex[c & 15];
        }
    }
  }
  out += '"';
}

void append_json(const Value& value, std::string& out);

void append_artifact(const Artifact& artifact, std::string& out) {
  out += "{\"digest\":\"" + artifact.digest.to_hex() + "\",\"size\":";
  out += std::to_string(artifact.size) + ",\"name\":";
  append_quoted(artifact.name, out);
  out += artifact.is_folder ? ",\"kind\":\"folder\"}" : ",\"kind\":\"file\"}";
}

void append_member(std::string_view name, const Value& value, std::string& out) {
  if (out.back() != '{') out += ',';
  append_quoted(name, out);
  out += ':';
  append_json(value, out);
}

void append_float(double value, std::string& out) {
  const std::string text = float_text(value);
  if (text == "NaN" || text.ends_with("Infinity")) {
    append_quoted(text, out);
  } else {
    out += text;
  }
}

void append_list(const List& items, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append_json(items[i], out);
  }
  out += ']';
}

void append_record(const Record& record, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    append_member((*record.names)[i], record.values[i], out);
  }
  out += '}';
}

void append_map(const Map& map, std::string& out) {
  out += '{';
  for (const auto& [key, value] : map) append_member(key, value, out);
  out += '}';
}

void append_json(const Value& value, std::string& out) {
  switch (value.kind()) {
    case ValueKind::kNull:
    case ValueKind::kBool:
    case ValueKind::kInt: out += to_text(value); break;
    case ValueKind::kFloat: append_float(value.as_float(), out); break;
    case ValueKind::kList: append_list(value.as_list(), out); break;
    case ValueKind::kRecord: append_record(value.as_record(), out); break;
    case ValueKind::kMap: append_map(value.as_map(), out); break;
    case ValueKind::kArtifact: append_artifact(value.as_artifact(), out); break;
    default: append_quoted(to_text(value), out);
  }
}

}  // namespace

std::string to_text(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull: return "null";
    case ValueKind::kBool: return value.as_bool() ? "true" : "false";
    case ValueKind::kInt: return std::to_string(value.as_int());
    case ValueKind::kFloat: return float_text(value.as_float());
    case ValueKind::kString: return value.as_string();
    case ValueKind::kDuration: return duration_text(value.as_duration_us());
    case ValueKind::kSize: return size_text(value.as_size_bytes());
    case ValueKind::kDate: return date_text(value.as_date_days());
    case ValueKind::kDatetime: return datetime_text(value.as_datetime_us());
    case ValueKind::kEnum: return value.as_enum();
    case ValueKind::kArtifact: return value.as_artifact().name;
    default: break;
  }
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace mlp::plan
