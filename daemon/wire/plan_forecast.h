// SPDX-License-Identifier: Apache-2.0
//
// What a submission would do: which tasks would run, which are in the cache, and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"
#include "daemon/wire/run.h"

namespace mlp::wire {

/// One task run that can be told, or all of a task that cannot yet.
struct ForecastTask {
  std::string task;         // "fit"
  std::string name;         // "fit[2]", or "fit" with `count` for several alike
  std::string verdict;      // "hit", "run" or "unknown" (depends on what is not yet known)
  std::string reason;       // "no earlier result", "changed: file src/fit.py", "waits for load"
  std::uint64_t count = 1;  // task runs this stands for
  bool is_count_known = true;
  std::string environment;         // its name
  std::vector<std::string> files;  // of the project, that it sees
  std::string made_by;             // a hit: the task run that made the outputs, "9/fit[2]"
};

template <typename V>
void visit(V& v, ForecastTask& t) {
  v("task", t.task);
  v("name", t.name);
  v("verdict", t.verdict);
  v("reason", t.reason);
  v("count", t.count);
  v("is_count_known", t.is_count_known);
  v("environment", t.environment);
  v("files", t.files);
  v("made_by", t.made_by);
}

struct PlanForecast {
  std::string pipeline;
  std::string path;
  std::string plan;  // digest
  std::vector<NamedValue> parameters;
  std::vector<ForecastTask> tasks;  // in the order of the plan; at most 1,000
  bool is_truncated = false;
  std::uint64_t will_run = 0;
  std::uint64_t will_hit = 0;
  std::uint64_t unknown = 0;
  std::string error;                // a gate or expression that is sure to fail
  Json diagnostics = JsonArray{};  // warnings, as in Error
};

template <typename V>
void visit(V& v, PlanForecast& p) {
  v("pipeline", p.pipeline);
  v("path", p.path);
  v("plan", p.plan);
  v("parameters", p.parameters);
  v("tasks", p.tasks);
  v("is_truncated", p.is_truncated);
  v("will_run", p.will_run);
  v("will_hit", p.will_hit);
  v("unknown", p.unknown);
  v("error", p.error);
  v("diagnostics", p.diagnostics);
}

}  // namespace mlp::wire
