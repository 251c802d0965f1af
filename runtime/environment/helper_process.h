// SPDX-License-Identifier: Apache-2.0
//
// Starts a helper program (python, pip, uv), waits for it and keeps what it says. The one door to
// Boost.Process. Not for attempts: those are the runner's.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace mlp::environment {

/// The helpers that are at work, so that all can be ended. Thread-safe.
class HelperGroup {
 public:
  /// Ends all, and every later one as soon as it starts.
  void stop();
  bool is_stopped() const { return is_stopped_; }

 private:
  friend class HelperRun;
  void add(int pid);
  void remove(int pid);

  std::mutex mutex_;
  std::set<int> pids_;  // also their process groups
  std::atomic<bool> is_stopped_{false};
};

struct HelperOrder {
  std::vector<std::string> arguments;  // the first is the program's absolute path
  std::string log;                     // both outputs go there, appended; empty: dropped
  std::chrono::seconds time_limit{600};
};

struct HelperEnd {
  int exit_code = 0;
  bool timed_out = false;
};

/// Blocks until it has ended. Its environment is the daemon's own, without MLP_TOKEN.
Result<HelperEnd> run_helper(HelperGroup& group, const HelperOrder& order);

/// The same, and its standard output, up to 64 KiB; an error when it exits other than 0.
Result<std::string> ask_helper(HelperGroup& group, const std::vector<std::string>& arguments,
                               std::chrono::seconds time_limit);

}  // namespace mlp::environment
