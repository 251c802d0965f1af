// SPDX-License-Identifier: Apache-2.0
//
// The names of runs, task runs and attempts.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "compiler/plan/plan.h"

namespace mlp::model {

using plan::StatementId;
using plan::TaskId;

/// From a counter in the store; shown to users as it is: "run 12".
using RunId = Id<struct RunTag>;

/// Daemon epoch << 40 | counter. Never given twice: it is the fencing token of a try.
using AttemptId = Id<struct AttemptTag>;

inline constexpr int kEpochShift = 40;

/// Which item of each `for` around a task, outermost first; empty outside of all.
using Items = std::vector<std::uint32_t>;

/// A task in a run; a map has many.
struct TaskRunId {
  RunId run;
  TaskId task;
  Items items;
  auto operator<=>(const TaskRunId&) const = default;
};

/// "12/fit[2]", "12/etl_day[3]/clean": the item of a `for` stands after the first part of the name
/// inside it (the called pipeline, else the task); nested `for`s with no name between give "[i][j]".
std::string to_text(const TaskRunId& id, const plan::Plan& plan);

/// The same without the run: "fit[2]".
std::string task_run_name(const TaskRunId& id, const plan::Plan& plan);

/// Reads "12/fit[2]" back; kNotFound when the plan has no such task, kInvalid when it is no name.
Result<TaskRunId> parse_task_run(std::string_view text, const plan::Plan& plan);

/// The run number in front of such a name, or a bare "12".
Result<RunId> parse_run(std::string_view text);

}  // namespace mlp::model
