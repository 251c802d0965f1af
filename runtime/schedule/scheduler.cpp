// SPDX-License-Identifier: Apache-2.0
//
// One event after the other.
#include "runtime/schedule/scheduler.h"

#include "runtime/schedule/block_machine.h"
#include "runtime/schedule/counts.h"
#include "runtime/schedule/dispatch.h"

namespace mlp::schedule {

Scheduler::Scheduler(std::uint64_t epoch, double cores)
    : core_(cores, epoch),
      dispatch_(std::make_unique<Dispatch>(core_)),
      blocks_(std::make_unique<BlockMachine>(core_, *dispatch_)) {}

Scheduler::~Scheduler() = default;

void Scheduler::decide(Event event, Now now, Random& random, std::vector<Command>& commands) {
  core_.now = now;
  core_.random = &random;
  core_.commands = &commands;
  std::visit([this](auto& each) { handle(std::move(each)); }, event);
  dispatch_->wake_due();
  settle_down();
  end_runs();
}

bool Scheduler::has_more() const {
  return !core_.touched.empty();
}

std::optional<Duration> Scheduler::next_due() const {
  if (core_.timers.empty()) return std::nullopt;
  return core_.timers.begin()->first.first;
}

void Scheduler::handle(RunAdded event) {
  auto run = std::make_unique<RunState>();
  run->spec = std::move(event.spec);
  RunState& added = *run;
  core_.runs.emplace(added.spec.id, std::move(run));
  added.live = dispatch_->count_adopted(added.spec.id);
  if (added.spec.is_cancel_asked) dispatch_->cancel_unclaimed(added);
  blocks_->begin_run(added);
}

// All of them before any run: one that is met first must not take the key of another's attempt.
void Scheduler::handle(AttemptsAdopted event) {
  dispatch_->adopt(event.attempts);
}

void Scheduler::handle(CancelAsked event) {
  auto run = core_.runs.find(event.run);
  if (run != core_.runs.end()) blocks_->cancel(*run->second);
}

void Scheduler::handle(KeyAnswered event) {
  dispatch_->key_answered(std::move(event));
}
void Scheduler::handle(AttemptEnded event) {
  dispatch_->attempt_ended(std::move(event));
}
void Scheduler::handle(EvaluationDone event) {
  blocks_->evaluation_done(std::move(event));
}
void Scheduler::handle(GoOn) {}
void Scheduler::handle(Paused event) {
  core_.is_paused = event.is_paused;
}

// What follows from what happened; then starts, which make room for more items; and again.
void Scheduler::settle_down() {
  std::uint64_t budget = kExpansionsPerEvent;
  for (;;) {
    std::uint64_t before = budget;
    blocks_->work();
    expand(budget);
    dispatch_->grant();
    if (!blocks_->has_work() && (budget == before || budget == 0)) return;
  }
}

void Scheduler::expand(std::uint64_t& budget) {
  for (std::size_t i = 0; i < core_.touched.size(); ++i) {
    RunState& run = *core_.touched[i];
    if (!run.is_cancelled) blocks_->expand(run, budget);
  }
}

// A run that was touched is looked at once more only if it could not expand all it wanted.
void Scheduler::end_runs() {
  std::vector<RunState*> touched = std::move(core_.touched);
  core_.touched.clear();
  for (RunState* run : touched) {
    run->is_touched = false;
    if (run->is_cancelled && !run->is_over && run->live == 0) {
      run->is_over = true;
      core_.commands->push_back(RunEnded{run->spec.id, model::RunState::kCancelled, {}, {}});
    }
    if (!run->is_counted && !run->spec.is_forecast) core_.counted.push_back(run->spec.id);
    run->is_counted = true;
    if (run->is_over) {
      forget(*run);
      continue;
    }
    bool wants_more = !run->expandable.empty() && run->waiting_to_start < kReadyTarget;
    if (wants_more && !run->is_cancelled) touch(core_, *run);
  }
}

void Scheduler::collect_counts(RunState& run) {
  std::erase_if(run.dirty, [&](TaskId task) {
    if (!run.is_over && !has_met_what_was_counted(run, task)) return false;
    TaskCounts& counts = run.counts[task.value - 1];
    counts.is_dirty = false;
    changed_counts_.push_back({run.spec.id, task, counts.counts});
    return true;
  });
  run.is_counted = false;
}

void Scheduler::forget(RunState& run) {
  collect_counts(run);
  std::erase(core_.counted, run.spec.id);
  core_.queue.forget(run);
  std::erase_if(core_.ended_early,
                [&](const auto& each) { return each.first.run == run.spec.id; });
  core_.runs.erase(run.spec.id);
}

std::vector<Scheduler::ChangedCounts> Scheduler::take_changed_counts() {
  for (model::RunId run : core_.counted) collect_counts(*core_.runs.at(run));
  core_.counted.clear();
  return std::exchange(changed_counts_, {});
}

}  // namespace mlp::schedule
