// SPDX-License-Identifier: Apache-2.0
//
// Values of literals from their text. Pure. Inside this folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlp::syntax {

/// Each is empty when the value does not fit or does not exist.
std::optional<std::int64_t> decode_int(std::string_view text);
std::optional<double> decode_float(std::string_view text);
/// Microseconds, rounded.
std::optional<std::int64_t> decode_duration(std::string_view text);
/// Bytes, rounded.
std::optional<std::int64_t> decode_size(std::string_view text);
/// Days since 1970-01-01 of yyyy-mm-dd.
std::optional<std::int64_t> decode_date(std::string_view text);
/// Microseconds since 1970-01-01T00:00:00Z; more digits of a second are dropped.
std::optional<std::int64_t> decode_datetime(std::string_view text);
/// UTF-8 of `\n`, `\u{1F600}` and the like.
std::optional<std::string> decode_escape(std::string_view text);

}  // namespace mlp::syntax
