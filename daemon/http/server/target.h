// SPDX-License-Identifier: Apache-2.0
//
// The target of a request line: path and query, split and decoded once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mlp::http {

struct Target {
  std::string path;                                        // as sent
  std::vector<std::string> segments;                       // between the slashes, decoded
  std::vector<std::pair<std::string, std::string>> query;  // decoded
};

/// Origin form only ("/a/b?c=d"). kInvalid: a broken %-escape, a NUL, no leading slash, a fragment.
Result<Target> parse_target(std::string_view text);

/// Decodes %XX once; `plus_is_space` for queries.
Result<std::string> decode_percent(std::string_view text, bool plus_is_space);

}  // namespace mlp::http
