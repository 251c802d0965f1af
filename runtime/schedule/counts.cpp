// SPDX-License-Identifier: Apache-2.0
//
// Counts by difference.
#include "runtime/schedule/counts.h"

namespace mlp::schedule {
namespace {

using model::TaskRunState;

TaskCounts& touch(RunState& run, TaskId task) {
  TaskCounts& counts = run.counts[task.value - 1];
  if (!counts.is_dirty) {
    counts.is_dirty = true;
    run.dirty.push_back(task);
  }
  return counts;
}

std::uint64_t& field(model::Counts& counts, TaskRunState state, model::Source source) {
  switch (state) {
    case TaskRunState::kWaiting:
      return counts.waiting;
    case TaskRunState::kReady:
    case TaskRunState::kQueued:
      return counts.queued;
    case TaskRunState::kRunning:
      return counts.running;
    case TaskRunState::kBackoff:
      return counts.backoff;
    case TaskRunState::kDone:
      return source == model::Source::kHit ? counts.hit : counts.ran;
    case TaskRunState::kFailed:
      return counts.failed;
    case TaskRunState::kSkipped:
      return counts.skipped;
    case TaskRunState::kCancelled:
      return counts.cancelled;
  }
  return counts.waiting;
}

std::uint64_t ended(const model::Counts& counts) {
  return counts.ran + counts.hit + counts.failed + counts.skipped + counts.cancelled;
}

}  // namespace

bool has_met_what_was_counted(const RunState& run, TaskId task) {
  if (run.spec.counted.empty()) return true;
  const model::Counts& before = run.spec.counted[task.value - 1];
  const model::Counts& now = run.counts[task.value - 1].counts;
  return ended(now) >= ended(before) && (now.total >= before.total || now.is_total_known);
}

void expect_task_runs(RunState& run, TaskId task, std::uint64_t count) {
  model::Counts& counts = touch(run, task).counts;
  counts.total += count;
  counts.waiting += count;
}

void change_unresolved(RunState& run, TaskId task, std::int64_t difference) {
  TaskCounts& counts = touch(run, task);
  counts.unresolved += difference;
  counts.counts.is_total_known = counts.unresolved == 0;
}

void count_change(RunState& run, TaskId task, TaskRunState from, TaskRunState to,
                  model::Source source) {
  model::Counts& counts = touch(run, task).counts;
  --field(counts, from, model::Source::kNone);
  ++field(counts, to, source);
}

void cancel_waiting(RunState& run) {
  for (std::uint32_t i = 0; i < run.counts.size(); ++i) {
    if (run.counts[i].counts.waiting == 0) continue;
    model::Counts& counts = touch(run, TaskId(i + 1)).counts;
    counts.cancelled += counts.waiting;
    counts.waiting = 0;
  }
}

void expect_block(RunState& run, BlockId block, std::uint64_t count) {
  const BlockLayout& layout = run.layout().of(block);
  for (TaskId task : layout.direct) {
    expect_task_runs(run, task, count);
    change_unresolved(run, task, -1);
  }
  for (TaskId task : layout.nested) {
    change_unresolved(run, task, static_cast<std::int64_t>(count) - 1);
  }
}

void give_up_block(RunState& run, BlockId block) {
  const BlockLayout& layout = run.layout().of(block);
  for (TaskId task : layout.direct) change_unresolved(run, task, -1);
  for (TaskId task : layout.nested) change_unresolved(run, task, -1);
}

}  // namespace mlp::schedule
