// SPDX-License-Identifier: Apache-2.0
//
// What a run would do, without making it: the same scheduler, driven dry on a published view. Hits
// go on with their outputs; what would run is not known, nor is what depends on it. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/prepared_plan.h"
#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::engine {

enum class Verdict : std::uint8_t { kHit, kRun, kUnknown };

/// A task run; or, where items are not known, all of a task below the items that are.
struct ForecastEntry {
  model::TaskRunId task_run;  // of run 0
  Verdict verdict = Verdict::kRun;
  std::uint64_t count = 1;  // task runs it stands for
  bool is_count_known = true;
  model::AttemptId made_by;          // kHit
  model::StatementId unknown_until;  // kUnknown: the call it waits for
  std::uint32_t definition = 0;
  std::vector<plan::Value> inputs;  // kRun: for the explanation of the miss
  bool was_ever_run = true;         // kRun: false: this task, as it is, never ran anywhere
};

struct Forecast {
  std::vector<ForecastEntry> entries;  // in the order of the plan, then items; the first ones
  bool is_truncated = false;
  std::uint64_t will_hit = 0;
  std::uint64_t will_run = 0;
  std::uint64_t unknown = 0;
  std::string error;  // a gate or expression that would fail for certain
};

struct ForecastLimits {
  std::size_t entries = 1'000;
  /// Entries of one task, so that a long `for` does not hide the others.
  std::size_t entries_of_task = 100;
};

/// How a forecast looks at bytes; each as of EngineParts.
struct ForecastReads {
  std::function<Result<std::string>(const plan::Artifact&)> read_artifact = {};
  std::function<bool(const std::vector<model::Output>&)> are_whole = {};
};

/// A `for` over a million items takes well under two seconds and less than 300 MB.
Forecast make_forecast(
    const PreparedPlan& prepared, std::vector<std::pair<model::StatementId, plan::Value>> arguments,
    const store::View& view, Instant now, const ForecastReads& reads, ForecastLimits limits = {});

}  // namespace mlp::engine
