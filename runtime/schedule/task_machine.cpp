// SPDX-License-Identifier: Apache-2.0
//
// The table of transitions.
#include "runtime/schedule/task_machine.h"

#include <algorithm>
#include <array>

#include "runtime/schedule/counts.h"

namespace mlp::schedule {
namespace {

using model::TaskRunState;
using enum model::TaskRunState;

struct Transition {
  TaskRunState from;
  TaskRunState to;
};

constexpr std::array kTransitions{
    Transition{kWaiting, kReady},      // its last input is there
    Transition{kWaiting, kFailed},     // its arguments cannot be computed
    Transition{kWaiting, kSkipped},    // a condition was false, or something it needs failed
    Transition{kWaiting, kCancelled},  // cancel
    Transition{kReady, kQueued},       // no hit: it waits for resources, or behind an equal key
    Transition{kReady, kDone},         // its key was found
    Transition{kReady, kFailed},       // its resources cannot be computed
    Transition{kReady, kCancelled},    // cancel
    Transition{kQueued, kRunning},     // granted
    Transition{kQueued, kDone},        // the equal key in front of it succeeded
    Transition{kQueued, kFailed},      // its resources or its timeout cannot be computed
    Transition{kQueued, kCancelled},   // cancel
    Transition{kRunning, kDone},       // its attempt succeeded
    Transition{kRunning, kBackoff},    // its attempt failed, a try is left
    Transition{kRunning, kFailed},     // its attempt failed, no try is left
    Transition{kRunning, kCancelled},  // its attempt ended after cancel
    Transition{kBackoff, kReady},      // the wait is over
    Transition{kBackoff, kCancelled},  // cancel
};

bool waits_to_start(TaskRunState state) {
  return state == kReady || state == kQueued;
}

void count(RunState& run, const model::TaskRun& record, TaskRunState from) {
  count_change(run, record.id.task, from, record.state, record.source);
  if (waits_to_start(from)) --run.waiting_to_start;
  if (waits_to_start(record.state)) ++run.waiting_to_start;
}

}  // namespace

void touch(Core& core, RunState& run) {
  if (run.is_touched) return;
  run.is_touched = true;
  core.touched.push_back(&run);
}

bool may_change(TaskRunState from, TaskRunState to) {
  return std::any_of(kTransitions.begin(), kTransitions.end(), [=](const Transition& transition) {
    return transition.from == from && transition.to == to;
  });
}

bool is_recorded(TaskRunState state) {
  return state >= kRunning;
}

void set(Core& core, RunState& run, model::TaskRun& record, TaskRunState to, Duration remaining) {
  TaskRunState from = record.state;
  MLP_CHECK(may_change(from, to));
  record.state = to;
  if (model::is_final(to)) record.ended = core.now.wall;
  count(run, record, from);
  touch(core, run);
  // A forecast records nothing; it tells its hits.
  if (is_recorded(to) && (!run.spec.is_forecast || to == kDone)) {
    core.commands->push_back(TaskRunChanged{record, remaining});
  }
}

void restore(RunState& run, model::TaskRun& record, model::TaskRun known) {
  MLP_CHECK(record.state == kWaiting && is_recorded(known.state));
  record = std::move(known);
  count(run, record, kWaiting);
}

}  // namespace mlp::schedule
