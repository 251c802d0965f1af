// SPDX-License-Identifier: Apache-2.0
//
// Task runs that wait for resources: in order within a run, runs in turn, so that a run of a
// million items does not keep a small one waiting.
#pragma once

#include <deque>

#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

class ReadyQueue {
 public:
  void push(TaskEntry& entry);
  /// The next to start; null when none waits.
  TaskEntry* front();
  /// Takes an entry out, wherever it stands. When it was the front its run goes to the end.
  void remove(TaskEntry& entry);
  /// Before a run is forgotten.
  void forget(RunState& run);
  std::uint64_t size() const { return size_; }

 private:
  std::deque<RunState*> round_;  // runs that may have entries, each once
  std::uint64_t size_ = 0;
};

}  // namespace mlp::schedule
