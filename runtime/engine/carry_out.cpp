// SPDX-License-Identifier: Apache-2.0
//
// What the scheduler's commands mean: records for this turn's batch, and what to do once it is
// written.
#include <algorithm>

#include "base/crash_point.h"
#include "runtime/engine/engine_state.h"

namespace mlp::engine {
namespace {

// `retry 0 on lost`: it must never start twice, so the record of its start is synced first.
bool is_at_most_once(const plan::TaskDefinition& definition) {
  for (const plan::RetryRule& rule : definition.retry) {
    bool speaks_of_lost = std::find(rule.classes.begin(), rule.classes.end(),
                                    plan::RetryClass::kLost) != rule.classes.end();
    if (speaks_of_lost) return rule.tries == 0;
  }
  return false;
}

}  // namespace

execute::AttemptStart make_start(const ActiveRun& run, const model::Attempt& attempt,
                                 std::vector<plan::Value> inputs, Duration timeout) {
  const plan::Plan& plan = *run.prepared->plan;
  execute::AttemptStart start;
  start.id = attempt.id;
  start.task_run = attempt.task_run;
  start.task_name = model::task_run_name(attempt.task_run, plan);
  start.number = attempt.number;
  start.plan = run.prepared->plan;
  start.definition = plan.task(attempt.task_run.task).definition;
  start.inputs = std::move(inputs);
  start.key = attempt.key;
  std::uint32_t environment = plan.definitions[start.definition].environment;
  if (environment < run.prepared->environments.size()) {
    start.environment = run.prepared->environments[environment];
  }
  start.timeout = timeout;
  start.cpus = attempt.cpus;
  return start;
}

void Engine::State::carry_out(schedule::LookUp& command) {
  lookups.push_back(command.key);
}

void Engine::State::carry_out(schedule::Evaluate& command) {
  actions.evaluations.push_back(std::move(command));
}

void Engine::State::carry_out(schedule::Start& command) {
  ActiveRun& run = runs.at(command.task_run.run);
  model::Attempt attempt = recorder.started(run, command, parts.executor.place());
  execute::AttemptStart start =
      make_start(run, attempt, std::move(command.inputs), command.timeout);
  start.may_wait = command.may_wait;
  attempts.emplace(attempt.id, std::move(attempt));
  if (!is_at_most_once(run.prepared->plan->definitions[command.definition])) {
    actions.starts.push_back(std::move(start));
    return;
  }
  held_back.emplace(command.id, std::move(start));
  CRASH_POINT("start.held_back");
  actions.releases.push_back(
      [mailbox = mailbox, id = command.id] { mailbox->post(ReleaseMessage{id}); });
}

void Engine::State::carry_out(schedule::Kill& command) {
  if (held_back.erase(command.id) == 0) {
    actions.kills.push_back(command.id);
    return;
  }
  execute::AttemptEnded ended;
  ended.id = command.id;
  ended.outcome.reason = model::EndReason::kCancelled;
  ended.ended = parts.clock.now();
  early.push_back(std::move(ended));
}

void Engine::State::carry_out(schedule::AttemptSettled& command) {
  auto attempt = attempts.extract(command.id);
  auto end = ends.extract(command.id);
  MLP_CHECK(!attempt.empty() && !end.empty());
  recorder.attempt_ended(std::move(attempt.mapped()), end.mapped());
  actions.recorded.push_back(command.id);
  if (!command.publishes) return;
  for (const model::NewObject& object : end.mapped().objects) {
    recorder.put_object(object, command.id);
  }
  if (command.key) recorder.published(command.key, command.id, end.mapped().outputs);
  CRASH_POINT("attempt.published");
}

void Engine::State::carry_out(schedule::TaskRunChanged& command) {
  recorder.task_run_changed(command);
}

void Engine::State::carry_out(schedule::RunEnded& command) {
  model::Run& run = runs.at(command.id).record;
  run.state = command.state;
  run.error = std::move(command.error);
  run.result = std::move(command.result);
  run.ended = parts.clock.now();
  recorder.run_ended(run);
  CRASH_POINT("run.end_recorded");
  runs.erase(command.id);
}

void Engine::State::carry_out(schedule::WouldRun&) {
  MLP_CHECK(false);  // only a forecast's scheduler says it
}

void Engine::State::evaluate(schedule::Evaluate command) {
  auto request = std::make_shared<schedule::EvaluationRequest>(std::move(command.request));
  plan::FileAccess files;
  files.read_artifact = parts.read_artifact;
  parts.workers.post([request, files, mailbox = mailbox, run = command.run, token = command.token] {
    mailbox->post(schedule::EvaluationDone{run, token, schedule::evaluate(*request, files)});
  });
}

}  // namespace mlp::engine
