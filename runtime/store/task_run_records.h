// SPDX-License-Identifier: Apache-2.0
//
// Buckets t and d: task runs that have started or ended, and when the ones in back-off are due.
// A task run that waits, is ready or queued has no record.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

void put_task_run(Batch& batch, const model::TaskRun& task_run);

Result<std::optional<model::TaskRun>> find_task_run(const View& view, const model::TaskRunId& id);

/// One that a scan came by.
Result<model::TaskRun> read_task_run(std::string_view key, std::string_view bytes);

/// Every task run of a run by task, then items; stops when `visit` returns false. For recovery: a
/// million take well under a second.
Status visit_task_runs(const View& view, model::RunId run,
                       const std::function<bool(model::TaskRun&&)>& visit);

/// The same for one task.
Status visit_task_runs_of(const View& view, model::RunId run, model::TaskId task,
                          const std::function<bool(model::TaskRun&&)>& visit);

struct TaskRunQuery {
  model::TaskId task;                                // none: all tasks
  std::vector<model::TaskRunState> states;           // empty: all
  std::optional<model::TaskRunId> after;             // the last one of the page before
  std::size_t limit = 100;
};

struct TaskRunPage {
  std::vector<model::TaskRun> task_runs;  // by task, then items
  bool has_more = false;
};

/// States are told by one byte, so a filter does not read what it leaves out.
Result<TaskRunPage> list_task_runs(const View& view, model::RunId run, const TaskRunQuery& query);

struct Due {
  Instant at;
  model::TaskRunId task_run;
  Duration remaining{0};  // when it was written: bounds the wait after a jump of the clock
};

void put_due(Batch& batch, const Due& due);
void remove_due(Batch& batch, Instant at, const model::TaskRunId& task_run);
/// All, earliest first.
Result<std::vector<Due>> list_due(const View& view);

}  // namespace mlp::store
