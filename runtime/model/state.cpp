// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/state.h"

namespace mlp::model {

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::kRunning: return "running";
    case RunState::kSucceeded: return "succeeded";
    case RunState::kFailed: return "failed";
    case RunState::kCancelled: return "cancelled";
  }
  return "unknown";
}

std::string_view to_text(TaskRunState state) {
  switch (state) {
    case TaskRunState::kWaiting: return "waiting";
    case TaskRunState::kReady: return "ready";
    case TaskRunState::kQueued: return "queued";
    case TaskRunState::kRunning: return "running";
    case TaskRunState::kBackoff: return "backoff";
    case TaskRunState::kDone: return "done";
    case TaskRunState::kFailed: return "failed";
    case TaskRunState::kSkipped: return "skipped";
    case TaskRunState::kCancelled: return "cancelled";
  }
  return "unknown";
}

std::string_view to_text(EndReason reason) {
  switch (reason) {
    case EndReason::kNone: return "";
    case EndReason::kSucceeded: return "succeeded";
    case EndReason::kExit: return "exit";
    case EndReason::kSignal: return "signal";
    case EndReason::kOom: return "oom";
    case EndReason::kTimeout: return "timeout";
    case EndReason::kCancelled: return "cancelled";
    case EndReason::kLost: return "lost";
    case EndReason::kOutput: return "output";
  }
  return "unknown";
}

std::string_view to_text(Source source) {
  switch (source) {
    case Source::kNone: return "";
    case Source::kRan: return "ran";
    case Source::kHit: return "hit";
  }
  return "unknown";
}

}  // namespace mlp::model
