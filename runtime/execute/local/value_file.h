// SPDX-License-Identifier: Apache-2.0
//
// A record, map or list as the text of a file a task reads: JSON, YAML or TOML, by the ending of
// its place. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace mlp::execute {

/// `.yaml` and `.yml`, `.toml`, anything else JSON. kInvalid where TOML has no word for it: what is
/// not a table at the top. Null parts are left out of TOML.
Result<std::string> format_value(const Json& json, std::string_view place);

}  // namespace mlp::execute
