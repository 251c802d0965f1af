// SPDX-License-Identifier: Apache-2.0
//
// The loop of mlp-runner: one poll over the daemon's socket, new connections and signals. Decides
// who may speak to it; what is held and started is Running's.
#pragma once

#include <string>

#include "base/time.h"
#include "runtime/execute/runner/connection.h"
#include "runtime/execute/runner/runner_lock.h"
#include "runtime/execute/runner/running.h"

namespace mlp::runner {

struct RunnerOptions {
  std::string data_folder;
  std::string folder_id;
  /// Ends by itself after this long without a daemon and without anything held.
  Duration idle_limit = std::chrono::minutes(10);
};

class Runner {
 public:
  /// `listener`: a listening socket; `signals`: a signalfd for SIGCHLD and SIGTERM.
  Runner(RunnerOptions options, RunnerIdentity identity, int listener, int signals, Clock& clock);

  /// Until it is told to stop, or is idle for long.
  void serve();

 private:
  void wait();
  void read_signals();
  void accept_connection();
  void read_newcomer();
  void read_daemon();
  void handle(Message& message);
  void welcome(const Hello& hello);
  std::string refusal_of(const Hello& hello) const;
  void send_reports();
  bool is_over();
  int wait_ms() const;

  RunnerOptions options_;
  RunnerIdentity identity_;
  int listener_;
  int signals_;
  Clock& clock_;
  Running running_;
  Connection daemon_;
  Connection newcomer_;      // connected, has not said Hello yet
  std::uint64_t epoch_ = 0;  // the highest seen
  bool stops_when_idle_ = false;
  bool stops_now_ = false;
  Duration idle_since_{0};
};

}  // namespace mlp::runner
