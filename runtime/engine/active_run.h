// SPDX-License-Identifier: Apache-2.0
//
// What the engine keeps of a run while it is carried out, beside the scheduler's state. Data only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "runtime/engine/prepared_plan.h"
#include "runtime/store/task_run_records.h"

namespace mlp::engine {

/// Readers of artifacts remembered so as not to write them twice; beyond it they are written again,
/// which changes nothing.
inline constexpr std::size_t kUsedRemembered = 1'000;

struct ActiveRun {
  model::Run record;
  std::shared_ptr<const PreparedPlan> prepared;
  std::set<std::pair<Digest, model::TaskId>> used;  // recorded in bucket u
  std::vector<bool> has_base;                       // by definition: its base is an object
  std::map<model::TaskRunId, store::Due> due;       // back-offs found at recovery
};

}  // namespace mlp::engine
