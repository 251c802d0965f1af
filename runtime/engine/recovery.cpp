// SPDX-License-Identifier: Apache-2.0
//
// The start ("After a crash" in docs/architecture.md): unfinished runs are read, every live attempt
// is settled, and then the runs are replayed by the same scheduler that carries them out: a task
// run that is recorded settles at once, the rest goes on from there.
#include <algorithm>
#include <set>

#include "base/crash_point.h"
#include "compiler/plan/plan_json.h"
#include "runtime/cache/cache_key.h"
#include "runtime/engine/engine_state.h"
#include "runtime/engine/live_records.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/count_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/way_out.h"

namespace mlp::engine {
namespace {

using model::AttemptId;

/// An unfinished run as found, with its live attempts.
struct Found {
  model::Run record;
  std::shared_ptr<const PreparedPlan> prepared;
  std::vector<model::Attempt> live;
  std::vector<model::Counts> counted;  // by TaskId - 1
};

struct Settled {
  std::set<AttemptId> held;
  std::vector<AttemptId> lost;
};

class Recovery {
 public:
  explicit Recovery(Engine::State& engine) : engine_(engine) {}
  Status recover();

 private:
  Status find_runs();
  Status find_live();
  Status read_due();
  Result<std::shared_ptr<const PreparedPlan>> read_plan(const model::Run& run);
  Result<std::vector<model::Counts>> read_counts(model::RunId run, const PreparedPlan& prepared);
  Status look_at_task_runs(const Found& found);
  std::vector<plan::Value> inputs_of(const Found& found, const model::Attempt& attempt);
  Result<Settled> ask_executor();
  Status settle(const Settled& settled);
  Status give_back(const Found& found, const model::Attempt& attempt);
  void forget(const model::Attempt& attempt);
  void replay();
  const store::View& view() { return engine_.recorder.latest(); }

  Engine::State& engine_;
  std::map<model::RunId, Found> runs_;
  LiveRecords live_records_;
  std::map<model::RunId, std::map<model::TaskRunId, store::Due>> due_;
  std::vector<schedule::Adopted> adopted_;
  std::map<AttemptId, std::string> places_;  // of the live attempts
};

Status Recovery::recover() {
  MLP_TRY(engine_.recorder.load());
  engine_.recorder.set_now(engine_.parts.clock.now());
  MLP_TRY(find_runs());
  MLP_TRY(find_live());
  MLP_TRY(read_due());
  CRASH_POINT("recovery.read");
  MLP_ASSIGN(Settled settled, ask_executor());
  CRASH_POINT("recovery.answered");
  MLP_TRY(settle(settled));
  CRASH_POINT("recovery.settled");
  engine_.write();
  CRASH_POINT("recovery.written");
  engine_.act();
  replay();
  CRASH_POINT("recovery.replayed");
  engine_.take(LostMessage{std::move(settled.lost)});
  while (engine_.has_follow_up()) engine_.turn();
  engine_.turn();
  CRASH_POINT("recovery.decided");
  engine_.syncs.written(engine_.recorder.commit(), {});
  engine_.syncs.sync();
  CRASH_POINT("recovery.synced");
  return {};
}

// ---- read -------------------------------------------------------------------------------------

Status Recovery::find_runs() {
  MLP_ASSIGN(std::vector<model::Run> runs, store::list_unfinished_runs(view()));
  for (model::Run& run : runs) {
    Found found;
    MLP_ASSIGN(found.prepared, read_plan(run));
    MLP_ASSIGN(found.counted, read_counts(run.id, *found.prepared));
    found.record = std::move(run);
    MLP_TRY(look_at_task_runs(found));
    model::RunId id = found.record.id;
    runs_.emplace(id, std::move(found));
  }
  return {};
}

Result<std::vector<model::Counts>> Recovery::read_counts(model::RunId run,
                                                         const PreparedPlan& prepared) {
  std::vector<model::Counts> counted(prepared.layout->plan().tasks.size());
  MLP_ASSIGN(const auto recorded, store::list_counts(view(), run));
  for (const auto& [task, counts] : recorded) {
    if (task.value - 1 < counted.size()) counted[task.value - 1] = counts;
  }
  return counted;
}

Result<std::shared_ptr<const PreparedPlan>> Recovery::read_plan(const model::Run& run) {
  MLP_ASSIGN(std::optional<std::string> bytes, store::find_object_bytes(view(), run.plan));
  if (!bytes && engine_.parts.read_artifact) {
    plan::Artifact artifact;
    artifact.digest = run.plan;
    Result<std::string> read = engine_.parts.read_artifact(artifact);
    if (!read && read.error().code != ErrorCode::kNotFound) return read.error();
    if (read) bytes = std::move(*read);
  }
  std::string name = "plan of run " + run.id.to_string();
  if (!bytes) return Error{ErrorCode::kCorrupt, name + " is missing: object " + run.plan.to_hex()};
  Result<plan::Plan> plan = plan::decode_plan(*bytes);
  if (!plan && plan.error().code == ErrorCode::kInvalid) {
    return Error{ErrorCode::kCorrupt, name + ": " + plan.error().message};
  }
  if (!plan) return plan.error().with_context(name);
  return prepare(std::make_shared<plan::Plan>(std::move(plan).value()), run.environments);
}

// Read once in order, so that a damaged record is told now and not when the replay meets it.
Status Recovery::look_at_task_runs(const Found& found) {
  Status sound;
  MLP_TRY(store::visit_task_runs(view(), found.record.id, [&](model::TaskRun&& task_run) {
    sound = live_records_.add(task_run, *found.prepared->plan);
    return sound.has_value();
  }));
  return sound;
}

Status Recovery::find_live() {
  MLP_ASSIGN(std::vector<store::Live> live, store::list_live(view()));
  for (const store::Live& each : live) {
    MLP_ASSIGN(std::optional<model::Attempt> attempt, store::find_attempt(view(), each.attempt));
    if (!attempt) {
      return Error{ErrorCode::kCorrupt,
                   "attempt " + each.attempt.to_string() + " is live but has no record"};
    }
    auto run = runs_.find(attempt->task_run.run);
    const bool goes_on = run != runs_.end();
    MLP_TRY(live_records_.add(*attempt, goes_on ? run->second.prepared->plan.get() : nullptr));
    places_[each.attempt] = each.where;
    run->second.live.push_back(std::move(*attempt));
  }
  return live_records_.finish();
}

Status Recovery::read_due() {
  MLP_ASSIGN(std::vector<store::Due> due, store::list_due(view()));
  for (const store::Due& each : due) {
    engine_.recorder.know_due(each);
    due_[each.task_run.run].emplace(each.task_run, each);
  }
  return {};
}

// ---- settle -----------------------------------------------------------------------------------

std::vector<plan::Value> Recovery::inputs_of(const Found& found, const model::Attempt& attempt) {
  const plan::Plan& plan = *found.prepared->plan;
  const auto& inputs = plan.definition_of(plan.task(attempt.task_run.task)).inputs;
  std::vector<plan::Value> values(inputs.size());
  Result<std::vector<cache::KeyInput>> known = cache::decode_inputs(attempt.inputs);
  if (!known) return values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (const cache::KeyInput& input : *known) {
      if (input.name == inputs[i].name) values[i] = input.value;
    }
  }
  return values;
}

Result<Settled> Recovery::ask_executor() {
  std::vector<execute::AttemptStart> asked;
  for (const auto& [id, found] : runs_) {
    ActiveRun run;
    run.prepared = found.prepared;
    for (const model::Attempt& attempt : found.live) {
      asked.push_back(make_start(run, attempt, inputs_of(found, attempt), Duration(0)));
      asked.back().place = places_[attempt.id];
    }
  }
  engine_.parts.executor.adopt(std::move(asked));
  CRASH_POINT("recovery.adopt_asked");
  Settled settled;
  for (bool is_answered = false; !is_answered;) {
    if (engine_.is_stopping) return Error{ErrorCode::kUnavailable, "stopped during recovery"};
    engine_.mailbox->wait(std::nullopt);
    for (Message& message : engine_.mailbox->drain(kMessagesPerTurn)) {
      if (auto* held = std::get_if<HeldMessage>(&message)) {
        settled.held.insert(held->held.begin(), held->held.end());
        is_answered = true;
      } else if (auto* lost = std::get_if<LostMessage>(&message); lost && !is_answered) {
        settled.lost.insert(settled.lost.end(), lost->lost.begin(), lost->lost.end());
      } else {
        engine_.early.push_back(std::move(message));
      }
    }
  }
  return settled;
}

// Those told as lost have run: they go the way of any lost attempt once their run is replayed.
// Those that are neither held nor lost were written and never started: that costs no retry.
Status Recovery::settle(const Settled& settled) {
  std::set<AttemptId> lost(settled.lost.begin(), settled.lost.end());
  for (auto& [id, found] : runs_) {
    for (const model::Attempt& attempt : found.live) {
      if (!settled.held.contains(attempt.id) && !lost.contains(attempt.id)) {
        MLP_TRY(give_back(found, attempt));
        continue;
      }
      const plan::Plan& plan = *found.prepared->plan;
      bool is_cached = plan.definition_of(plan.task(attempt.task_run.task)).is_cached;
      adopted_.push_back(
          {attempt.id, attempt.task_run, attempt.cpus, is_cached ? attempt.key : Digest{}});
      engine_.attempts.emplace(attempt.id, attempt);
    }
  }
  return {};
}

Status Recovery::give_back(const Found& found, const model::Attempt& attempt) {
  forget(attempt);
  MLP_ASSIGN(std::optional<model::TaskRun> task_run,
             store::find_task_run(view(), attempt.task_run));
  MLP_CHECK(task_run.has_value());  // as LiveRecords found it
  schedule::TaskRunChanged changed{std::move(*task_run), Duration(0)};
  Instant now = engine_.parts.clock.now();
  if (found.record.cancel_asked) {
    changed.record.state = model::TaskRunState::kCancelled;
    changed.record.ended = now;
  } else {
    changed.record.state = model::TaskRunState::kBackoff;
    changed.record.due = now;
  }
  engine_.recorder.task_run_changed(changed);
  CRASH_POINT("recovery.given_back");
  return {};
}

void Recovery::forget(const model::Attempt& attempt) {
  execute::AttemptEnded end;
  end.id = attempt.id;
  end.outcome = {model::EndReason::kLost, 0, "the daemon ended before it was started"};
  end.ended = engine_.parts.clock.now();
  engine_.recorder.attempt_ended(attempt, end);
}

// ---- replay -----------------------------------------------------------------------------------

// After a jump of the clock a back-off waits no longer than was left when it was written.
void clamp_due(model::TaskRun& record, const std::map<model::TaskRunId, store::Due>& due,
               Instant now) {
  auto found = due.find(record.id);
  if (found == due.end() || record.state != model::TaskRunState::kBackoff) return;
  record.due = std::min(record.due, now + found->second.remaining);
}

void Recovery::replay() {
  Engine::State& engine = engine_;
  engine.decide(schedule::AttemptsAdopted{std::move(adopted_)});
  for (auto& [id, found] : runs_) {
    schedule::Known known = [&engine, due = due_[id]](const model::TaskRunId& task_run) {
      Result<std::optional<model::TaskRun>> record =
          store::find_task_run(engine.recorder.latest(), task_run);
      MLP_CHECK(record.has_value());  // it could be read when this daemon began
      if (*record) clamp_due(**record, due, engine.parts.clock.now());
      return std::move(record).value();
    };
    engine.add_run(std::move(found.record), std::move(found.prepared), std::move(known),
                   std::move(found.counted));
  }
}

}  // namespace

Status Engine::recover() {
  Status recovered = Recovery(*state_).recover();
  return recovered ? Status() : store::with_way_out(recovered.error());
}

}  // namespace mlp::engine
