// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/clients.h"

#include <algorithm>

namespace mlp::sim {

Clients::Clients(Machine& machine) : machine_(machine) {
  for (const Action& action : machine.scenario.actions) requests_.push_back({&action, {}, {}});
}

bool Clients::are_done() const {
  return std::all_of(requests_.begin(), requests_.end(), [](const Request& request) {
    return request.state == State::kAnswered;
  });
}

void Clients::daemon_died() {
  for (Request& request : requests_) {
    if (request.state == State::kAsked) request.state = State::kWaits;
  }
}

bool Clients::ask(engine::Engine& engine) {
  bool asked = false;
  for (Request& request : requests_) {
    const bool is_due = request.action->step <= machine_.trouble.step();
    if (request.state != State::kWaits || !is_due) continue;
    request.action->kind == ActionKind::kSubmit ? submit(engine, request) : cancel(engine, request);
    asked = asked || request.state != State::kWaits;
  }
  return asked;
}

// ---- submit -------------------------------------------------------------------------------------

void Clients::submit(engine::Engine& engine, Request& request) {
  const Action& action = *request.action;
  const auto& projects = machine_.scenario.projects;
  const auto project = std::find_if(projects.begin(), projects.end(), [&](const Project& each) {
    return each.id == action.project;
  });
  request.state = project == projects.end() ? State::kAnswered : State::kAsked;
  if (project == projects.end()) return;
  machine_.note([&] { return "ask: " + to_text(action); });
  machine_.witness.asked(action.key, action.project);
  engine::Submission submission;
  submission.client_key = "key-" + std::to_string(action.key);
  submission.request = sha256("project " + std::to_string(action.project));
  submission.plan = project->plan;
  submission.arguments = project->arguments;
  submission.environments = project->environments;
  engine.submit(std::move(submission), [this, &request](const Result<engine::Submitted>& answer) {
    submitted(request, answer);
  });
}

void Clients::submitted(Request& request, const Result<engine::Submitted>& answer) {
  if (answer) {
    request.run = answer->run;
    machine_.witness.promised(answer->run, request.action->key, request.action->project);
    machine_.note([&] { return "promised: run " + answer->run.to_string(); });
  }
  if (!answer) {
    machine_.witness.refused(request.action->key, request.action->project, answer.error());
  }
  request.state = State::kAnswered;
}

// ---- cancel -------------------------------------------------------------------------------------

Clients::Request Clients::find_run(const Action& cancel) const {
  Request found{nullptr, State::kAnswered, {}};
  for (const Request& request : requests_) {
    const Action& action = *request.action;
    const bool is_ours = action.kind == ActionKind::kSubmit && action.key == cancel.key &&
                         action.step <= cancel.step;
    if (!is_ours) continue;
    if (request.state != State::kAnswered) found.state = State::kWaits;
    if (request.run) return request;
  }
  return found;
}

void Clients::cancel(engine::Engine& engine, Request& request) {
  const Request made = find_run(*request.action);
  if (made.state != State::kAnswered) return;
  request.state = made.run ? State::kAsked : State::kAnswered;
  if (!made.run) return;
  machine_.witness.asked_cancel(made.run);
  machine_.note([&] { return "ask: cancel run " + made.run.to_string(); });
  engine.cancel(made.run, [this, &request, run = made.run](const Status& answer) {
    cancelled(request, run, answer);
  });
}

void Clients::cancelled(Request& request, model::RunId run, const Status& answer) {
  request.state = State::kAnswered;
  if (answer) return machine_.witness.promised_cancel(run);
  machine_.witness.refused_cancel(run, answer.error());
}

}  // namespace mlp::sim
