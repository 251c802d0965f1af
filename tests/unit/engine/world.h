// SPDX-License-Identifier: Apache-2.0
//
// A daemon's world for tests of the engine: a store that survives the engine, a runner that
// survives it too and does what a script says, a clock that stands still. One thread, no processes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/count_records.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"
#include "tests/support/plan_builder.h"

namespace mlp::test {

using model::EndReason;

/// Thrown by the store's hook: the engine's process ends here.
struct Killed {};

/// Attempts by id, as a runner keeps them: it outlives the engine, not the machine.
class ScriptedRunner final : public execute::Executor {
 public:
  using Script = std::function<EndReason(const execute::AttemptStart&)>;

  void adopt(std::vector<execute::AttemptStart> live) override {
    std::vector<model::AttemptId> there;
    std::vector<model::AttemptId> lost;
    for (const execute::AttemptStart& attempt : live) {
      if (held.contains(attempt.id)) there.push_back(attempt.id);
      if (gone.contains(attempt.id)) lost.push_back(attempt.id);
    }
    if (!lost.empty()) events.lost(lost);
    events.adopted(there);
  }
  void start(execute::AttemptStart attempt) override {
    ++bodies[attempt.task_name];
    held.emplace(attempt.id, std::move(attempt));
  }
  void kill(model::AttemptId attempt) override {
    if (held.contains(attempt)) killed.insert(attempt);
  }
  void recorded(model::AttemptId attempt) override {
    held.erase(attempt);
    told.erase(attempt);
  }

  /// Tells the end of one attempt that was not told yet; false when there is none. The oldest, or
  /// one by chance.
  bool end_one(Random* chance = nullptr) {
    std::vector<const execute::AttemptStart*> open;
    for (const auto& [id, attempt] : held) {
      if (!told.contains(id)) open.push_back(&attempt);
    }
    if (open.empty()) return false;
    const execute::AttemptStart& attempt = *open[chance ? chance->below(open.size()) : 0];
    told.insert(attempt.id);
    events.ended(make_end(attempt));
    return true;
  }

  execute::AttemptEnded make_end(const execute::AttemptStart& attempt) {
    execute::AttemptEnded ended;
    ended.id = attempt.id;
    ended.started = ended.ended = Instant{1'700'000'000'000'000};
    ended.log = "log of " + attempt.task_name;
    ended.log_size = ended.log.size();
    if (body && !killed.contains(attempt.id)) {
      body(attempt, ended);
      return ended;
    }
    EndReason reason = killed.contains(attempt.id) ? EndReason::kCancelled : script(attempt);
    ended.outcome = {reason, reason == EndReason::kExit ? 1 : 0, {}};
    if (reason != EndReason::kSucceeded) return ended;
    std::int64_t sum = 1;
    for (const plan::Value& input : attempt.inputs) {
      if (input.kind() == plan::ValueKind::kInt) sum += input.as_int();
    }
    for (const auto& output : attempt.plan->definitions[attempt.definition].outputs) {
      std::string bytes = std::to_string(sum);
      Digest digest = sha256(bytes);
      ended.outputs.push_back({output.name, plan::Value::of_int(sum), digest, bytes.size()});
      ended.objects.push_back({digest, bytes.size(), false, bytes, false});
    }
    return ended;
  }

  void engine_died() { told.clear(); }
  void machine_died() {
    for (const auto& [id, attempt] : held) gone.insert(id);
    held.clear();
    told.clear();
  }

  execute::ExecutorEvents events;
  Script script = [](const auto&) { return EndReason::kSucceeded; };
  /// Where set it says all of an end, in place of `script`.
  std::function<void(const execute::AttemptStart&, execute::AttemptEnded&)> body;
  std::map<model::AttemptId, execute::AttemptStart> held;
  std::set<model::AttemptId> told;
  std::set<model::AttemptId> killed;
  std::set<model::AttemptId> gone;
  std::map<std::string, int> bodies;  // by name of the task run: how often it ran
};

/// Keeps work until it is asked for.
class ScriptedWorkers final : public Workers {
 public:
  void post(std::function<void()> work) override { queue.push_back(std::move(work)); }
  bool run_one() {
    if (queue.empty()) return false;
    auto work = std::move(queue.front());
    queue.erase(queue.begin());
    work();
    return true;
  }
  std::vector<std::function<void()>> queue;
};

class World {
 public:
  explicit World(double with_cores = 2) : cores(with_cores) {}

  Status start() {
    store::Batch begin;
    store::put_daemon_epoch(begin, ++epoch);
    MLP_TRY(kv.write(begin));
    MLP_TRY(kv.sync());
    engine::EngineParts parts{kv,    runner, workers,
                              *look_at, random, [this](std::uint64_t commit) { marked = commit; },
                              epoch, cores,  [this] { return has_space; },
                              {}};
    parts.are_whole = are_whole;
    parts.are_values_looked_at = are_whole != nullptr;
    engine = std::make_unique<engine::Engine>(std::move(parts));
    runner.events = engine->executor_events();
    return engine->recover();
  }

  model::RunId submit(std::shared_ptr<const plan::Plan> plan, const std::string& client_key = "k") {
    engine::Submission submission;
    submission.client_key = client_key;
    submission.plan = std::move(plan);
    return submit(std::move(submission));
  }

  model::RunId submit(engine::Submission submission) {
    submitted = {};
    submission.request = sha256("request of " + submission.client_key);
    engine->submit(std::move(submission),
                   [this](Result<engine::Submitted> answer) { submitted = std::move(answer); });
    work();
    return submitted && *submitted ? (**submitted).run : model::RunId{};
  }

  /// Turns and syncs until nothing follows without an end of an attempt.
  void work() {
    while (engine->turn() || engine->sync() || workers.run_one()) {
    }
  }

  /// Lets attempts end one by one until none is left and no wait is due within `patience`.
  void finish(Duration patience = std::chrono::hours(1)) {
    work();
    Duration waited{0};
    while (runner.end_one() || waited < patience) {
      work();
      if (runner.held.empty() && engine->status().active_runs == 0) break;
      if (runner.held.size() > runner.told.size()) continue;
      clock.advance(std::chrono::seconds(1));
      waited += std::chrono::seconds(1);
      work();
    }
  }

  void kill() {
    engine.reset();
    runner.engine_died();
    workers.queue.clear();
  }
  void cut_power() {
    engine.reset();
    runner.machine_died();
    workers.queue.clear();
    kv.power_cut();
  }

  model::Run run(model::RunId id) { return store::find_run(*engine->view(), id)->value(); }

  /// The end of a run as text, without what may differ after a crash: attempts, times.
  std::string describe(model::RunId id) {
    auto view = engine->view();
    model::Run found = store::find_run(*view, id)->value();
    std::string text = "run " + std::string(model::to_text(found.state));
    if (found.result) text += " = " + plan::to_text(*found.result);
    text += " " + found.error + "\n";
    (void)store::visit_task_runs(*view, id, [&](model::TaskRun&& record) {
      text += std::to_string(record.id.task.value);
      for (std::uint32_t item : record.id.items) text += "[" + std::to_string(item) + "]";
      text += " " + std::string(model::to_text(record.state)) + " " + record.reason;
      for (const auto& output : record.outputs) text += " " + plan::to_text(output.value);
      text += "\n";
      return true;
    });
    auto all_counts = store::list_counts(*view, id);
    for (const auto& [task, counts] : all_counts.value()) {
      text += "task " + task.to_string() + ": " + std::to_string(counts.ran + counts.hit) +
              " done " + std::to_string(counts.failed) + " failed " +
              std::to_string(counts.skipped) + " skipped " + std::to_string(counts.waiting) + "/" +
              std::to_string(counts.total) + "\n";
    }
    return text;
  }

  std::size_t live_records() { return store::list_live(*engine->view())->size(); }

  store::MemoryKv kv;
  ScriptedRunner runner;
  ScriptedWorkers workers;
  ManualClock clock;
  Clock* look_at = &clock;  // by the engine
  SeededRandom random{1};
  double cores;
  std::uint64_t epoch = 0;
  std::uint64_t marked = 0;
  bool has_space = true;
  /// Set before start(): every hit is looked at by it, on a worker.
  std::function<bool(const std::vector<model::Output>&)> are_whole;
  std::optional<Result<engine::Submitted>> submitted;
  std::unique_ptr<engine::Engine> engine;
};

}  // namespace mlp::test
