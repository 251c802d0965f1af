// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/value_json.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "compiler/plan/evaluate.h"
#include "compiler/plan/read_json.h"
#include "compiler/plan/text_form.h"

namespace mlp::plan {
namespace {

// ---- out --------------------------------------------------------------------------------------

Json artifact_json(const Artifact& artifact) {
  return JsonObject{{"digest", artifact.digest.to_hex()},
                    {"size", artifact.size},
                    {"name", artifact.name},
                    {"kind", artifact.is_folder ? "folder" : "file"}};
}

Json float_json(double value) {
  const bool is_finite = value - value == 0;
  return is_finite ? Json(value) : Json(float_text(value));
}

Json list_json(const List& items) {
  JsonArray array;
  array.reserve(items.size());
  for (const Value& item : items) array.push_back(to_json(item));
  return array;
}

Json record_json(const Record& record) {
  JsonObject object;
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    object[(*record.names)[i]] = to_json(record.values[i]);
  }
  return object;
}

Json map_json(const Map& map) {
  JsonObject object;
  for (const auto& [key, value] : map) object[key] = to_json(value);
  return object;
}

// ---- in ---------------------------------------------------------------------------------------

std::string what_is(const Json& json) {
  switch (json.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return json.get_bool() ? "true" : "false";
    case boost::json::kind::int64:
    case boost::json::kind::uint64: return "the number " + mlp::to_text(json);
    case boost::json::kind::double_: return "the number " + float_text(json.get_double());
    case boost::json::kind::string: return "a string";
    case boost::json::kind::array: return "a list";
    case boost::json::kind::object: return "an object";
  }
  return "nothing";
}

/// Where in the value we are, and what is wrong there. The path grows on the way back up.
struct Mistake {
  std::string path;
  std::string message;
};

/// Reads one document. read() gives false after a mistake.
class Reader {
 public:
  Reader(const TypeTable& types, const JsonReading& reading) : types_(types), reading_(reading) {}

  bool read(TypeId type, const Json& json, Value& out);
  const Mistake& mistake() const { return mistake_; }

 private:
  bool read_type(TypeId id, const Type& type, const Json& json, Value& out);
  bool read_int(const Json& json, Value& out);
  bool read_float(const Json& json, Value& out);
  bool read_enum(const Type& type, const Json& json, Value& out);
  bool read_list(TypeId id, const Type& type, const Json& json, Value& out);
  bool read_map(const Type& type, const Json& json, Value& out);
  bool read_record(const Type& type, const Json& json, bool is_open, Value& out);
  bool read_missing(const Field& field, Value& out);
  bool refuse_unknown(const Type& type, const JsonObject& object);
  bool read_metrics(const Type& type, const Json& json, Value& out);
  bool read_artifact(TypeId id, const Type& type, const Json& json, Value& out);
  bool accept(Result<Value> value, Value& out);

  bool fail(std::string message);
  bool fail_in(std::string_view part);
  bool expected(TypeId type, const Json& json);

  const TypeTable& types_;
  const JsonReading& reading_;
  Mistake mistake_;
  std::shared_ptr<const std::vector<std::string>> names_;  // of the record type read last
};

bool Reader::fail(std::string message) {
  mistake_.message = std::move(message);
  return false;
}

bool Reader::fail_in(std::string_view part) {
  const bool needs_point = !mistake_.path.empty() && mistake_.path[0] != '[';
  mistake_.path = std::string(part) + (needs_point ? "." : "") + mistake_.path;
  return false;
}

bool Reader::expected(TypeId type, const Json& json) {
  return fail("expected " + to_text(types_, type) + ", found " + what_is(json));
}

bool Reader::accept(Result<Value> value, Value& out) {
  if (!value) return fail(value.error().message);
  out = std::move(value).value();
  return true;
}

bool Reader::read(TypeId id, const Json& json, Value& out) {
  const Type& type = types_.get(id);
  if (json.is_null()) {
    out = Value();
    const bool may_be_null = type.nullable || type.kind == TypeKind::kNull;
    return may_be_null || expected(id, json);
  }
  return read_type(id, type, json, out);
}

template <typename Number>
Result<Value> value_of(Result<Number> number, Value (*make)(Number)) {
  if (!number) return number.error();
  return make(*number);
}

/// A scalar from its text form; enums are read elsewhere, since they need their names.
Result<Value> scalar_from_text(TypeKind kind, std::string_view text) {
  switch (kind) {
    case TypeKind::kBool:
      if (text == "true" || text == "false") return Value::of_bool(text == "true");
      return Error{ErrorCode::kInvalid,
                   "expected true or false, found `" + std::string(text.substr(0, 80)) + "`"};
    case TypeKind::kInt: return value_of(parse_int(text), Value::of_int);
    case TypeKind::kFloat: return value_of(parse_float(text), Value::of_float);
    case TypeKind::kString: return Value::of_string(std::string(text));
    case TypeKind::kDuration: return value_of(parse_duration(text), Value::of_duration);
    case TypeKind::kSize: return value_of(parse_size(text), Value::of_size);
    case TypeKind::kDate: return value_of(parse_date(text), Value::of_date);
    case TypeKind::kDatetime: return value_of(parse_datetime(text), Value::of_datetime);
    default: return Error{ErrorCode::kInvalid, "has no text form"};
  }
}

std::string_view view(const Json& json) {
  return {json.get_string().data(), json.get_string().size()};
}

bool Reader::read_type(TypeId id, const Type& type, const Json& json, Value& out) {
  switch (type.kind) {
    case TypeKind::kNone:
    case TypeKind::kNull: return expected(id, json);
    case TypeKind::kBool:
      if (json.is_bool()) return out = Value::of_bool(json.get_bool()), true;
      break;
    case TypeKind::kInt:
      if (json.is_number()) return read_int(json, out) || expected(id, json);
      break;
    case TypeKind::kFloat:
      if (json.is_number() || json.is_string()) return read_float(json, out) || expected(id, json);
      break;
    case TypeKind::kString:
    case TypeKind::kDuration:
    case TypeKind::kSize:
    case TypeKind::kDate:
    case TypeKind::kDatetime:
      if (json.is_string()) return accept(scalar_from_text(type.kind, view(json)), out);
      return expected(id, json);
    case TypeKind::kEnum: return json.is_string() ? read_enum(type, json, out) : expected(id, json);
    case TypeKind::kRecord: return read_record(type, json, false, out);
    case TypeKind::kList: return read_list(id, type, json, out);
    case TypeKind::kMap: return json.is_object() ? read_map(type, json, out) : expected(id, json);
    case TypeKind::kMetrics: return read_metrics(type, json, out);
    default: return read_artifact(id, type, json, out);
  }
  if (!json.is_string() || !reading_.text_for_scalars) return expected(id, json);
  return accept(scalar_from_text(type.kind, view(json)), out);
}

bool Reader::read_int(const Json& json, Value& out) {
  if (json.is_int64()) {
    out = Value::of_int(json.get_int64());
    return true;
  }
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (!json.is_uint64() || json.get_uint64() > most) return false;
  out = Value::of_int(static_cast<std::int64_t>(json.get_uint64()));
  return true;
}

bool Reader::read_float(const Json& json, Value& out) {
  if (json.is_number()) {
    out = Value::of_float(json.to_number<double>());
    return true;
  }
  const std::string_view text = view(json);
  const bool is_word = text == "NaN" || text.ends_with("Infinity");
  if (!is_word && !reading_.text_for_scalars) return false;
  return accept(scalar_from_text(TypeKind::kFloat, text), out);
}

bool Reader::read_enum(const Type& type, const Json& json, Value& out) {
  const std::string_view name = view(json);
  for (const std::string& candidate : type.enum_names) {
    if (candidate == name) return out = Value::of_enum(candidate), true;
  }
  return fail("expected one of " + join(type.enum_names, ", ") + ", found `" +
              printable(name.substr(0, 80)) + "`");
}

bool Reader::read_list(TypeId id, const Type& type, const Json& json, Value& out) {
  const Type& element = types_.get(type.element);
  if (json.is_string() && reading_.artifacts && is_artifact(element.kind)) {
    return accept(reading_.artifacts(element, std::string(view(json))), out);
  }
  if (!json.is_array()) return expected(id, json);
  const JsonArray& array = json.get_array();
  List items(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!read(type.element, array[i], items[i])) return fail_in("[" + std::to_string(i) + "]");
  }
  out = Value::of_list(std::move(items));
  return true;
}

bool Reader::read_map(const Type& type, const Json& json, Value& out) {
  Map entries;
  for (const auto& member : json.get_object()) {
    auto& entry = entries.emplace_back(std::string(member.key()), Value());
    if (!read(type.element, member.value(), entry.second)) return fail_in(entry.first);
  }
  out = Value::of_map(std::move(entries));
  return true;
}

bool Reader::read_missing(const Field& field, Value& out) {
  if (field.default_value) {
    out = *field.default_value;
    return true;
  }
  const Type& type = types_.get(field.type);
  if (type.nullable || type.kind == TypeKind::kNull) {
    out = Value();
    return true;
  }
  fail("expected " + to_text(types_, field.type) + ", found nothing");
  return fail_in(field.name);
}

bool Reader::refuse_unknown(const Type& type, const JsonObject& object) {
  std::vector<std::string> names;
  for (const Field& field : type.fields) names.push_back(field.name);
  for (const auto& member : object) {
    const std::string name(member.key());
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string close = nearest(name, names);
    return fail("unknown part `" + printable(name) + "`" +
                (close.empty() ? "; the parts are " + join(names, ", ")
                               : "; did you mean `" + close + "`?"));
  }
  return true;
}

bool Reader::read_record(const Type& type, const Json& json, bool is_open, Value& out) {
  if (!json.is_object()) return fail("expected an object, found " + what_is(json));
  const JsonObject& object = json.get_object();
  Record record;
  std::vector<std::string> names;
  std::size_t found = 0;
  for (const Field& field : type.fields) {
    names.push_back(field.name);
    Value& part = record.values.emplace_back();
    const Json* member = object.if_contains(field.name);
    found += member != nullptr ? 1 : 0;
    if (member == nullptr && !read_missing(field, part)) return false;
    if (member != nullptr && !read(field.type, *member, part)) return fail_in(field.name);
  }
  if (!is_open && found != object.size() && !refuse_unknown(type, object)) return false;
  if (names_ == nullptr || *names_ != names) {
    names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  record.names = names_;
  out = Value::of_record(std::move(record));
  return true;
}

/// What JSON says without a type: numbers are floats.
Value untyped(const Json& json) {
  if (json.is_bool()) return Value::of_bool(json.get_bool());
  if (json.is_number()) return Value::of_float(json.to_number<double>());
  if (json.is_array()) {
    List items;
    for (const Json& item : json.get_array()) items.push_back(untyped(item));
    return Value::of_list(std::move(items));
  }
  if (json.is_object()) {
    Map entries;
    for (const auto& member : json.get_object()) {
      entries.emplace_back(std::string(member.key()), untyped(member.value()));
    }
    return Value::of_map(std::move(entries));
  }
  if (!json.is_string()) return Value();
  const std::string_view text = view(json);
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    return Value::of_float(*parse_float(text));
  }
  return Value::of_string(std::string(text));
}

bool Reader::read_metrics(const Type& type, const Json& json, Value& out) {
  if (!json.is_object()) return fail("expected an object, found " + what_is(json));
  if (!type.element) return out = untyped(json), true;
  // More than the record says is fine here: a program may measure more than is asked for.
  return read_record(types_.get(type.element), json, true, out);
}

bool Reader::read_artifact(TypeId id, const Type& type, const Json& json, Value& out) {
  if (json.is_string() && reading_.artifact) {
    return accept(reading_.artifact(type, std::string(view(json))), out);
  }
  const Result<Digest> digest = Digest::from_hex(get_string_or(json, "digest", ""));
  const std::string kind = get_string_or(json, "kind", "");
  const std::int64_t size = get_int_or(json, "size", -1);
  const std::string name = get_string_or(json, "name", "");
  const bool is_whole = digest.has_value() && size >= 0 && (kind == "file" || kind == "folder");
  if (!is_whole || name.empty() || name.find('/') != std::string::npos) {
    const std::string what = json.is_object() ? "an object without digest, size, name and kind"
                                              : what_is(json);
    return fail("expected " + to_text(types_, id) + ", found " + what);
  }
  out = Value::of_artifact(
      {kind == "folder", *digest, static_cast<std::uint64_t>(size), name, nullptr});
  return true;
}

bool is_scalar(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kString:
    case TypeKind::kDuration:
    case TypeKind::kSize:
    case TypeKind::kDate:
    case TypeKind::kDatetime: return true;
    default: return false;
  }
}

}  // namespace

Json to_json(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull: return nullptr;
    case ValueKind::kBool: return value.as_bool();
    case ValueKind::kInt: return value.as_int();
    case ValueKind::kFloat: return float_json(value.as_float());
    case ValueKind::kList: return list_json(value.as_list());
    case ValueKind::kRecord: return record_json(value.as_record());
    case ValueKind::kMap: return map_json(value.as_map());
    case ValueKind::kArtifact: return artifact_json(value.as_artifact());
    default: return Json(to_text(value));
  }
}

Result<Value> read_json(const TypeTable& types, TypeId type, const Json& json,
                        const JsonReading& reading) {
  Reader reader(types, reading);
  Value value;
  if (reader.read(type, json, value)) return value;
  const Mistake& mistake = reader.mistake();
  return Error{ErrorCode::kInvalid, mistake.path.empty() ? mistake.message
                                                         : mistake.path + ": " + mistake.message};
}

Result<Value> from_json(const TypeTable& types, TypeId type, const Json& json) {
  return read_json(types, type, json, {});
}

Result<Value> from_text(const TypeTable& types, TypeId id, std::string_view text) {
  const Type& type = types.get(id);
  if (type.nullable && text == "null") return Value();
  if (type.kind == TypeKind::kString) return Value::of_string(std::string(text));
  const std::string_view trimmed = trim(text);
  if (is_scalar(type.kind)) return scalar_from_text(type.kind, trimmed);
  if (type.kind == TypeKind::kEnum) return from_json(types, id, Json(trimmed));
  Result<Json> json = parse_json(trimmed, true);
  if (!json) {
    return Error{ErrorCode::kInvalid,
                 "expected " + to_text(types, id) + " as JSON: " + json.error().message};
  }
  return from_json(types, id, *json);
}

}  // namespace mlp::plan
