// SPDX-License-Identifier: Apache-2.0
//
// Task runs: looked up, queued, started, retried, ended.
#include "runtime/schedule/dispatch.h"

#include <algorithm>
#include <utility>

#include "runtime/schedule/evaluation.h"
#include "runtime/schedule/retry.h"
#include "runtime/schedule/task_machine.h"

namespace mlp::schedule {
namespace {

using model::TaskRunState;

RunState& run_of(TaskEntry& entry) {
  return *entry.frame->run;
}

const plan::Statement& call_of(const TaskEntry& entry) {
  return statement_of(*entry.frame, entry.slot);
}

const plan::TaskDefinition& definition_of(const TaskEntry& entry) {
  const plan::Plan& plan = entry.frame->run->plan();
  return plan.definition_of(plan.task(entry.record.id.task));
}

std::uint32_t definition_index(const TaskEntry& entry) {
  return entry.frame->run->plan().task(entry.record.id.task).definition;
}

std::unique_ptr<TaskEntry> make_entry(Frame& frame, std::uint32_t slot) {
  auto entry = std::make_unique<TaskEntry>();
  entry->frame = &frame;
  entry->slot = slot;
  entry->record.id = task_run_id(frame, statement_of(frame, slot).task);
  return entry;
}

plan::Value outputs_value(const TaskEntry& entry) {
  plan::Record record;
  record.names = entry.frame->run->layout().output_names(definition_index(entry));
  record.values.reserve(entry.record.outputs.size());
  for (const model::Output& output : entry.record.outputs) record.values.push_back(output.value);
  return plan::Value::of_record(std::move(record));
}

double cpus_of(const plan::Value& value) {
  bool is_whole = value.kind() == plan::ValueKind::kInt;
  return is_whole ? static_cast<double>(value.as_int()) : value.as_float();
}

Result<double> asked_cpus(const TaskEntry& entry) {
  const auto& cpus = definition_of(entry).cpus;
  if (!cpus) return 1.0;
  auto attempt = static_cast<std::uint32_t>(entry.record.attempts.size() + 1);
  MLP_ASSIGN(plan::Value value, evaluate_property(entry, *cpus, attempt));
  return cpus_of(value);
}

Result<Duration> timeout_of(const TaskEntry& entry) {
  const auto& timeout = definition_of(entry).timeout;
  if (!timeout) return Duration(0);
  auto attempt = static_cast<std::uint32_t>(entry.record.attempts.size() + 1);
  MLP_ASSIGN(plan::Value value, evaluate_property(entry, *timeout, attempt));
  if (value.is_null()) return Duration(0);
  return Duration(std::max<std::int64_t>(1000, value.as_duration_us()));
}

plan::LastAttempt last_of(const AttemptEnded& ended) {
  plan::LastAttempt last;
  last.reason = to_text(class_of(ended.outcome).value());
  last.exit_code = ended.outcome.code;
  last.peak_memory = ended.peak_memory;
  return last;
}

}  // namespace

// ---- ready ------------------------------------------------------------------------------------

void Dispatch::ready(Frame& frame, std::uint32_t slot, std::vector<plan::Value> inputs) {
  frame.slots[slot].task = make_entry(frame, slot);
  TaskEntry& entry = *frame.slots[slot].task;
  const RunSpec& spec = frame.run->spec;
  entry.inputs = std::move(inputs);
  entry.is_cached = definition_of(entry).is_cached;
  if (restore_known(entry)) return;
  if (spec.is_cancel_asked) return refuse(entry, TaskRunState::kCancelled, {});
  std::optional<Digest> key = spec.key_of(definition_index(entry), entry.inputs);
  if (spec.is_forecast && (!key || !entry.is_cached)) return assume_missing(entry);
  entry.record.key = *key;
  begin(entry);
}

void Dispatch::refuse(Frame& frame, std::uint32_t slot, TaskRunState state, std::string reason) {
  frame.slots[slot].task = make_entry(frame, slot);
  TaskEntry& entry = *frame.slots[slot].task;
  if (restore_known(entry)) return;
  refuse(entry, state, std::move(reason));
}

void Dispatch::refuse(TaskEntry& entry, TaskRunState state, std::string reason) {
  RunState& run = run_of(entry);
  bool is_cancelled = run.spec.is_cancel_asked;
  if (!is_cancelled) entry.record.reason = std::move(reason);
  set(core_, run, entry.record, is_cancelled ? TaskRunState::kCancelled : state);
  settle_final(entry);
}

void Dispatch::refuse(RunState& run, model::TaskRunId id, TaskRunState state, std::string reason) {
  model::TaskRun record;
  record.id = std::move(id);
  if (run.spec.known) {
    std::optional<KnownTaskRun> known = find_known(run, record.id);
    if (known && model::is_final(known->record.state)) {
      return restore(run, record, std::move(known->record));
    }
  }
  if (run.spec.is_cancel_asked) return set(core_, run, record, TaskRunState::kCancelled);
  record.reason = std::move(reason);
  set(core_, run, record, state);
}

void Dispatch::not_known(Frame& frame, std::uint32_t slot, StatementId until) {
  TaskId task = statement_of(frame, slot).task;
  not_known(*frame.run, task_run_id(frame, task), until, 1);
}

void Dispatch::not_known(RunState& run, model::TaskRunId id, StatementId until,
                         std::uint64_t count) {
  std::uint32_t definition = run.plan().task(id.task).definition;
  core_.commands->push_back(WouldRun{std::move(id), definition, {}, until, count});
}

// The key is looked up whenever a task run becomes ready, after a back-off as well.
void Dispatch::begin(TaskEntry& entry) {
  set(core_, run_of(entry), entry.record, TaskRunState::kReady);
  if (!entry.is_cached) return enqueue(entry);
  if (!core_.keys.join(entry)) {
    return set(core_, run_of(entry), entry.record, TaskRunState::kQueued);
  }
  core_.commands->push_back(LookUp{entry.record.key});
}

void Dispatch::enqueue(TaskEntry& entry) {
  Result<double> cpus = asked_cpus(entry);
  if (!cpus) return fail(entry, cpus.error().message);
  entry.cpus = core_.resources.granted(*cpus);
  if (entry.record.state == TaskRunState::kReady) {
    set(core_, run_of(entry), entry.record, TaskRunState::kQueued);
  }
  core_.queue.push(entry);
}

void Dispatch::key_answered(KeyAnswered answer) {
  TaskEntry* leader = core_.keys.leader(answer.key);
  if (leader == nullptr || leader->live) return;
  if (!answer.hit) {
    if (leader->queued) return;
    return run_of(*leader).spec.is_forecast ? assume_missing(*leader) : enqueue(*leader);
  }
  std::vector<TaskEntry*> waiters = core_.keys.dissolve(answer.key);
  hit(*leader, answer.hit->outputs, answer.hit->made_by);
  for (TaskEntry* waiter : waiters) hit(*waiter, answer.hit->outputs, answer.hit->made_by);
}

void Dispatch::hit(TaskEntry& entry, const std::vector<model::Output>& outputs,
                   model::AttemptId made_by) {
  if (entry.queued) core_.queue.remove(entry);
  entry.record.outputs = outputs;
  entry.record.source = model::Source::kHit;
  entry.record.made_by = made_by;
  set(core_, run_of(entry), entry.record, TaskRunState::kDone);
  settle_value(entry);
}

// Those behind it would be hits once it had run: not known either.
void Dispatch::assume_missing(TaskEntry& entry) {
  std::vector<TaskEntry*> all{&entry};
  if (entry.holds_key) {
    for (TaskEntry* waiter : core_.keys.dissolve(entry.record.key)) all.push_back(waiter);
  }
  for (TaskEntry* each : all) {
    core_.commands->push_back(
        WouldRun{each->record.id, definition_index(*each), std::move(each->inputs), {}, 1});
    if (each->record.state != TaskRunState::kWaiting) --run_of(*each).waiting_to_start;
    Outcome outcome{OutcomeKind::kUnknown, {}, {}, call_of(*each).id};
    settle(*each, std::move(outcome));
  }
}

// ---- attempts ---------------------------------------------------------------------------------

void Dispatch::grant() {
  while (!core_.is_paused) {
    TaskEntry* next = core_.queue.front();
    if (next == nullptr) return;
    bool fits = core_.resources.fits(next->cpus);
    if (!fits && !core_.resources.may_wait(next->cpus)) return;
    core_.queue.remove(*next);
    start(*next, !fits);
  }
}

void Dispatch::start(TaskEntry& entry, bool may_wait) {
  Result<Duration> timeout = timeout_of(entry);
  if (!timeout) return fail(entry, timeout.error().message);
  entry.live = model::AttemptId((core_.epoch << model::kEpochShift) | ++core_.last_attempt);
  entry.record.attempts.push_back(entry.live);
  core_.live.emplace(entry.live, &entry);
  core_.resources.take(entry.cpus);
  ++run_of(entry).live;
  set(core_, run_of(entry), entry.record, TaskRunState::kRunning);
  auto number = static_cast<std::uint32_t>(entry.record.attempts.size());
  core_.commands->push_back(Start{entry.live, entry.record.id, number, definition_index(entry),
                                  entry.inputs, entry.record.key, entry.cpus, *timeout, may_wait});
}

// An attempt that is not live has ended before: it can neither commit nor fail anything.
void Dispatch::attempt_ended(AttemptEnded ended) {
  auto found = core_.live.find(ended.id);
  if (found == core_.live.end()) return end_unclaimed(std::move(ended));
  TaskEntry& entry = *found->second;
  core_.live.erase(found);
  core_.resources.give(entry.cpus);
  if (ended.took) core_.resources.note(*ended.took);
  --run_of(entry).live;
  entry.live = {};
  if (ended.outcome.reason == model::EndReason::kSucceeded) return succeed(entry, std::move(ended));
  fail_attempt(entry, ended);
}

void Dispatch::succeed(TaskEntry& entry, AttemptEnded ended) {
  Digest key = entry.is_cached ? entry.record.key : Digest{};
  core_.commands->push_back(AttemptSettled{ended.id, true, key});
  entry.record.outputs = std::move(ended.outputs);
  entry.record.source = model::Source::kRan;
  entry.record.made_by = ended.id;
  set(core_, run_of(entry), entry.record, TaskRunState::kDone);
  if (entry.holds_key) {
    for (TaskEntry* waiter : core_.keys.dissolve(key)) hit(*waiter, entry.record.outputs, ended.id);
  }
  settle_value(entry);
}

void Dispatch::fail_attempt(TaskEntry& entry, const AttemptEnded& ended) {
  core_.commands->push_back(AttemptSettled{ended.id, false, {}});
  hand_over(core_.keys.leave(entry));
  RunState& run = run_of(entry);
  if (run.is_cancelled || run.spec.is_cancel_asked) {
    set(core_, run, entry.record, TaskRunState::kCancelled);
    return settle_final(entry);
  }
  std::optional<Retry> retry = decide_retry(entry.record, run.plan(), ended.outcome);
  if (!retry) return fail(entry, describe(ended.outcome));
  back_off(entry, {*retry, last_of(ended)});
}

void Dispatch::back_off(TaskEntry& entry, FailedTry failed) {
  Result<Duration> delay = wait_of(entry, failed.retry, *core_.random);
  if (!delay) return fail(entry, delay.error().message);
  entry.last = std::move(failed.last);
  entry.record.due = core_.now.wall + *delay;
  set(core_, run_of(entry), entry.record, TaskRunState::kBackoff, *delay);
  wait(entry, *delay);
}

void Dispatch::fail(TaskEntry& entry, std::string reason) {
  hand_over(core_.keys.leave(entry));
  entry.record.reason = std::move(reason);
  set(core_, run_of(entry), entry.record, TaskRunState::kFailed);
  settle_failed(entry);
}

// It has waited with its key known to be missing; its own budget counts.
void Dispatch::hand_over(TaskEntry* next) {
  if (next != nullptr && !next->queued) enqueue(*next);
}

void Dispatch::wait(TaskEntry& entry, Duration delay) {
  entry.timer = {core_.now.steady + delay, ++core_.last_timer};
  core_.timers.emplace(*entry.timer, &entry);
}

void Dispatch::wake_due() {
  while (!core_.timers.empty() && core_.timers.begin()->first.first <= core_.now.steady) {
    TaskEntry& entry = *core_.timers.begin()->second;
    core_.timers.erase(core_.timers.begin());
    entry.timer.reset();
    entry.record.due = {};
    begin(entry);
  }
}

void Dispatch::cancel(TaskEntry& entry) {
  if (entry.live) {
    core_.commands->push_back(Kill{entry.live});
    return;
  }
  const bool is_key_answered = entry.queued.has_value();
  if (entry.queued) core_.queue.remove(entry);
  if (entry.timer) core_.timers.erase(*entry.timer);
  entry.timer.reset();
  TaskEntry* next = core_.keys.leave(entry);
  // Where the answer about its key is still to come, it comes to who leads then.
  if (is_key_answered) hand_over(next);
  entry.record.due = {};
  set(core_, run_of(entry), entry.record, TaskRunState::kCancelled);
  settle_final(entry);
}

// ---- after a restart --------------------------------------------------------------------------

void Dispatch::adopt(const std::vector<Adopted>& adopted) {
  for (const Adopted& attempt : adopted) {
    core_.unclaimed.emplace(attempt.id, attempt);
    core_.resources.take(attempt.cpus);
    if (attempt.key) core_.keys.reserve(attempt.key, attempt.id);
  }
}

std::uint64_t Dispatch::count_adopted(model::RunId run) const {
  return static_cast<std::uint64_t>(
      std::count_if(core_.unclaimed.begin(), core_.unclaimed.end(),
                    [run](const auto& each) { return each.second.task_run.run == run; }));
}

std::optional<KnownTaskRun> Dispatch::find_known(RunState& run, const model::TaskRunId& id) {
  auto early = core_.ended_early.extract(id);
  if (!early.empty()) return std::move(early.mapped());
  if (!run.spec.known) return std::nullopt;
  std::optional<model::TaskRun> record = run.spec.known(id);
  if (!record) return std::nullopt;
  return KnownTaskRun{std::move(*record), {}};
}

bool Dispatch::restore_known(TaskEntry& entry) {
  RunState& run = run_of(entry);
  std::optional<KnownTaskRun> known = find_known(run, entry.record.id);
  if (!known) return false;
  restore(run, entry.record, std::move(known->record));
  const bool is_to_wait = entry.record.state == TaskRunState::kBackoff || known->failed;
  if (model::is_final(entry.record.state)) {
    settle_final(entry);
  } else if (!is_to_wait) {
    resume_attempt(entry);
  } else if (run.spec.is_cancel_asked) {
    refuse(entry, TaskRunState::kCancelled, {});
  } else if (known->failed) {
    back_off(entry, std::move(*known->failed));
  } else {
    wait(entry, std::max(Duration(0), entry.record.due - core_.now.wall));
  }
  return true;
}

void Dispatch::resume_attempt(TaskEntry& entry) {
  model::AttemptId attempt = entry.record.attempts.back();
  auto found = core_.unclaimed.find(attempt);
  MLP_CHECK(found != core_.unclaimed.end());  // recovery settled all others before
  entry.live = attempt;
  entry.cpus = found->second.cpus;
  core_.live.emplace(attempt, &entry);
  if (found->second.key) core_.keys.claim(entry);
  core_.unclaimed.erase(found);
}

// The replay may not meet its task run before others have run, for which a `for` has room first: so
// it keeps neither cpus nor a key from them. Its end is recorded at once: who takes its key over
// may start in the same batch, and no two attempts with one key are ever recorded as live.
void Dispatch::end_unclaimed(AttemptEnded ended) {
  auto found = core_.unclaimed.extract(ended.id);
  if (found.empty()) return;
  const Adopted& attempt = found.mapped();
  RunState& run = *core_.runs.at(attempt.task_run.run);
  touch(core_, run);
  core_.resources.give(attempt.cpus);
  if (ended.took) core_.resources.note(*ended.took);
  --run.live;
  std::optional<model::TaskRun> record = run.spec.known(attempt.task_run);
  MLP_CHECK(record && record->state == TaskRunState::kRunning);
  if (ended.outcome.reason == model::EndReason::kSucceeded) {
    return succeed_unclaimed(attempt, std::move(*record), std::move(ended));
  }
  fail_unclaimed(attempt, std::move(*record), ended);
}

void Dispatch::succeed_unclaimed(const Adopted& attempt, model::TaskRun record,
                                 AttemptEnded ended) {
  core_.commands->push_back(AttemptSettled{ended.id, true, attempt.key});
  record.state = TaskRunState::kDone;
  record.source = model::Source::kRan;
  record.made_by = ended.id;
  record.outputs = std::move(ended.outputs);
  record.ended = core_.now.wall;
  core_.commands->push_back(TaskRunChanged{record, Duration(0)});
  if (attempt.key) {
    for (TaskEntry* waiter : core_.keys.dissolve(attempt.key)) {
      hit(*waiter, record.outputs, ended.id);
    }
  }
  core_.ended_early.emplace(attempt.task_run, KnownTaskRun{std::move(record), {}});
}

// How long it waits for its next try is found when it is met, with its inputs. Until then it is
// recorded as due now: should the daemon end before, the wait is lost, the try is counted.
void Dispatch::fail_unclaimed(const Adopted& attempt, model::TaskRun record,
                              const AttemptEnded& ended) {
  core_.commands->push_back(AttemptSettled{ended.id, false, {}});
  if (attempt.key) hand_over(core_.keys.release(attempt.key, attempt.id));
  const RunSpec& spec = core_.runs.at(attempt.task_run.run)->spec;
  std::optional<Retry> retry;
  if (!spec.is_cancel_asked) retry = decide_retry(record, spec.layout->plan(), ended.outcome);
  KnownTaskRun known{record, {}};
  if (retry) {
    known.failed = FailedTry{*retry, last_of(ended)};
    record.state = TaskRunState::kBackoff;
    record.due = core_.now.wall;
  } else {
    record.state = spec.is_cancel_asked ? TaskRunState::kCancelled : TaskRunState::kFailed;
    if (!spec.is_cancel_asked) record.reason = describe(ended.outcome);
    record.ended = core_.now.wall;
    known.record = record;
  }
  core_.commands->push_back(TaskRunChanged{std::move(record), Duration(0)});
  core_.ended_early.emplace(attempt.task_run, std::move(known));
}

void Dispatch::cancel_unclaimed(const RunState& run) {
  for (const auto& [id, attempt] : core_.unclaimed) {
    if (attempt.task_run.run == run.spec.id) core_.commands->push_back(Kill{id});
  }
}

// ---- settling ---------------------------------------------------------------------------------

void Dispatch::settle_final(TaskEntry& entry) {
  switch (entry.record.state) {
    case TaskRunState::kDone:
      return settle_value(entry);
    case TaskRunState::kFailed:
      return settle_failed(entry);
    case TaskRunState::kSkipped: {
      Slot& slot = entry.frame->slots[entry.slot];
      return settle(entry, {OutcomeKind::kSkipped, {}, {}, slot.cause});
    }
    default:
      return settle(entry, {OutcomeKind::kCancelled, {}, {}, {}});
  }
}

void Dispatch::settle_value(TaskEntry& entry) {
  settle(entry, {OutcomeKind::kValue, outputs_value(entry), {}, {}});
}

// `call()?` is null when its attempts failed; what could not even be computed ends the run.
void Dispatch::settle_failed(TaskEntry& entry) {
  if (call_of(entry).is_optional && !entry.record.attempts.empty()) {
    return settle(entry, {OutcomeKind::kValue, {}, {}, {}});
  }
  std::string name = model::task_run_name(entry.record.id, run_of(entry).plan());
  bool is_fault = entry.record.attempts.empty();
  settle(entry, {OutcomeKind::kFailed, {}, name + " failed: " + entry.record.reason, {}, is_fault});
}

// In a cancelled run nothing follows from an end.
void Dispatch::settle(TaskEntry& entry, Outcome outcome) {
  touch(core_, run_of(entry));
  if (run_of(entry).is_cancelled) return;
  core_.settlements.push_back({entry.frame, entry.slot, std::move(outcome)});
}

std::string describe(const model::Outcome& outcome) {
  if (!outcome.message.empty()) return outcome.message;
  switch (outcome.reason) {
    case model::EndReason::kExit:
      return "exit " + std::to_string(outcome.code);
    case model::EndReason::kSignal:
      return "signal " + std::to_string(outcome.code);
    case model::EndReason::kTimeout:
      return "timed out";
    default:
      return std::string(model::to_text(outcome.reason));
  }
}

}  // namespace mlp::schedule
