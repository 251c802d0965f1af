// SPDX-License-Identifier: Apache-2.0
//
// How a struct of the API becomes JSON and is read back: each struct lists its fields once, in a
// function visit(v, value), and Writer and Reader walk that list. Knows nothing of the structs.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace mlp::wire {

/// Version of every document of the API; members are only ever added within one.
inline constexpr int kSchemaVersion = 1;

class Writer;
class Reader;

template <typename T>
concept Visitable = requires(Writer& writer, T& value) { visit(writer, value); };

Json to_json(bool value);
Json to_json(std::int64_t value);
Json to_json(std::uint64_t value);
Json to_json(double value);
Json to_json(const std::string& value);
/// RFC 3339 in UTC; null for "not yet".
Json to_json(Instant value);
/// Whole milliseconds; such a field's name ends in `_ms`.
Json to_json(Duration value);
Json to_json(const Json& value);

// False when the JSON is of another kind; null leaves the value as it is.
bool from_json(const Json& json, bool& value);
bool from_json(const Json& json, std::int64_t& value);
bool from_json(const Json& json, std::uint64_t& value);
bool from_json(const Json& json, double& value);
bool from_json(const Json& json, std::string& value);
bool from_json(const Json& json, Instant& value);
bool from_json(const Json& json, Duration& value);
bool from_json(const Json& json, Json& value);

template <Visitable T>
Json to_json(const T& value);
template <Visitable T>
bool from_json(const Json& json, T& value);

template <typename T>
Json to_json(const std::optional<T>& value) {
  return value ? to_json(*value) : Json(nullptr);
}

template <typename T>
Json to_json(const std::vector<T>& items) {
  JsonArray array;
  array.reserve(items.size());
  for (const T& item : items) array.push_back(to_json(item));
  return array;
}

template <typename T>
bool from_json(const Json& json, std::optional<T>& value) {
  if (json.is_null()) return true;
  return from_json(json, value.emplace());
}

template <typename T>
bool from_json(const Json& json, std::vector<T>& items) {
  if (json.is_null()) return true;
  if (!json.is_array()) return false;
  for (const Json& item : json.get_array()) {
    if (!from_json(item, items.emplace_back())) return false;
  }
  return true;
}

/// Adds one member for each field.
class Writer {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& value) {
    object_[name] = to_json(value);
  }
  JsonObject take() { return std::move(object_); }

 private:
  JsonObject object_;
};

/// Fills each field whose member is there; unknown members are left alone. Remembers the first
/// field whose member is of another kind.
class Reader {
 public:
  explicit Reader(const JsonObject& object) : object_(object) {}
  template <typename T>
  void operator()(std::string_view name, T& value) {
    const Json* member = object_.if_contains(name);
    if (member != nullptr && !from_json(*member, value) && wrong_.empty()) wrong_ = name;
  }
  const std::string& wrong() const { return wrong_; }

 private:
  const JsonObject& object_;
  std::string wrong_;
};

template <Visitable T>
Json to_json(const T& value) {
  Writer writer;
  visit(writer, const_cast<T&>(value));  // a Writer only reads
  return writer.take();
}

template <Visitable T>
bool from_json(const Json& json, T& value) {
  if (!json.is_object()) return false;
  Reader reader(json.get_object());
  visit(reader, value);
  return reader.wrong().empty();
}

/// The value as a whole answer: its members after "schema_version".
template <Visitable T>
JsonObject to_document(const T& value) {
  JsonObject document;
  document["schema_version"] = kSchemaVersion;
  Json json = to_json(value);
  for (auto& [name, member] : json.get_object()) document[name] = std::move(member);
  return document;
}

/// kInvalid names the field that is not of the kind it must be.
template <Visitable T>
Result<T> parse(const Json& json) {
  if (!json.is_object()) return Error{ErrorCode::kInvalid, "expected a JSON object"};
  T value;
  Reader reader(json.get_object());
  visit(reader, value);
  if (reader.wrong().empty()) return value;
  return Error{ErrorCode::kInvalid,
               "the field \"" + reader.wrong() + "\" is not of the kind it must be"};
}

/// As above, from text.
template <Visitable T>
Result<T> parse_text(std::string_view text) {
  MLP_ASSIGN(Json json, parse_json(text));
  return parse<T>(json);
}

}  // namespace mlp::wire
