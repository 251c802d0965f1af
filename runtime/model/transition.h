// SPDX-License-Identifier: Apache-2.0
//
// What one commit changed in a run, as followers of the run hear it. Data only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "runtime/model/ids.h"
#include "runtime/model/state.h"

namespace mlp::model {

/// One task run reached a state.
struct Transition {
  TaskId task;
  Items items;
  TaskRunState state = TaskRunState::kWaiting;
  Source source = Source::kNone;
  AttemptId attempt;  // the live one, or the one that made the outputs; may be none
  bool operator==(const Transition&) const = default;
};

/// All of one run in one commit, in the order they happened.
struct Transitions {
  std::uint64_t commit = 0;
  Instant at;
  std::optional<RunState> run_state;  // when the run itself changed
  bool cancel_asked = false;          // cancel was asked in this commit
  std::vector<Transition> tasks;
  bool operator==(const Transitions&) const = default;
};

}  // namespace mlp::model
