// SPDX-License-Identifier: Apache-2.0
//
// What records tell of the last time a task ran: who, when, and the description of its key.
#pragma once

#include <optional>
#include <string>

#include "runtime/cache/explain.h"
#include "runtime/model/run.h"
#include "runtime/objects/plan_cache.h"
#include "runtime/store/kv.h"

namespace mlp::lineage {

/// How many earlier runs of the project are looked at for the last time a task ran.
inline constexpr std::size_t kMaxRunsSearched = 100;

/// What an answer is read from. All must outlive the call. Any thread that owns the view.
struct Sources {
  const store::View& view;
  const objects::ObjectStore& objects;
  objects::PlanCache& plans;
};

/// An earlier task run and the attempt that made its outputs.
struct Earlier {
  model::TaskRunId id;
  std::string name;           // "12/fit[2]"
  model::AttemptId attempt;
  model::TaskRunState state = model::TaskRunState::kDone;
  Instant ended;
};

/// A task run with the description of its key.
struct Recorded {
  Earlier earlier;
  Digest key;
  cache::Described described;
};

/// A task run in whatever run of a pipeline.
struct TaskAddress {
  std::string project = "default";
  std::string pipeline;
  std::string task;           // Task::name
  model::Items items;
};

/// The last task run of that name and items of the same pipeline in the runs before `before` (none:
/// any) that has a recorded key, with its base and inputs. For `plan`: compare what would run.
Result<std::optional<Recorded>> find_recorded(const Sources& sources, const TaskAddress& address,
                                              model::RunId before = {});

/// The description of the key of an attempt; nullopt where it was not kept or is of another scheme.
Result<std::optional<cache::Described>> read_described(const Sources& sources,
                                                       const model::Attempt& attempt);

/// The description of a task run: of the attempt that made its outputs, else of its last one.
Result<std::optional<Recorded>> read_recorded(const Sources& sources,
                                              const model::TaskRun& task_run,
                                              const plan::Plan& plan);

}  // namespace mlp::lineage
