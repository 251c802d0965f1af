// SPDX-License-Identifier: Apache-2.0
//
// Makes a data folder as a daemon leaves it that was killed: RUNS runs of TASKS task runs each, all
// ended, or with ENDED of each ended and the rest of them waiting. The records are the engine's own;
// only the tasks are not run.
#include <cstdio>
#include <cstdlib>

#include "runtime/engine/engine.h"
#include "runtime/store/data_folder.h"
#include "runtime/store/rocks_kv.h"
#include "tests/bench/instant_executor.h"

namespace mlp::test {
namespace {

/// As on a machine of so many CPUs: what is running when the daemon dies.
constexpr double kCores = 4;

struct Wish {
  std::int64_t runs = 1;
  std::int64_t tasks = 0;
  std::int64_t ended = 0;
};

void submit(engine::Engine& engine, std::int64_t tasks, std::int64_t run) {
  engine::Submission submission;
  submission.client_key = "run " + std::to_string(run);
  submission.request = sha256(submission.client_key);
  submission.plan = map_plan(tasks, run * tasks);
  submission.environments = {sha256("host")};
  engine.submit(std::move(submission), [](auto) {});
}

// Until all is done or `ended` task runs have ended.
Status carry_out(engine::Engine& engine, InstantExecutor& executor, std::int64_t ended) {
  std::int64_t told = 0;
  bool goes_on = true;
  while (goes_on) {
    goes_on = engine.turn();
    if (told < ended) {
      told += static_cast<std::int64_t>(executor.started.size());
      goes_on |= executor.end_all();
    }
  }
  if (told >= ended) return {};
  return Error{ErrorCode::kUnavailable, "only " + std::to_string(told) + " task runs have ended"};
}

Status make(const std::string& path, const Wish& wish) {
  MLP_ASSIGN(const auto folder, store::DataFolder::open(path, {0, 0}));
  MLP_ASSIGN(const auto kv, store::open_rocks_kv(folder->part("store"), {}));
  MLP_ASSIGN(const store::Meta meta, folder->begin_epoch(*kv));
  InstantExecutor executor;
  NoWorkers workers;
  SystemClock clock;
  SeededRandom random(1);
  engine::EngineParts parts{*kv, executor, workers, clock, random, {}, meta.daemon_epoch, kCores,
                            {}, {}};
  parts.mark_synced = [&folder](std::uint64_t commit) { folder->synced().store(commit); };
  engine::Engine engine(std::move(parts));
  executor.events = engine.executor_events();
  MLP_TRY(engine.recover());
  for (std::int64_t run = 1; run <= wish.runs; ++run) {
    submit(engine, wish.tasks, run);
    MLP_TRY(carry_out(engine, executor, wish.ended));
  }
  while (engine.sync()) {
  }
  return {};
}

}  // namespace
}  // namespace mlp::test

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fprintf(stderr,
                 "usage: make_store FOLDER RUNS TASKS [ENDED]\n\n"
                 "  make_store /tmp/x 1000 100           1,000 runs of 100 task runs, all ended\n"
                 "  make_store /tmp/x 1 100000 50000     half of a run of 100,000\n");
    return 2;
  }
  mlp::test::Wish wish;
  wish.runs = std::atoll(argv[2]);
  wish.tasks = std::atoll(argv[3]);
  wish.ended = argc == 5 ? std::atoll(argv[4]) : wish.tasks;
  const mlp::Status made = mlp::test::make(argv[1], wish);
  if (!made) std::fprintf(stderr, "make_store: %s\n", made.error().message.c_str());
  return made ? 0 : 1;
}
