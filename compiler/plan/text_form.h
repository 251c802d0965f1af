// SPDX-License-Identifier: Apache-2.0
//
// The text forms of scalars, out and in: the literals of the language ("One text form for each
// type" in docs/language.md). Each parse reads all of the text or answers kInvalid with what a
// right one looks like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp::plan {

/// The shortest text that reads back, always with a point or an exponent: `1.0`, `0.93`, `1e-07`,
/// `NaN`, `Infinity`, `-Infinity`.
std::string float_text(double value);
/// The largest unit of ms, s, min, h, d that divides exactly: `90s`, `90min`, `0s`, `0.5ms`.
std::string duration_text(std::int64_t us);
/// The largest unit of B, KiB, MiB, GiB, TiB that divides exactly: `2GiB`, `0B`.
std::string size_text(std::int64_t bytes);
/// `2026-01-31`.
std::string date_text(std::int64_t days);
/// RFC 3339 in UTC, fractions only where there are any: `2026-01-31T02:30:00Z`.
std::string datetime_text(std::int64_t us);

Result<std::int64_t> parse_int(std::string_view text);
Result<double> parse_float(std::string_view text);
/// `5min`, `1.5h`, `-2s`; us.
Result<std::int64_t> parse_duration(std::string_view text);
/// `2GiB`, `1.5MB`; bytes.
Result<std::int64_t> parse_size(std::string_view text);
/// Days since 1970-01-01.
Result<std::int64_t> parse_date(std::string_view text);
/// With `Z` or an offset; us since 1970-01-01T00:00:00Z.
Result<std::int64_t> parse_datetime(std::string_view text);

/// Dates reach from year 1 to year 9999, so that each has a text form.
bool is_date_in_range(std::int64_t days);
bool is_datetime_in_range(std::int64_t us);

}  // namespace mlp::plan
