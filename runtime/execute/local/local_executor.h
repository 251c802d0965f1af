// SPDX-License-Identifier: Apache-2.0
//
// Attempts as processes of this machine, started by mlp-runner. One thread owns the runner's socket,
// the slots, staging and collecting; large files and environments are prepared beside it.
// Knows nothing of runs, keys or retries.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/execute/executor.h"
#include "runtime/execute/local/runner_link.h"
#include "runtime/execute/local/staging.h"
#include "runtime/objects/object_store.h"
#include "runtime/store/kv.h"

namespace mlp::execute {

struct LocalConfig {
  std::string data_folder;          // absolute; work/ logs/ trash/ environments/ runner.* are in it
  std::string folder_id;            // of the data folder; a runner of another one is refused
  std::uint64_t epoch = 1;          // of this daemon; a later one takes the runner over
  std::string runner_program;       // absolute path of mlp-runner
  double cpus = 1;                  // may_wait attempts start while fewer are in use
  Duration kill_grace = std::chrono::seconds(5);  // between SIGTERM and SIGKILL
  std::uint64_t log_limit = 1ULL << 30;           // bytes; an attempt over it is ended
  std::vector<std::pair<std::string, std::string>> variables;  // added to every attempt's
};

class LocalExecutor final : public Executor {
 public:
  /// `link`: for tests; without one mlp-runner is found or started by the first adopt().
  LocalExecutor(LocalConfig config, objects::ObjectStore& objects, ViewSupplier view,
                ExecutorEvents events, Clock& clock, std::unique_ptr<RunnerLink> link = nullptr);
  /// Ends the thread; attempts and the runner go on.
  ~LocalExecutor() override;

  void adopt(std::vector<AttemptStart> live) override;
  std::string place() const override;
  void start(AttemptStart attempt) override;
  void kill(model::AttemptId attempt) override;
  void recorded(model::AttemptId attempt) override;

  /// What is being prepared, one line each: "environment sklearn: installing 12 packages".
  /// Thread-safe, never waits for the executor.
  std::vector<std::string> activities() const;

  /// Bytes of the log of an attempt that has not been recorded yet, from `offset`. kNotFound when
  /// the attempt is not held here: its log is in the store. Thread-safe.
  Result<std::string> read_live_log(model::AttemptId attempt, std::uint64_t offset,
                                    std::uint64_t limit) const;

  /// Ends the runner, and with it every attempt, which then is neither ended nor lost here: the
  /// next daemon finds it lost. A runner that is still there after `patience` is killed.
  Status stop_runner(Duration patience);

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace mlp::execute
