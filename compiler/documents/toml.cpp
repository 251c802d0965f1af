// SPDX-License-Identifier: Apache-2.0
//
// The one door to toml++, without its exceptions; it bounds nesting at 256 itself.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

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

}  // namespace

Result<Json> parse_toml(std::string_view text) {
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    return Error{ErrorCode::kInvalid,
                 "line " + std::to_string(result.error().source().begin.line) + ": " +
                     std::string(result.error().description())};
  }
  Budget budget;
  return to_json(result.table(), 0, budget);
}

}  // namespace mlp::documents
