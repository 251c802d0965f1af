// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/text_form.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>

namespace mlp::plan {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kFirstDay = -719'162;  // 0001-01-01
constexpr std::int64_t kLastDay = 2'932'896;  // 9999-12-31
// 18 digits fit in 64 bits; times the largest unit they fit in 128.
constexpr std::size_t kMostDigits = 19;  // of the largest number there is

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// Rising; text is written in these only.
constexpr std::array<Unit, 5> kDurationUnits{{
    {"ms", 1'000}, {"s", kSecond}, {"min", 60 * kSecond}, {"h", 3600 * kSecond}, {"d", kDay}}};
constexpr std::array<Unit, 5> kSizeUnits{
    {{"B", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}}};
constexpr std::array<Unit, 9> kSizeUnitsRead{{{"B", 1},
                                              {"KiB", 1LL << 10},
                                              {"MiB", 1LL << 20},
                                              {"GiB", 1LL << 30},
                                              {"TiB", 1LL << 40},
                                              {"KB", 1'000},
                                              {"MB", 1'000'000},
                                              {"GB", 1'000'000'000},
                                              {"TB", 1'000'000'000'000}}};

Error invalid(std::string_view expected, std::string_view text) {
  return {ErrorCode::kInvalid,
          "expected " + std::string(expected) + ", found `" + std::string(text.substr(0, 80)) + "`"};
}

std::string in_units(std::int64_t value, std::span<const Unit> units) {
  for (std::size_t i = units.size(); i-- > 0;) {
    if (value % units[i].factor == 0) {
      return std::to_string(value / units[i].factor) + std::string(units[i].name);
    }
  }
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits with `_` between them and at most one point, as a whole number and its scale.
struct Decimal {
  __int128 digits = 0;
  __int128 scale = 1;
  std::size_t length = 0;  // of the text read
};

Decimal read_decimal(std::string_view text) {
  Decimal number;
  bool in_fraction = false;
  std::size_t count = 0;
  for (; number.length < text.size(); ++number.length) {
    const char c = text[number.length];
    if (is_digit(c)) {
      if (++count > kMostDigits) return {};
      number.digits = number.digits * 10 + (c - '0');
      if (in_fraction) number.scale *= 10;
    } else if (c == '.' && !in_fraction && count > 0) {
      in_fraction = true;
    } else if (c != '_' || count == 0) {
      break;
    }
  }
  if (count == 0) return {};
  return number;
}

Result<std::int64_t> parse_quantity(std::string_view text, std::span<const Unit> units,
                                    std::string_view expected) {
  const bool is_negative = text.starts_with('-');
  const std::string_view rest = text.substr(is_negative ? 1 : 0);
  const Decimal number = read_decimal(rest);
  for (const Unit& unit : units) {
    if (number.length == 0 || rest.substr(number.length) != unit.name) continue;
    const __int128 scaled = number.digits * unit.factor;
    if (scaled % number.scale != 0) return invalid(std::string(expected) + ", no finer", text);
    const __int128 value = scaled / number.scale;
    if (value > std::numeric_limits<std::int64_t>::max()) return invalid("a smaller number", text);
    return static_cast<std::int64_t>(is_negative ? -value : value);
  }
  return invalid(expected, text);
}

/// Reads exactly `count` digits; -1 when they are not there.
int read_digits(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(rest[i])) return -1;
    value = value * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return value;
}

bool read_char(std::string_view& rest, char c) {
  if (!rest.starts_with(c)) return false;
  rest.remove_prefix(1);
  return true;
}

bool read_date(std::string_view& rest, std::int64_t& days) {
  const int year = read_digits(rest, 4);
  if (year < 1 || !read_char(rest, '-')) return false;
  const int month = read_digits(rest, 2);
  if (month < 1 || !read_char(rest, '-')) return false;
  const int day = read_digits(rest, 2);
  if (day < 1) return false;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

/// `02:30` or `02:30:00.25`, in us.
bool read_time(std::string_view& rest, std::int64_t& us) {
  const int hour = read_digits(rest, 2);
  if (hour < 0 || hour > 23 || !read_char(rest, ':')) return false;
  const int minute = read_digits(rest, 2);
  if (minute < 0 || minute > 59 || !read_char(rest, ':')) return false;
  const int second = read_digits(rest, 2);
  if (second < 0 || second > 59) return false;
  us = ((hour * 60LL + minute) * 60 + second) * kSecond;
  if (!read_char(rest, '.')) return true;
  std::int64_t scale = kSecond / 10;
  if (rest.empty() || !is_digit(rest[0])) return false;
  for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1), scale /= 10) {
    us += (rest[0] - '0') * scale;
  }
  return true;
}

/// `Z`, `+01:00`; us to take away.
bool read_offset(std::string_view& rest, std::int64_t& us) {
  us = 0;
  if (read_char(rest, 'Z')) return true;
  const bool is_west = rest.starts_with('-');
  if (!is_west && !rest.starts_with('+')) return false;
  rest.remove_prefix(1);
  const int hour = read_digits(rest, 2);
  if (hour < 0 || hour > 23 || !read_char(rest, ':')) return false;
  const int minute = read_digits(rest, 2);
  if (minute < 0 || minute > 59) return false;
  us = (hour * 60LL + minute) * 60 * kSecond * (is_west ? -1 : 1);
  return true;
}

std::string without_underscores(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  return digits;
}

}  // namespace

std::string float_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string duration_text(std::int64_t us) {
  if (us == 0) return "0s";
  if (us % kDurationUnits[0].factor == 0) return in_units(us, kDurationUnits);
  // The literals know nothing finer than ms: the rest is its fraction.
  const std::int64_t ms = us / 1000;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%s%lld.%03lld", us < 0 && ms == 0 ? "-" : "",
                static_cast<long long>(ms), static_cast<long long>(std::abs(us % 1000)));
  std::string text = buffer;
  while (text.back() == '0') text.pop_back();
  return text + "ms";
}

std::string size_text(std::int64_t bytes) {
  return bytes == 0 ? "0B" : in_units(bytes, kSizeUnits);
}

std::string date_text(std::int64_t days) {
  if (!is_date_in_range(days)) return "out of range";
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return buffer;
}

std::string datetime_text(std::int64_t us) {
  const std::int64_t rest = ((us % kDay) + kDay) % kDay;
  const std::int64_t days = us / kDay - (us % kDay < 0 ? 1 : 0);
  const std::int64_t seconds = rest / kSecond;
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "T%02d:%02d:%02d.%06d", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                static_cast<int>(rest % kSecond));
  std::string text = buffer;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return date_text(days) + text + "Z";
}

Result<std::int64_t> parse_int(std::string_view text) {
  const std::string digits = without_underscores(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return invalid("an int of 64 bits", text);
  if (error != std::errc() || end != digits.data() + digits.size()) return invalid("int", text);
  return value;
}

Result<double> parse_float(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  const std::string digits = without_underscores(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_word = digits.find_first_of("0123456789") == std::string::npos;
  if (error != std::errc() || end != digits.data() + digits.size() || is_word) {
    return invalid("float", text);
  }
  return value;
}

Result<std::int64_t> parse_duration(std::string_view text) {
  return parse_quantity(text, kDurationUnits, "duration like 250ms, 10s, 5min, 2h or 7d");
}

Result<std::int64_t> parse_size(std::string_view text) {
  return parse_quantity(text, kSizeUnitsRead, "size like 512B, 512KiB, 2GiB or 1TB");
}

Result<std::int64_t> parse_date(std::string_view text) {
  std::string_view rest = text;
  std::int64_t days = 0;
  if (!read_date(rest, days) || !rest.empty()) return invalid("date like 2026-01-31", text);
  return days;
}

Result<std::int64_t> parse_datetime(std::string_view text) {
  std::string_view rest = text;
  std::int64_t days = 0;
  std::int64_t time = 0;
  std::int64_t offset = 0;
  if (!read_date(rest, days) || !read_char(rest, 'T') || !read_time(rest, time) ||
      !read_offset(rest, offset) || !rest.empty()) {
    return invalid("datetime like 2026-01-31T02:30:00Z", text);
  }
  return days * kDay + time - offset;
}

bool is_date_in_range(std::int64_t days) { return days >= kFirstDay && days <= kLastDay; }

bool is_datetime_in_range(std::int64_t us) {
  return us >= kFirstDay * kDay && us < (kLastDay + 1) * kDay;
}

}  // namespace mlp::plan
