// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <time.h>

#include <cstdio>

namespace mlp {
namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Instant SystemClock::now() { return {read_clock(CLOCK_REALTIME)}; }
Duration SystemClock::steady() { return Duration(read_clock(CLOCK_BOOTTIME)); }

std::string to_rfc3339(Instant instant) {
  std::int64_t seconds = instant.us / 1'000'000;
  std::int64_t rest = instant.us % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  const time_t when = seconds;
  tm parts{};
  gmtime_r(&when, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(rest / 1000));
  return text;
}

Result<Instant> from_rfc3339(std::string_view text) {
  const std::string copy(text);
  tm parts{};
  int used = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6) {
    return Error{ErrorCode::kInvalid, "not a time like 2026-01-31T02:30:00Z: " + copy};
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  std::int64_t us = static_cast<std::int64_t>(timegm(&parts)) * 1'000'000;
  std::size_t at = static_cast<std::size_t>(used);
  if (at < copy.size() && copy[at] == '.') {
    std::int64_t scale = 100'000;
    for (++at; at < copy.size() && copy[at] >= '0' && copy[at] <= '9'; ++at, scale /= 10) {
      us += (copy[at] - '0') * scale;
    }
  }
  if (copy.substr(at) == "Z") return Instant{us};
  int hours = 0;
  int minutes = 0;
  char sign = 0;
  int length = 0;
  if (std::sscanf(copy.c_str() + at, "%c%2d:%2d%n", &sign, &hours, &minutes, &length) == 3 &&
      (sign == '+' || sign == '-') && at + static_cast<std::size_t>(length) == copy.size()) {
    const std::int64_t offset = (hours * 60LL + minutes) * 60'000'000LL;
    return Instant{sign == '+' ? us - offset : us + offset};
  }
  return Error{ErrorCode::kInvalid, "a time ends in Z or an offset like +01:00: " + copy};
}

std::string to_human(Duration duration) {
  const std::int64_t us = duration.count();
  char text[64];
  if (us < 1'000'000) {
    std::snprintf(text, sizeof text, "%lldms", static_cast<long long>(us / 1000));
  } else if (us < 60'000'000) {
    std::snprintf(text, sizeof text, "%.1fs", static_cast<double>(us) / 1e6);
  } else if (us < 3'600'000'000) {
    const long long seconds = us / 1'000'000;
    std::snprintf(text, sizeof text, "%lldm%02llds", seconds / 60, seconds % 60);
  } else {
    const long long minutes = us / 60'000'000;
    std::snprintf(text, sizeof text, "%lldh%02lldm", minutes / 60, minutes % 60);
  }
  return text;
}

}  // namespace mlp
