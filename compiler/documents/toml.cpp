// SPDX-License-Identifier: Apache-2.0
//
// The one door to toml++, without its exceptions. It bounds how deep values nest, but not how many
// parts a dotted key has, and takes nested tables apart by recursion: so depth is bounded before.
namespace mlp::documents {
/// Thrown where toml++ would abort: hostile text reaches assertions of its parser ("[ =").
struct FailedAssertion {};
[[noreturn]] inline void fail_assertion() {
  throw FailedAssertion();
}
}  // namespace mlp::documents
#define TOML_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::mlp::documents::fail_assertion())
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "compiler/documents/formats.h"

namespace mlp::documents {
namespace {

Result<Json> to_json(const toml::node& part, int depth, Budget& budget);

Result<Json> table_json(const toml::table& table, int depth, Budget& budget) {
  JsonObject members;
  for (const auto& [key, part] : table) {
    MLP_ASSIGN(Json json, to_json(part, depth + 1, budget));
    members[key.str()] = std::move(json);
  }
  return Json(std::move(members));
}

Result<Json> list_json(const toml::array& array, int depth, Budget& budget) {
  JsonArray items;
  for (const toml::node& part : array) {
    MLP_ASSIGN(Json json, to_json(part, depth + 1, budget));
    items.push_back(std::move(json));
  }
  return Json(std::move(items));
}

Json float_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return value;
}

template <typename Time>
Json printed(const toml::value<Time>& value) {
  std::ostringstream out;
  out << value.get();
  return Json(out.str());
}

Result<Json> to_json(const toml::node& part, int depth, Budget& budget) {
  MLP_TRY(budget.take_value(depth));
  if (const auto* table = part.as_table()) return table_json(*table, depth, budget);
  if (const auto* array = part.as_array()) return list_json(*array, depth, budget);
  if (const auto* text = part.as_string()) return Json(text->get());
  if (const auto* whole = part.as_integer()) return Json(whole->get());
  if (const auto* number = part.as_floating_point()) return float_json(number->get());
  if (const auto* flag = part.as_boolean()) return Json(flag->get());
  if (const auto* date = part.as_date()) return printed(*date);
  if (const auto* time = part.as_time()) return printed(*time);
  if (const auto* moment = part.as_date_time()) return printed(*moment);
  return Json(nullptr);
}

/// Reads text far enough to know where keys and brackets are: outside of strings and comments.
class DepthCheck {
 public:
  explicit DepthCheck(std::string_view text) : rest_(text) {}

  Status run() {
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') skip_to(rest_.find('\n'));
      if (rest_.empty()) break;
      MLP_TRY(count(rest_[0]));
      rest_.remove_prefix(1);
    }
    return {};
  }

 private:
  void skip_to(std::size_t place) {
    const std::string_view skipped = rest_.substr(0, std::min(place, rest_.size()));
    line_ += static_cast<std::size_t>(std::count(skipped.begin(), skipped.end(), '\n'));
    rest_.remove_prefix(skipped.size());
  }

  /// `"…"` ends with its line at the latest, `"""…"""` does not.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool is_long = rest_.starts_with(three);
    skip_to(is_long ? 3 : 1);
    while (!rest_.empty()) {
      if (is_long ? rest_.starts_with(three) : rest_[0] == quote) return skip_to(is_long ? 3 : 1);
      if (!is_long && rest_[0] == '\n') return;
      skip_to(quote == '"' && rest_[0] == '\\' ? 2 : 1);
    }
  }

  Status count(char c) {
    if (c == '\n') ++line_;
    if (c == '[' || c == '{') ++brackets_;
    if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
    if (c == '.') {
      ++dots_;
    } else if (std::string_view("\n=[]{},").find(c) != std::string_view::npos) {
      dots_ = 0;
    }
    if (dots_ <= kMostDepth && brackets_ <= kMostDepth) return {};
    return Error{ErrorCode::kLimit,
                 "line " + std::to_string(line_) + ": nests deeper than 64 levels"};
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  int dots_ = 0;  // of the key that is being read
  int brackets_ = 0;
};

}  // namespace

Result<Json> parse_toml(std::string_view text) {
  MLP_TRY(DepthCheck(text).run());
  try {
    const toml::parse_result result = toml::parse(text);
    if (!result) {
      return Error{ErrorCode::kInvalid, "line " +
                                            std::to_string(result.error().source().begin.line) +
                                            ": " + std::string(result.error().description())};
    }
    Budget budget;
    return to_json(result.table(), 0, budget);
  } catch (const FailedAssertion&) {
    return Error{ErrorCode::kInvalid, "is not TOML"};
  }
}

}  // namespace mlp::documents
