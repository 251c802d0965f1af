// SPDX-License-Identifier: Apache-2.0
//
// JSON values and text. The one door to Boost.JSON; its exceptions end here.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

/// Parses one JSON document; nesting is bounded by 64. allow_nonfinite accepts NaN and Infinity.
Result<Json> parse_json(std::string_view text, bool allow_nonfinite = false);

/// Compact text on one line.
std::string to_text(const Json& json);

/// Text indented by two spaces, members in the order they were added, with a last newline.
std::string to_pretty_text(const Json& json);

/// The member of an object, or null when it is absent or of another kind.
const Json* find_member(const Json& json, std::string_view name);
std::string get_string_or(const Json& json, std::string_view name, std::string fallback);
std::int64_t get_int_or(const Json& json, std::string_view name, std::int64_t fallback);
bool get_bool_or(const Json& json, std::string_view name, bool fallback);

}  // namespace mlp
