// SPDX-License-Identifier: Apache-2.0
//
// The plain kinds of fields, to JSON and back.
#include "daemon/wire/fields.h"

namespace mlp::wire {

Json to_json(bool value) {
  return value;
}
Json to_json(std::int64_t value) {
  return value;
}
Json to_json(std::uint64_t value) {
  return value;
}
Json to_json(double value) {
  return value;
}
Json to_json(const std::string& value) {
  return Json(value);
}
Json to_json(Instant value) {
  return value ? Json(to_rfc3339(value)) : Json(nullptr);
}
Json to_json(Duration value) {
  return value.count() / 1000;
}
Json to_json(const Json& value) {
  return value;
}

bool from_json(const Json& json, bool& value) {
  if (json.is_bool()) value = json.get_bool();
  return json.is_bool() || json.is_null();
}

bool from_json(const Json& json, std::int64_t& value) {
  if (json.is_null()) return true;
  if (json.is_int64()) value = json.get_int64();
  return json.is_int64();
}

bool from_json(const Json& json, std::uint64_t& value) {
  if (json.is_null()) return true;
  if (json.is_uint64()) {
    value = json.get_uint64();
    return true;
  }
  if (!json.is_int64() || json.get_int64() < 0) return false;
  value = static_cast<std::uint64_t>(json.get_int64());
  return true;
}

bool from_json(const Json& json, double& value) {
  if (json.is_null()) return true;
  if (!json.is_number()) return false;
  value = json.to_number<double>();
  return true;
}

bool from_json(const Json& json, std::string& value) {
  if (json.is_string()) value = json.get_string();
  return json.is_string() || json.is_null();
}

bool from_json(const Json& json, Instant& value) {
  if (json.is_null()) return true;
  if (!json.is_string()) return false;
  auto instant = from_rfc3339(std::string_view(json.get_string()));
  if (!instant) return false;
  value = *instant;
  return true;
}

bool from_json(const Json& json, Duration& value) {
  std::int64_t ms = 0;
  if (!from_json(json, ms)) return false;
  value = Duration(ms * 1000);
  return true;
}

bool from_json(const Json& json, Json& value) {
  value = json;
  return true;
}

}  // namespace mlp::wire
