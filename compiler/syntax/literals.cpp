// SPDX-License-Identifier: Apache-2.0
//
// Numbers, times and escapes. The lexer has checked their form; values are checked here.
#include "compiler/syntax/literals.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace mlp::syntax {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr Unit kDurations[] = {{"ms", 1'000},
                               {"s", 1'000'000},
                               {"min", 60'000'000},
                               {"h", 3'600'000'000},
                               {"d", 86'400'000'000}};
constexpr Unit kSizes[] = {{"B", 1},
                           {"KB", 1'000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"TB", 1'000'000'000'000},
                           {"KiB", 1LL << 10},
                           {"MiB", 1LL << 20},
                           {"GiB", 1LL << 30},
                           {"TiB", 1LL << 40}};

std::string without_marks(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  return digits;
}

std::optional<std::int64_t> scale(std::string_view number, std::int64_t factor) {
  std::int64_t scaled = 0;
  if (number.find_first_of(".eE") == std::string_view::npos) {
    const auto whole = decode_int(number);
    if (!whole || __builtin_mul_overflow(*whole, factor, &scaled)) return std::nullopt;
    return scaled;
  }
  const auto value = decode_float(number);
  if (!value) return std::nullopt;
  const double product = std::round(*value * static_cast<double>(factor));
  if (product >= 9.2e18) return std::nullopt;
  return static_cast<std::int64_t>(product);
}

template <std::size_t N>
std::optional<std::int64_t> decode_with_unit(std::string_view text, const Unit (&units)[N]) {
  const Unit* best = nullptr;
  for (const Unit& unit : units) {
    if (text.ends_with(unit.name) && (best == nullptr || unit.name.size() > best->name.size())) {
      best = &unit;
    }
  }
  if (best == nullptr) return std::nullopt;
  return scale(text.substr(0, text.size() - best->name.size()), best->factor);
}

/// The two digits at `at`, or nothing when they are over `most`.
std::optional<int> two_digits(std::string_view text, std::size_t at, int most) {
  const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
  if (value > most) return std::nullopt;
  return value;
}

std::string to_utf8(std::uint32_t c) {
  const auto byte = [](std::uint32_t b) { return static_cast<char>(b); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) {
    return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  }
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
          byte(0x80 | (c & 0x3F))};
}

}  // namespace

std::optional<std::int64_t> decode_int(std::string_view text) {
  const std::string digits = without_marks(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> decode_float(std::string_view text) {
  const std::string digits = without_marks(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> decode_duration(std::string_view text) {
  return decode_with_unit(text, kDurations);
}

std::optional<std::int64_t> decode_size(std::string_view text) {
  return decode_with_unit(text, kSizes);
}

std::optional<std::int64_t> decode_date(std::string_view text) {
  const auto year = decode_int(text.substr(0, 4));
  const auto month = decode_int(text.substr(5, 2));
  const auto day = decode_int(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<std::int64_t> decode_datetime(std::string_view text) {
  const auto days = decode_date(text.substr(0, 10));
  const auto hours = two_digits(text, 11, 23);
  const auto minutes = two_digits(text, 14, 59);
  if (!days || !hours || !minutes) return std::nullopt;
  std::int64_t micros = ((*days * 24 + *hours) * 60 + *minutes) * 60'000'000;
  std::size_t at = 16;
  if (text[at] == ':') {
    const auto seconds = two_digits(text, at + 1, 59);
    if (!seconds) return std::nullopt;
    micros += *seconds * 1'000'000;
    at += 3;
  }
  if (text[at] == '.') {
    std::int64_t weight = 100'000;
    for (++at; text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10) {
      micros += (text[at] - '0') * weight;
    }
  }
  if (text[at] == 'Z') return micros;
  const auto offset_hours = two_digits(text, at + 1, 23);
  const auto offset_minutes = two_digits(text, at + 4, 59);
  if (!offset_hours || !offset_minutes) return std::nullopt;
  const std::int64_t offset = (*offset_hours * 60 + *offset_minutes) * 60'000'000LL;
  return text[at] == '+' ? micros - offset : micros + offset;
}

std::optional<std::string> decode_escape(std::string_view text) {
  switch (text[1]) {
    case 'n':
      return "\n";
    case 'r':
      return "\r";
    case 't':
      return "\t";
    case 'u':
      break;
    default:
      return std::string(text.substr(1));
  }
  const std::string_view digits = text.substr(3, text.size() - 4);
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (error != std::errc{} || digits.size() > 6 || value == 0 || value > 0x10FFFF || surrogate) {
    return std::nullopt;
  }
  return to_utf8(value);
}

}  // namespace mlp::syntax
