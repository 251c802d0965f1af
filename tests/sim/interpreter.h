// SPDX-License-Identifier: Apache-2.0
//
// A plain evaluator of plans: block by block, statement by statement, in the order written, without
// time, resources, keys or a store. It says what a run must come to. Shares nothing with the
// scheduler but the evaluator of expressions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/model/run.h"
#include "tests/sim/project.h"

namespace mlp::sim {

/// A task of a plan and the items of the `for`s around it, outermost first.
using TaskRunName = std::pair<plan::TaskId, model::Items>;

/// How an attempt ended, as far as the world decides it and not the body.
enum class AttemptFate : std::uint8_t {
  kItsOwn,     // as its body ends
  kLost,       // its runner or its machine went away: retried as the policy for `lost` says
  kGivenBack,  // it never started: costs nothing
};

/// What the world did to a task run; the rest follows from the project.
struct TaskRunFate {
  std::vector<AttemptFate> attempts;  // those recorded; any later one is kItsOwn
  /// Its outputs came from an equal key; possible only where the body succeeds sooner or later.
  bool is_hit = false;
};
using Fates = std::function<TaskRunFate(const TaskRunName&)>;

struct ExpectedTaskRun {
  model::TaskRunState state = model::TaskRunState::kDone;
  std::vector<plan::Value> outputs;       // of a done one, in the order declared
  std::vector<model::EndReason> endings;  // of its attempts that end by themselves
};

struct Expectation {
  model::RunState state = model::RunState::kSucceeded;
  std::optional<plan::Value> result;
  std::map<TaskRunName, ExpectedTaskRun> task_runs;
};

Expectation interpret(const Project& project, const Fates& fates);

/// The outputs that files and text of a body come to.
std::vector<plan::Value> outputs_of(const plan::TaskDefinition& definition, const BodyRun& run);

}  // namespace mlp::sim
