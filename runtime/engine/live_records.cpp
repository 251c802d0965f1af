// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/live_records.h"

#include <string>

namespace mlp::engine {
namespace {

using model::TaskRunState;

Error contradiction(const std::string& what) {
  return {ErrorCode::kCorrupt, "the records of what runs contradict each other: " + what};
}

std::string name_of(model::AttemptId attempt) {
  return "attempt " + attempt.to_string();
}

std::string name_of(const model::TaskRunId& id) {
  std::string name = "task " + id.task.to_string() + " of run " + id.run.to_string();
  for (const std::uint32_t item : id.items) name += ", item " + std::to_string(item);
  return name;
}

bool is_in(const plan::Plan& plan, const model::TaskRunId& id) {
  return id.task && id.task.value <= plan.tasks.size() &&
         id.items.size() == plan.task(id.task).depth;
}

}  // namespace

Status LiveRecords::add(const model::TaskRun& task_run, const plan::Plan& plan) {
  const std::string state(to_text(task_run.state));
  if (task_run.state < TaskRunState::kRunning || task_run.state > TaskRunState::kCancelled) {
    return contradiction(name_of(task_run.id) + " has a state that is never stored: " + state);
  }
  if (model::is_final(task_run.state)) return {};
  if (task_run.attempts.empty() || !is_in(plan, task_run.id)) {
    return contradiction(name_of(task_run.id) + " is " + state +
                         (task_run.attempts.empty() ? " without an attempt" : " but not in its plan"));
  }
  if (task_run.state != TaskRunState::kRunning) return {};
  const auto [other, is_first] =
      running_.try_emplace(task_run.attempts.back(), Running{task_run.id, task_run.key});
  if (is_first) return {};
  return contradiction(name_of(other->first) + " is said to run " + name_of(other->second.id) +
                       " and " + name_of(task_run.id));
}

Status LiveRecords::add(const model::Attempt& attempt, const plan::Plan* plan) {
  const std::string live = name_of(attempt.id) + " is listed as live, but ";
  if (attempt.outcome.reason != model::EndReason::kNone) return contradiction(live + "has ended");
  if (plan == nullptr) {
    return contradiction(live + "no run " + attempt.task_run.run.to_string() + " goes on");
  }
  const auto found = running_.find(attempt.id);
  if (found == running_.end() || found->second.id != attempt.task_run) {
    return contradiction(live + name_of(attempt.task_run) + " does not run it");
  }
  found->second.is_live = true;
  if (found->second.key != attempt.key) {
    return contradiction(live + "has another key than " + name_of(attempt.task_run));
  }
  if (!plan->definition_of(plan->task(attempt.task_run.task)).is_cached) return {};
  const auto [other, is_first] = keys_.try_emplace(attempt.key, attempt.id);
  if (is_first) return {};
  return contradiction(live + "so is " + name_of(other->second) + ", which has the same key");
}

Status LiveRecords::finish() const {
  for (const auto& [attempt, running] : running_) {
    if (running.is_live) continue;
    return contradiction(name_of(running.id) + " is running, but its " + name_of(attempt) +
                         " is not listed as live");
  }
  return {};
}

}  // namespace mlp::engine
