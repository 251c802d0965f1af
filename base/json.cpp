// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>

namespace mlp {
namespace {

/// The shortest digits that read back, with a point or exponent: Boost.JSON would write 9E-1.
void print_number(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char buffer[64];
  const char* end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  const std::string_view digits(buffer, static_cast<std::size_t>(end - buffer));
  out += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void print_text(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[c >> 4 & 15];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void print_scalar(const Json& json, std::string& out) {
  if (json.is_double()) {
    print_number(json.get_double(), out);
  } else if (json.is_string()) {
    print_text(json.get_string(), out);
  } else {
    out += boost::json::serialize(json);
  }
}

void print_compact(const Json& json, std::string& out) {
  if (json.is_object()) {
    out += '{';
    for (const auto& member : json.get_object()) {
      if (out.back() != '{') out += ',';
      print_text(member.key(), out);
      out += ':';
      print_compact(member.value(), out);
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    for (const auto& item : json.get_array()) {
      if (out.back() != '[') out += ',';
      print_compact(item, out);
    }
    out += ']';
  } else {
    print_scalar(json, out);
  }
}

void print(const Json& json, int depth, std::string& out) {
  const auto indent = [&](int d) { out.append(static_cast<std::size_t>(d) * 2, ' '); };
  if (json.is_object() && !json.get_object().empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& member : json.get_object()) {
      if (!first) out += ",\n";
      first = false;
      indent(depth + 1);
      print_text(member.key(), out);
      out += ": ";
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
    print_scalar(json, out);
  }
}

/// Makes the value from what Boost's parser meets, as its own does but for floats: Boost.JSON 1.81
/// reads those of more than 15 digits a little off.
struct Reader {
  using Text = boost::json::string_view;
  using ErrorOut = boost::system::error_code;
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  Reader() { values.reset(); }

  bool on_document_begin(ErrorOut&) { return true; }
  bool on_document_end(ErrorOut&) { return true; }
  bool on_object_begin(ErrorOut&) { return true; }
  bool on_object_end(std::size_t count, ErrorOut&) { return values.push_object(count), true; }
  bool on_array_begin(ErrorOut&) { return true; }
  bool on_array_end(std::size_t count, ErrorOut&) { return values.push_array(count), true; }
  bool on_key_part(Text part, std::size_t, ErrorOut&) { return values.push_chars(part), true; }
  bool on_key(Text last, std::size_t, ErrorOut&) { return values.push_key(last), true; }
  bool on_string_part(Text part, std::size_t, ErrorOut&) { return values.push_chars(part), true; }
  bool on_string(Text last, std::size_t, ErrorOut&) { return values.push_string(last), true; }
  bool on_number_part(Text, ErrorOut&) { return true; }
  bool on_int64(std::int64_t number, Text, ErrorOut&) { return values.push_int64(number), true; }
  bool on_uint64(std::uint64_t number, Text, ErrorOut&) { return values.push_uint64(number), true; }
  bool on_double(double near, Text text, ErrorOut& error) {
    double exact = near;
    std::from_chars(text.data(), text.data() + text.size(), exact);
    if (!std::isfinite(exact)) error = boost::json::error::exponent_overflow;
    return !error.failed() && (values.push_double(exact), true);
  }
  bool on_bool(bool flag, ErrorOut&) { return values.push_bool(flag), true; }
  bool on_null(ErrorOut&) { return values.push_null(), true; }
  bool on_comment_part(Text, ErrorOut&) { return true; }
  bool on_comment(Text, ErrorOut&) { return true; }

  boost::json::value_stack values;
};

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
        if (c == '\\' && i + 1 < text.size())
          rewritten += text[i++];
        else if (c == '"')
          in_string = false;
        rewritten += text[i];
        continue;
      }
      if (c == '"') in_string = true;
      const auto rest = text.substr(i);
      if (rest.starts_with("NaN")) {
        rewritten += "\"NaN\"";
        i += 2;
        continue;
      }
      if (rest.starts_with("-Infinity")) {
        rewritten += "\"-Infinity\"";
        i += 8;
        continue;
      }
      if (rest.starts_with("Infinity")) {
        rewritten += "\"Infinity\"";
        i += 7;
        continue;
      }
      rewritten += c;
    }
    text = rewritten;
  }
  boost::system::error_code error;
  boost::json::basic_parser<Reader> parser(options);
  const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
  if (!error && taken < text.size()) error = boost::json::error::extra_data;
  if (error) return Error{ErrorCode::kInvalid, "not JSON: " + error.message()};
  return parser.handler().values.release();
}

std::string to_text(const Json& json) {
  std::string out;
  print_compact(json, out);
  return out;
}

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
