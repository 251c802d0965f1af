// SPDX-License-Identifier: Apache-2.0
//
// Drives the scheduler with scripted attempts and a clock that stands still: what started, in which
// order, and how it ended, as text.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/schedule/invariants.h"
#include "runtime/schedule/scheduler.h"
#include "tests/support/plan_builder.h"

namespace mlp::test {

using model::EndReason;

class Harness {
 public:
  explicit Harness(double cores = 2, std::uint64_t seed = 1) : scheduler(7, cores), random(seed) {}

  model::RunId add(std::shared_ptr<const plan::Plan> plan,
                   std::vector<std::pair<StatementId, Value>> arguments = {}) {
    return take_up(std::move(plan), std::move(arguments), {});
  }

  /// With what `spec` says of a run that began before a restart.
  model::RunId take_up(std::shared_ptr<const plan::Plan> plan,
                       std::vector<std::pair<StatementId, Value>> arguments,
                       schedule::RunSpec spec) {
    model::RunId id(++last_run);
    plans[id] = plan;
    spec.id = id;
    spec.layout = std::make_shared<schedule::Layout>(plan);
    spec.arguments = std::move(arguments);
    spec.is_forecast = is_forecast;
    spec.key_of = [plan](std::uint32_t definition, const std::vector<Value>& inputs) {
      std::string bytes = plan->definitions[definition].name;
      for (const Value& input : inputs) bytes += "|" + plan::to_text(input);
      return std::optional(sha256(bytes));
    };
    feed(schedule::RunAdded{std::move(spec)});
    return id;
  }

  /// Feeds an event and answers look-ups and evaluations at once.
  void feed(schedule::Event event) {
    if (const auto* adopted = std::get_if<schedule::AttemptsAdopted>(&event)) {
      for (const schedule::Adopted& each : adopted->attempts) note_live(each.id, each.key);
    }
    std::deque<schedule::Event> events;
    events.push_back(std::move(event));
    while (!events.empty() || scheduler.has_more()) {
      schedule::Event next = schedule::GoOn{};
      if (!events.empty()) {
        next = std::move(events.front());
        events.pop_front();
      }
      std::vector<schedule::Command> commands;
      scheduler.decide(std::move(next), {wall, steady}, random, commands);
      for (auto& command : commands) answer(command, events);
      // Walking all frames each time would make the large cases slow.
      if (!is_large) {
        for (const std::string& v : schedule::find_violations(scheduler.core()))
          violations.insert(v);
      }
    }
  }

  /// Ends a running attempt by the name of its task run, "fit[2]".
  void end(const std::string& name, EndReason reason = EndReason::kSucceeded, int code = 0,
           Value value = Value::of_int(1)) {
    schedule::Start start = running.at(name);
    running.erase(name);
    end_attempt(start, reason, code, std::move(value));
  }

  void end_attempt(const schedule::Start& start, EndReason reason, int code, Value value) {
    schedule::AttemptEnded told;
    told.id = start.id;
    told.outcome = {reason, code, {}};
    if (reason == EndReason::kSucceeded) {
      const auto& plan = *plans.at(start.task_run.run);
      for (const auto& output : plan.definitions[start.definition].outputs) {
        told.outputs.push_back({output.name, value, {}, 0});
      }
    }
    feed(std::move(told));
  }

  /// Runs to the end: each attempt as `script` says; its value is its first input, doubled.
  using Script = std::function<EndReason(const std::string& name, std::uint32_t number)>;
  void run_all(const Script& script = [](const auto&, auto) { return EndReason::kSucceeded; }) {
    while (!running.empty() || scheduler.next_due()) {
      if (running.empty()) {
        advance(*scheduler.next_due() - steady);
        continue;
      }
      std::string name = order.front();
      order.pop_front();
      if (!running.contains(name)) continue;
      schedule::Start start = running.at(name);
      std::int64_t input = !start.inputs.empty() && start.inputs[0].kind() == plan::ValueKind::kInt
                               ? start.inputs[0].as_int()
                               : 1;
      EndReason reason = script(name, start.number);
      running.erase(name);
      end_attempt(start, reason, reason == EndReason::kExit ? 1 : 0, Value::of_int(input * 2));
    }
  }

  void advance(Duration by) {
    wall = wall + by;
    steady += by;
    feed(schedule::GoOn{});
  }

  /// "fit[2]" in the first run, "2/fit[2]" in others.
  std::string name_of(const model::TaskRunId& id) const {
    const plan::Plan& plan = *plans.at(id.run);
    return id.run.value == 1 ? model::task_run_name(id, plan) : model::to_text(id, plan);
  }
  /// The same for an attempt that runs; "attempt 99" for one that lived through a restart.
  std::string name_of(model::AttemptId id) const {
    for (const auto& [name, start] : running) {
      if (start.id == id) return name;
    }
    return "attempt " + id.to_string();
  }
  std::string state_of(const std::string& name) const {
    auto found = states.find(name);
    return found == states.end() ? "" : found->second;
  }
  std::vector<std::string> running_names() const {
    std::vector<std::string> names;
    for (const auto& [name, start] : running) names.push_back(name);
    return names;
  }
  std::string result() const {
    return ended.empty() || !ended.back().result ? "" : plan::to_text(*ended.back().result);
  }
  std::string run_state() const {
    return ended.empty() ? "running" : std::string(model::to_text(ended.back().state));
  }

  schedule::Scheduler scheduler;
  SeededRandom random;
  Instant wall{1'700'000'000'000'000};
  Duration steady{0};
  std::uint64_t last_run = 0;
  std::map<model::RunId, std::shared_ptr<const plan::Plan>> plans;

  std::map<Digest, schedule::KeyAnswered::Hit> cache;
  std::map<std::string, schedule::Start> running;
  std::deque<std::string> order;
  std::vector<std::string> started;
  std::map<std::string, std::string> states;  // recorded: "done ran", "failed: exit 1"
  std::map<std::string, model::TaskRun> records;
  std::vector<std::string> killed;
  std::vector<schedule::RunEnded> ended;
  std::map<std::string, std::uint64_t> would_run;  // "fit[1] would run", "report unknown until 3"
  std::uint64_t look_ups = 0;
  bool holds_look_ups = false;                 // their answers come later
  std::deque<schedule::Event> held_look_ups;
  std::size_t most_running = 0;
  std::set<std::string> violations;
  bool is_large = false;
  bool is_forecast = false;
  plan::FileAccess files;

 private:
  void answer(schedule::Command& command, std::deque<schedule::Event>& events) {
    if (auto* look_up = std::get_if<schedule::LookUp>(&command)) {
      ++look_ups;
      auto hit = cache.find(look_up->key);
      schedule::KeyAnswered answered{look_up->key, std::nullopt};
      if (hit != cache.end()) answered.hit = hit->second;
      (holds_look_ups ? held_look_ups : events).push_back(std::move(answered));
    } else if (auto* start = std::get_if<schedule::Start>(&command)) {
      std::string name = name_of(start->task_run);
      started.push_back(name);
      order.push_back(name);
      running[name] = *start;
      note_live(start->id, key_of(*start));
      most_running = std::max(most_running, running.size());
    } else if (auto* changed = std::get_if<schedule::TaskRunChanged>(&command)) {
      note(changed->record);
    } else if (auto* settled = std::get_if<schedule::AttemptSettled>(&command)) {
      live_keys.erase(settled->id);  // recorded as ended
      if (settled->publishes) published[settled->id] = settled->key;
    } else if (auto* run = std::get_if<schedule::RunEnded>(&command)) {
      ended.push_back(*run);
    } else {
      answer_rest(command, events);
    }
  }

  void answer_rest(schedule::Command& command, std::deque<schedule::Event>& events) {
    if (auto* kill = std::get_if<schedule::Kill>(&command)) {
      killed.push_back(name_of(kill->id));
    } else if (auto* evaluate = std::get_if<schedule::Evaluate>(&command)) {
      events.push_back(schedule::EvaluationDone{evaluate->run, evaluate->token,
                                                schedule::evaluate(evaluate->request, files)});
    } else if (auto* would = std::get_if<schedule::WouldRun>(&command)) {
      std::string name = name_of(would->task_run);
      std::string until = would->unknown_until
                              ? " unknown until " + would->unknown_until.to_string()
                              : " would run";
      if (!is_large) would_run[name + until] += would->count;
    }
  }

  /// None where the task is never a hit.
  Digest key_of(const schedule::Start& start) const {
    const plan::Plan& plan = *plans.at(start.task_run.run);
    return plan.definitions[start.definition].is_cached ? start.key : Digest{};
  }

  /// As recovery demands it of the store: two with one key would end the next daemon's start.
  void note_live(model::AttemptId id, const Digest& key) {
    if (is_large || !key) return;
    for (const auto& [other, its_key] : live_keys) {
      if (its_key == key) violations.insert("two attempts with one key are recorded as live");
    }
    live_keys.emplace(id, key);
  }

  void note(const model::TaskRun& record) {
    std::string state(model::to_text(record.state));
    if (record.source != model::Source::kNone) {
      state += " " + std::string(model::to_text(record.source));
    }
    if (!record.reason.empty()) state += ": " + record.reason;
    if (is_large) return;
    states[name_of(record.id)] = state;
    records[name_of(record.id)] = record;
    auto key = published.find(record.made_by);
    if (key != published.end() && record.source == model::Source::kRan && key->second) {
      cache[key->second] = {record.outputs, record.made_by};
    }
  }

  std::map<model::AttemptId, Digest> published;
  std::map<model::AttemptId, Digest> live_keys;  // of attempts that are recorded as live
};

}  // namespace mlp::test
