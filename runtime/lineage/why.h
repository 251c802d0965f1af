// SPDX-License-Identifier: Apache-2.0
//
// Why a task run ran or was a hit, told from records only: by what differs from the last time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/lineage/recorded.h"

namespace mlp::lineage {

/// How many task runs upstream an answer follows.
inline constexpr std::size_t kMaxFollowed = 50;

/// One difference, and for an input the task runs of this run whose outputs it takes.
struct Cause {
  cache::Difference difference;
  struct Upstream {
    model::TaskRunId id;
    std::string name;
    std::string sentence;     // why that one ran, or what it came from
  };
  std::vector<Upstream> upstream;
};

struct Why {
  model::TaskRunId id;
  std::string name;
  model::TaskRunState state = model::TaskRunState::kWaiting;
  model::Source source = model::Source::kNone;
  /// "ran: src/fit.py changed since run 11", "cached: made by 9/fit[2] at …", "ran for the first time".
  std::string sentence;
  std::optional<Earlier> made_by;        // a hit: who made the outputs
  std::optional<Earlier> compared_with;  // ran: the last time
  bool is_first_time = false;
  bool is_same_key = false;              // ran although nothing differs: `cache off`, or lost outputs
  std::vector<Cause> causes;
  /// What is behind all causes: differences that come from no task of this run, with their task.
  std::vector<std::string> roots;
};

/// kNotFound when the run or task is unknown.
Result<Why> explain_task_run(const Sources& sources, const model::TaskRunId& id);

}  // namespace mlp::lineage
