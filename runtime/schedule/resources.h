// SPDX-License-Identifier: Apache-2.0
//
// What attempts take while they live: cpus. The sum of those that run never exceeds the cores.
// While attempts are quick a few more are granted ahead, to stand in the executor's own queue: a
// core then need not wait for the engine between two of them.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace mlp::schedule {

class Resources {
 public:
  explicit Resources(double cores) : cores_(cores) {}

  /// What a task that asks for `cpus` is granted: more than all cores means all of them, so that it
  /// runs alone instead of never; less than a tenth would allow too many attempts at once.
  double granted(double cpus) const { return std::clamp(cpus, kLeast, cores_); }
  bool fits(double cpus) const { return used_ + cpus <= cores_ + kRounding; }
  /// It does not fit now, but may be granted ahead, to wait in the executor's queue.
  bool may_wait(double cpus) const {
    return recent_us_ < kQuickUs && cpus <= 1 && used_ + cpus <= 2 * cores_ + kRounding;
  }
  /// How long an attempt took.
  void note(Duration took) {
    recent_us_ += (static_cast<double>(took.count()) - recent_us_) * kNewest;
  }
  void take(double cpus) { used_ += cpus; }
  void give(double cpus) { used_ = std::max(0.0, used_ - cpus); }
  double used() const { return used_; }

 private:
  static constexpr double kLeast = 0.1;
  static constexpr double kRounding = 1e-6;  // of sums of tenths
  // Granting ahead fixes an order; behind attempts of this length nobody minds.
  static constexpr double kQuickUs = 50'000;
  static constexpr double kNewest = 0.125;  // weight of the newest in the running mean
  double cores_;
  double used_ = 0;
  double recent_us_ = 1'000'000;  // not quick until seen
};

}  // namespace mlp::schedule
