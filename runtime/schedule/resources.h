// SPDX-License-Identifier: Apache-2.0
//
// What attempts take while they live: cpus. The sum never exceeds the cores.
#pragma once

#include <algorithm>

namespace mlp::schedule {

class Resources {
 public:
  explicit Resources(double cores) : cores_(cores) {}

  /// What a task that asks for `cpus` is granted: more than all cores means all of them, so that it
  /// runs alone instead of never; less than a tenth would allow too many attempts at once.
  double granted(double cpus) const { return std::clamp(cpus, kLeast, cores_); }
  bool fits(double cpus) const { return used_ + cpus <= cores_ + kRounding; }
  void take(double cpus) { used_ += cpus; }
  void give(double cpus) { used_ = std::max(0.0, used_ - cpus); }
  double used() const { return used_; }

 private:
  static constexpr double kLeast = 0.1;
  static constexpr double kRounding = 1e-6;  // of sums of tenths
  double cores_;
  double used_ = 0;
};

}  // namespace mlp::schedule
