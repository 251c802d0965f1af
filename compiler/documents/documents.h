// SPDX-License-Identifier: Apache-2.0
//
// Documents that people and programs write (JSON, YAML, TOML, CSV) as JSON values. Bounded in size,
// depth and number of values, so a hostile document ends in an error. Knows no types of the language.
#pragma once

#include <string_view>

#include "base/json.h"

namespace mlp::documents {

// A document is configuration or a small table; data belongs into tasks.
inline constexpr std::size_t kMostBytes = 16 << 20;
inline constexpr int kMostDepth = 64;
// Aliases of YAML multiply: a few lines can stand for billions of values.
inline constexpr std::size_t kMostValues = 2'000'000;

/// The document, its format told by the extension of `name` (.json .yaml .yml .toml .csv). Dates and
/// times become strings in RFC 3339. kUnsupported for other extensions; kInvalid with the line for
/// text that is not of the format; kLimit.
Result<Json> parse(std::string_view name, std::string_view text);

/// True for formats whose scalars are all text: CSV.
bool is_untyped(std::string_view name);

}  // namespace mlp::documents
