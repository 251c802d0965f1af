// SPDX-License-Identifier: Apache-2.0
//
// A round of runs, each with its entries in order.
#include "runtime/schedule/ready_queue.h"

#include <algorithm>

namespace mlp::schedule {

void ReadyQueue::push(TaskEntry& entry) {
  RunState& run = *entry.frame->run;
  entry.queued = run.ready.insert(run.ready.end(), &entry);
  ++size_;
  if (run.is_listed) return;
  run.is_listed = true;
  round_.push_back(&run);
}

TaskEntry* ReadyQueue::front() {
  while (!round_.empty()) {
    if (!round_.front()->ready.empty()) return round_.front()->ready.front();
    round_.front()->is_listed = false;
    round_.pop_front();
  }
  return nullptr;
}

void ReadyQueue::remove(TaskEntry& entry) {
  RunState& run = *entry.frame->run;
  bool was_front = !round_.empty() && round_.front() == &run && run.ready.front() == &entry;
  run.ready.erase(*entry.queued);
  entry.queued.reset();
  --size_;
  if (!was_front) return;
  round_.pop_front();
  round_.push_back(&run);
}

void ReadyQueue::forget(RunState& run) {
  size_ -= run.ready.size();
  if (run.is_listed) std::erase(round_, &run);
  run.is_listed = false;
}

}  // namespace mlp::schedule
