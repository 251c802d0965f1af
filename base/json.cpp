// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

namespace mlp {
namespace {

void print(const Json& json, int depth, std::string& out) {
  const auto indent = [&](int d) { out.append(static_cast<std::size_t>(d) * 2, ' '); };
  if (json.is_object() && !json.get_object().empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& member : json.get_object()) {
      if (!first) out += ",\n";
      first = false;
      indent(depth + 1);
      out += boost::json::serialize(boost::json::string(member.key())) + ": ";
      print(member.value(), depth + 1, out);
    }
    out += '\n';
    indent(depth);
    out += '}';
  } else if (json.is_array() && !json.get_array().empty()) {
    out += "[\n";
    bool first = true;
    for (const auto& item : json.get_array()) {
      if (!first) out += ",\n";
      first = false;
      indent(depth + 1);
      print(item, depth + 1, out);
    }
    out += '\n';
    indent(depth);
    out += ']';
  } else {
    out += boost::json::serialize(json);
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text, bool allow_nonfinite) {
  boost::json::parse_options options;
  options.max_depth = 64;
  // Boost.JSON 1.81 knows no NaN: such text is answered with an error unless it is quoted here.
  std::string rewritten;
  if (allow_nonfinite) {
    rewritten.reserve(text.size());
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (in_string) {
        if (c == '\\' && i + 1 < text.size()) rewritten += text[i++];
        else if (c == '"') in_string = false;
        rewritten += text[i];
        continue;
      }
      if (c == '"') in_string = true;
      const auto rest = text.substr(i);
      if (rest.starts_with("NaN")) { rewritten += "\"NaN\""; i += 2; continue; }
      if (rest.starts_with("-Infinity")) { rewritten += "\"-Infinity\""; i += 8; continue; }
      if (rest.starts_with("Infinity")) { rewritten += "\"Infinity\""; i += 7; continue; }
      rewritten += c;
    }
    text = rewritten;
  }
  boost::system::error_code error;
  Json json = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return Error{ErrorCode::kInvalid, "not JSON: " + error.message()};
  return json;
}

std::string to_text(const Json& json) { return boost::json::serialize(json); }

std::string to_pretty_text(const Json& json) {
  std::string out;
  print(json, 0, out);
  out += '\n';
  return out;
}

const Json* find_member(const Json& json, std::string_view name) {
  if (!json.is_object()) return nullptr;
  return json.get_object().if_contains({name.data(), name.size()});
}

std::string get_string_or(const Json& json, std::string_view name, std::string fallback) {
  const Json* member = find_member(json, name);
  if (member == nullptr || !member->is_string()) return fallback;
  return std::string(member->get_string());
}

std::int64_t get_int_or(const Json& json, std::string_view name, std::int64_t fallback) {
  const Json* member = find_member(json, name);
  if (member == nullptr) return fallback;
  if (member->is_int64()) return member->get_int64();
  if (member->is_uint64() && member->get_uint64() <= INT64_MAX) {
    return static_cast<std::int64_t>(member->get_uint64());
  }
  return fallback;
}

bool get_bool_or(const Json& json, std::string_view name, bool fallback) {
  const Json* member = find_member(json, name);
  return member != nullptr && member->is_bool() ? member->get_bool() : fallback;
}

}  // namespace mlp
