// SPDX-License-Identifier: Apache-2.0
//
// Buckets r and R: runs, and the runs of a project by number.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

/// Writes the whole run; also its place among the runs of its project.
void put_run(Batch& batch, const model::Run& run);

Result<std::optional<model::Run>> find_run(const View& view, model::RunId id);

struct RunPage {
  std::vector<model::Run> runs;  // newest first
  model::RunId next;             // give it as `before` for the next page; none after the last
};

/// Runs of a project below `before` (none: from the newest), at most `limit`.
Result<RunPage> list_runs(const View& view, std::string_view project, std::size_t limit,
                          model::RunId before = {});

/// Runs of all projects from a number on, oldest first, at most `limit`.
Result<std::vector<model::Run>> list_runs_from(const View& view, model::RunId from,
                                               std::size_t limit);

/// Runs whose state is running, oldest first. Looks at one byte of each run.
Result<std::vector<model::Run>> list_unfinished_runs(const View& view);

}  // namespace mlp::store
