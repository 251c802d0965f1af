// SPDX-License-Identifier: Apache-2.0
//
// The states of runs and task runs and the reasons why attempts end, as stored and as shown.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlp::model {

enum class RunState : std::uint8_t {
  kRunning = 1,  // something may still start or end
  kSucceeded,    // every task run is done or was skipped by a condition
  kFailed,       // a task run, a gate or the result failed
  kCancelled,    // cancel was asked and everything has ended
};

/// Stored values; never renumber. The first three are never stored.
enum class TaskRunState : std::uint8_t {
  kWaiting = 1,    // an input, an `after` or a gate is missing
  kReady = 2,      // all inputs are there; its key is being looked up
  kQueued = 3,     // waits for resources, or behind a task run with an equal key
  kRunning = 4,    // an attempt is live
  kBackoff = 5,    // an attempt failed; the next starts when it is due
  kDone = 6,       // outputs are there: it ran, or the key was found
  kFailed = 7,     // the last try failed
  kSkipped = 8,    // a condition was false, or something it needs failed
  kCancelled = 9,  // cancelled before it was done
};

inline bool is_final(TaskRunState state) { return state >= TaskRunState::kDone; }

/// Where the outputs of a done task run come from.
enum class Source : std::uint8_t { kNone = 0, kRan = 1, kHit = 2 };

/// Why an attempt ended. Stored values; never renumber.
enum class EndReason : std::uint8_t {
  kNone = 0,
  kSucceeded = 1,
  kExit = 2,       // exit code other than 0
  kSignal = 3,     // killed by a signal we did not send
  kOom = 4,
  kTimeout = 5,
  kCancelled = 6,
  kLost = 7,       // its runner or machine went away
  kOutput = 8,     // an output was missing, ill-typed or still being written
};

std::string_view to_text(RunState state);      // "running", "succeeded", …
std::string_view to_text(TaskRunState state);  // "waiting", …
std::string_view to_text(EndReason reason);    // "exit", "signal", …
std::string_view to_text(Source source);       // "", "ran", "hit"

}  // namespace mlp::model
