// SPDX-License-Identifier: Apache-2.0
//
// mlpd on one thread: the engine, the local executor and their helpers, each doing one thing when
// it is its turn. Its end is a Killed thrown from anywhere inside, then its destruction.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/workers.h"
#include "runtime/engine/engine.h"
#include "runtime/execute/local/local_attempts.h"
#include "tests/sim/machine.h"
#include "tests/sim/simulated_link.h"

namespace mlp::sim {

/// Work that waits until it is chosen.
class QueuedWork final : public Workers {
 public:
  void post(std::function<void()> work) override { queue_.push_back(std::move(work)); }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  void run(std::size_t number);

 private:
  std::deque<std::function<void()>> queue_;
};

class SimulatedDaemon final : public execute::Executor {
 public:
  explicit SimulatedDaemon(Machine& machine);

  /// As mlpd starts. An error: it refuses.
  Status start();
  /// One thing of all that could be done now, chosen by chance; false: there is nothing.
  bool act();
  /// Time has passed, or somebody asked for something: the engine may have something to do.
  void wake() { is_engine_awake_ = true; }
  /// Something was put off and comes later.
  bool has_delayed() const { return !delayed_.empty(); }
  engine::Engine& engine() { return *engine_; }

  void adopt(std::vector<execute::AttemptStart> live) override;
  std::string place() const override { return attempts_->place(); }
  void start(execute::AttemptStart attempt) override;
  void kill(model::AttemptId attempt) override;
  void recorded(model::AttemptId attempt) override;

 private:
  enum class Part : std::uint8_t {
    kEngine, kSync, kExecutor, kLink, kConnect, kEngineWork, kFileWork, kDelayed, kTryAgain,
  };
  struct Delayed {
    std::uint64_t step;
    std::function<void()> what;
  };

  Status make_folders();
  Status begin_epoch();
  void make_executor();
  void make_engine();
  execute::ExecutorEvents executor_events();
  /// Now, later, or twice, as the trouble decides.
  void tell(const std::function<void()>& what, bool may_be_doubled);
  std::vector<Part> parts_due() const;
  void act(Part part);
  void turn();
  void connect();
  void read_link();
  void flush_link();
  void lose_link();
  void run_delayed();

  Machine& machine_;
  execute::LocalConfig config_;
  objects::ObjectStore objects_;
  environment::Environments environments_;
  execute::LiveLogs logs_;
  SimulatedLink link_;
  QueuedWork engine_work_, file_work_, environment_work_;
  std::deque<std::function<void()>> executor_mailbox_;
  std::vector<Delayed> delayed_;
  Duration tried_again_{0};  // what found the disk full
  execute::ExecutorEvents to_engine_, events_;
  std::unique_ptr<execute::LocalAttempts> attempts_;
  std::unique_ptr<engine::Engine> engine_;
  bool wants_runner_ = false;
  bool is_adopted_ = false;
  bool is_engine_busy_ = true;  // its thread is in a turn, or in its recovery
  bool is_engine_awake_ = true;
  bool has_unsynced_ = true;
};

}  // namespace mlp::sim
