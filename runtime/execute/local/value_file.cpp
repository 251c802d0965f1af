// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/value_file.h"

#include <charconv>
#include <cmath>

namespace mlp::execute {
namespace {

/// JSON's string is also YAML's and TOML's, when control characters are written as \u00XX.
std::string quoted(std::string_view text) {
  return to_text(Json(text));
}

/// Both YAML 1.1 readers and TOML ask for a point in a float.
std::string float_text(double value, std::string_view nan, std::string_view infinity) {
  if (std::isnan(value)) return std::string(nan);
  if (std::isinf(value)) return (value < 0 ? "-" : "") + std::string(infinity);
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find('.') != std::string::npos) return text;
  const std::size_t exponent = text.find('e');
  return exponent == std::string::npos ? text + ".0" : text.insert(exponent, ".0");
}

std::string scalar_text(const Json& json, std::string_view nan, std::string_view infinity) {
  if (json.is_string()) return quoted(json.as_string());
  if (json.is_double()) return float_text(json.as_double(), nan, infinity);
  return to_text(json);
}

void write_yaml(const Json& json, std::size_t indent, std::string& out);

void write_yaml_part(const Json& json, std::size_t indent, std::string& out) {
  const bool is_nested = (json.is_object() && !json.as_object().empty()) ||
                         (json.is_array() && !json.as_array().empty());
  if (is_nested) {
    out += '\n';
    return write_yaml(json, indent + 2, out);
  }
  out += ' ' + scalar_text(json, ".nan", ".inf") + '\n';
}

void write_yaml(const Json& json, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  if (const auto* object = json.if_object(); object != nullptr && !object->empty()) {
    for (const auto& [name, value] : *object) {
      out += margin + quoted(name) + ":";
      write_yaml_part(value, indent, out);
    }
  } else if (const auto* array = json.if_array(); array != nullptr && !array->empty()) {
    for (const Json& item : *array) {
      out += margin + "-";
      write_yaml_part(item, indent, out);
    }
  } else {
    out += margin + scalar_text(json, ".nan", ".inf") + '\n';
  }
}

std::string toml_value(const Json& json) {
  std::string text;
  if (const auto* object = json.if_object()) {
    for (const auto& [name, value] : *object) {
      if (value.is_null()) continue;
      text += (text.empty() ? " " : ", ") + quoted(name) + " = " + toml_value(value);
    }
    return "{" + text + " }";
  }
  if (const auto* array = json.if_array()) {
    for (const Json& item : *array) {
      if (!item.is_null()) text += (text.empty() ? "" : ", ") + toml_value(item);
    }
    return "[" + text + "]";
  }
  return scalar_text(json, "nan", "inf");
}

Result<std::string> to_toml(const Json& json) {
  const auto* object = json.if_object();
  if (object == nullptr) {
    return Error{ErrorCode::kInvalid, "TOML holds a record or a map, not a single value or a list"};
  }
  std::string text;
  for (const auto& [name, value] : *object) {
    if (!value.is_null()) text += quoted(name) + " = " + toml_value(value) + "\n";
  }
  return text;
}

}  // namespace

Result<std::string> format_value(const Json& json, std::string_view place) {
  if (place.ends_with(".toml")) return to_toml(json);
  if (!place.ends_with(".yaml") && !place.ends_with(".yml")) return to_pretty_text(json);
  std::string text;
  write_yaml(json, 0, text);
  return text;
}

}  // namespace mlp::execute
