// SPDX-License-Identifier: Apache-2.0
//
// What the engine itself costs: CPU a task with a store in memory and an executor that ends every
// attempt at once, memory of a waiting task, time and memory of a forecast over a million items.
// One JSON object a line; run on an otherwise idle machine.
#include <malloc.h>

#include <cstdio>
#include <ctime>
#include <deque>

#include "runtime/engine/engine.h"
#include "runtime/engine/forecast.h"
#include "runtime/schedule/scheduler.h"
#include "runtime/store/memory_kv.h"
#include "tests/bench/instant_executor.h"

namespace mlp::test {
namespace {

/// Forgets what is written: what stays is the engine's own cost.
class NullKv final : public store::Kv {
 public:
  Status write(const store::Batch& batch) override {
    return is_kept ? kept.write(batch) : Status();
  }
  Status sync() override { return {}; }
  std::shared_ptr<const store::View> view() override { return kept.view(); }
  Result<std::optional<std::string>> get(store::Family family, std::string_view key) override {
    return kept.get(family, key);
  }
  store::MemoryKv kept;
  bool is_kept = false;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double heap_bytes() {
  return static_cast<double>(mallinfo2().uordblks);
}

void print(const char* name, double value, const char* unit) {
  std::printf("{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"}\n", name, value, unit);
}

void measure_cpu(std::int64_t tasks) {
  NullKv kv;
  InstantExecutor executor;
  NoWorkers workers;
  SystemClock clock;
  SeededRandom random(1);
  engine::Engine engine({kv, executor, workers, clock, random, {}, 1, 64, {}, {}});
  executor.events = engine.executor_events();
  MLP_CHECK(engine.recover().has_value());
  engine::Submission submission;
  submission.plan = map_plan(tasks);
  double begin = cpu_seconds();
  engine.submit(std::move(submission), [](auto) {});
  while (engine.turn() || executor.end_all()) {
  }
  double took = cpu_seconds() - begin;
  MLP_CHECK(engine.status().active_runs == 0);
  print("engine-cpu", took * 1e6 / static_cast<double>(tasks), "us/task");
}

// Task runs that wait for resources: all that exists of them, with frames, slots, inputs and keys.
void measure_waiting(std::int64_t tasks) {
  schedule::Scheduler scheduler(1, 1);
  SeededRandom random(1);
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(range(tasks / 500), [&](StatementId) {
    return ref(b.for_each(range(500),
                          [&](StatementId x) { return field(ref(b.call("t", {ref(x)})), "out"); }));
  });
  auto plan = b.build();
  double before = heap_bytes();
  for (std::uint64_t run = 1; run <= static_cast<std::uint64_t>(tasks) / 1'000; ++run) {
    schedule::RunSpec spec;
    spec.id = model::RunId(run);
    spec.layout = std::make_shared<schedule::Layout>(plan);
    spec.key_of = [run](std::uint32_t, const std::vector<Value>& inputs) {
      return std::optional(sha256(std::to_string(run) + plan::to_text(inputs[0])));
    };
    std::deque<schedule::Event> events;
    events.push_back(schedule::RunAdded{std::move(spec)});
    while (!events.empty() || scheduler.has_more()) {
      schedule::Event event = schedule::GoOn{};
      if (!events.empty()) event = std::move(events.front());
      if (!events.empty()) events.pop_front();
      std::vector<schedule::Command> commands;
      scheduler.decide(std::move(event), {}, random, commands);
      for (auto& command : commands) {
        if (auto* ask = std::get_if<schedule::LookUp>(&command)) {
          events.push_back(schedule::KeyAnswered{ask->key, std::nullopt});
        }
      }
    }
  }
  auto waiting = static_cast<double>(scheduler.queued());
  print("waiting-memory", (heap_bytes() - before) / waiting, "bytes/task");
}

void measure_forecast(std::int64_t items) {
  store::MemoryKv kv;
  auto prepared = engine::prepare(map_plan(items), {});
  double begin = cpu_seconds();
  auto forecast = engine::make_forecast(*prepared, {}, *kv.view(), Instant{1}, {});
  print("forecast-1000000", (cpu_seconds() - begin) * 1e3, "ms");
  MLP_CHECK(forecast.will_run == static_cast<std::uint64_t>(items));
}

}  // namespace
}  // namespace mlp::test

int main() {
  mlp::test::measure_waiting(20'000);
  mlp::test::measure_cpu(100'000);
  mlp::test::measure_forecast(1'000'000);
}
