// SPDX-License-Identifier: Apache-2.0
//
// How many task runs of each task there are and in which state: kept by difference, never counted
// anew. Knows states, not why they change.
#pragma once

#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

/// `count` task runs of `task` are known from now on; they wait.
void expect_task_runs(RunState& run, TaskId task, std::uint64_t count);
/// How many `for`s and `if`s around `task` are not decided changes by `difference`.
void change_unresolved(RunState& run, TaskId task, std::int64_t difference);
/// One task run went from one state to another. `source` is that of the state it reached.
void count_change(RunState& run, TaskId task, model::TaskRunState from, model::TaskRunState to,
                  model::Source source);
/// Whatever still waits is cancelled, also items that were never expanded.
void cancel_waiting(RunState& run);

/// False while the replay of a run that is taken up again has met less of a task than was counted
/// before: to those who read, nothing that has ended goes away for a moment.
bool has_met_what_was_counted(const RunState& run, TaskId task);

/// A block of the plan is instantiated `count` times by a statement that was counted as one
/// undecided place until now.
void expect_block(RunState& run, BlockId block, std::uint64_t count);
/// That statement will never instantiate the block.
void give_up_block(RunState& run, BlockId block);

}  // namespace mlp::schedule
