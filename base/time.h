// SPDX-License-Identifier: Apache-2.0
//
// Instants, durations and the clock seam. Nothing outside this folder reads the machine's clocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp {

/// Microseconds; the resolution of everything we store or show.
using Duration = std::chrono::microseconds;

/// A point of wall time: microseconds since 1970-01-01T00:00:00Z. Zero means "not yet".
struct Instant {
  std::int64_t us = 0;

  auto operator<=>(const Instant&) const = default;
  explicit operator bool() const { return us != 0; }
  Instant operator+(Duration d) const { return {us + d.count()}; }
  Instant operator-(Duration d) const { return {us - d.count()}; }
  Duration operator-(Instant other) const { return Duration(us - other.us); }
};

/// RFC 3339 in UTC with milliseconds: 2026-01-31T02:30:00.000Z.
std::string to_rfc3339(Instant instant);
Result<Instant> from_rfc3339(std::string_view text);

/// "350ms", "4.2s", "3m12s", "2h05m": for people, never parsed again.
std::string to_human(Duration duration);

/// Seam: where time comes from.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time; may jump.
  virtual Instant now() = 0;
  /// Time since some fixed point; never goes back (CLOCK_BOOTTIME).
  virtual Duration steady() = 0;
};

/// The machine's clocks. Thread-safe.
class SystemClock final : public Clock {
 public:
  Instant now() override;
  Duration steady() override;
};

/// A clock that stands still until told otherwise. For tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = Instant{1'700'000'000'000'000}) : now_(start) {}
  Instant now() override { return now_; }
  Duration steady() override { return steady_; }
  void advance(Duration by) { now_ = now_ + by; steady_ += by; }
  /// Wall time jumps, the steady clock does not.
  void jump(Duration by) { now_ = now_ + by; }

 private:
  Instant now_;
  Duration steady_{0};
};

}  // namespace mlp
