// SPDX-License-Identifier: Apache-2.0
//
// The one door to yaml-cpp. Scalars follow the core schema of YAML 1.2 (chapter 10.3): `yes` and
// `on` are text, `1.10` is a number.
#include <yaml-cpp/yaml.h>

#include <charconv>

#include "compiler/documents/formats.h"

namespace mlp::documents {
namespace {

bool is_one_of(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (text == word) return true;
  }
  return false;
}

template <typename Number>
bool reads_as(std::string_view text, Number& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Json plain_scalar(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  // JSON has no word for these; values are read from these strings.
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return "NaN";
  if (is_one_of(text, {".inf", ".Inf", ".INF", "+.inf"})) return "Infinity";
  if (is_one_of(text, {"-.inf", "-.Inf", "-.INF"})) return "-Infinity";
  if (text.find_first_of("0123456789") == std::string::npos) return Json(text);
  std::int64_t whole = 0;
  if (reads_as(text, whole)) return whole;
  double number = 0;
  if (text.find_first_not_of("+-.0123456789eE") == std::string::npos && reads_as(text, number)) {
    return number;
  }
  return Json(text);
}

// To yaml-cpp the escapes \N and \_ are the bytes 85 and A0, not the letters of these numbers. Such a
// byte where a letter begins is nothing else: the document is UTF-8.
std::string text_of(const YAML::Node& scalar) {
  std::string text;
  int rest_of_letter = 0;
  for (const char byte : scalar.Scalar()) {
    const auto value = static_cast<unsigned char>(byte);
    if (rest_of_letter > 0) {
      --rest_of_letter;
    } else if (value == 0x85 || value == 0xA0) {
      text += '\xC2';
    } else if (value >= 0xC0) {
      rest_of_letter = value >= 0xF0 ? 3 : value >= 0xE0 ? 2 : 1;
    }
    text += byte;
  }
  return text;
}

Result<Json> to_json(const YAML::Node& yaml, int depth, Budget& budget);

Result<Json> list_json(const YAML::Node& yaml, int depth, Budget& budget) {
  JsonArray items;
  for (const YAML::Node& item : yaml) {
    MLP_ASSIGN(Json json, to_json(item, depth + 1, budget));
    items.push_back(std::move(json));
  }
  return Json(std::move(items));
}

Result<Json> map_json(const YAML::Node& yaml, int depth, Budget& budget) {
  JsonObject members;
  for (const auto& member : yaml) {
    if (!member.first.IsScalar()) {
      return Error{ErrorCode::kInvalid, "line " + std::to_string(member.first.Mark().line + 1) +
                                            ": a key must be a scalar"};
    }
    MLP_ASSIGN(Json json, to_json(member.second, depth + 1, budget));
    members[text_of(member.first)] = std::move(json);
  }
  return Json(std::move(members));
}

Result<Json> to_json(const YAML::Node& yaml, int depth, Budget& budget) {
  MLP_TRY(budget.take_value(depth));
  if (yaml.IsSequence()) return list_json(yaml, depth, budget);
  if (yaml.IsMap()) return map_json(yaml, depth, budget);
  if (!yaml.IsScalar()) return Json(nullptr);
  // yaml-cpp tags what was quoted with "!".
  const bool is_plain = yaml.Tag().empty() || yaml.Tag() == "?";
  return is_plain ? plain_scalar(yaml.Scalar()) : Json(text_of(yaml));
}

}  // namespace

Result<Json> parse_yaml(std::string_view text) {
  try {
    Budget budget;
    return to_json(YAML::Load(std::string(text)), 0, budget);
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::kInvalid,
                 "line " + std::to_string(problem.mark.line + 1) + ": " + problem.msg};
  }
}

}  // namespace mlp::documents
