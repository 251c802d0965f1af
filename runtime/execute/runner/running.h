// SPDX-License-Identifier: Apache-2.0
//
// The attempts a runner holds, from Start to Ack: starting, limits, ends, and the processes they
// leave behind. Knows nothing of sockets. Single-threaded.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "runtime/execute/runner/orphans.h"
#include "runtime/execute/runner/protocol.h"

namespace mlp::runner {

class Running {
 public:
  /// `mark`: MLP_RUNNER of every attempt is this, a slash and the attempt's number.
  Running(Clock& clock, std::string mark) : clock_(clock), mark_(std::move(mark)) {}

  void set_capacity(double cpus, std::uint64_t log_limit);

  /// Starts it, or queues it when it may wait and the machine is full. An attempt that is held
  /// already is left alone: a Start may come twice.
  void start(Start order);
  /// SIGTERM now, SIGKILL after the grace; a queued one ends at once without having started.
  void kill(const Kill& order);
  /// Forgets ends that the daemon has recorded.
  void acknowledge(const Ack& order);
  /// SIGKILL for everything; for the end of the runner itself.
  void kill_all();

  /// Takes every process that has ended, starts what may start, and adds to ends().
  void reap();
  /// Limits of time and log. Call when wait_ms() has passed.
  void tick();

  /// Until tick() or reap() is due; -1: nothing is.
  int wait_ms() const;

  /// Ends and starts that nobody has taken yet, in order.
  std::vector<Message> take_reports();
  /// True when a report waits that the daemon acts on.
  bool has_urgent_report() const { return has_urgent_report_; }

  bool is_empty() const { return attempts_.empty(); }
  bool has_queue() const { return !queue_.empty(); }
  /// For Welcome; with every end again among the reports.
  std::vector<Held> inventory();

 private:
  enum class Phase : std::uint8_t { kQueued, kRunning, kTerminating, kClosing, kEnded };

  struct Attempt {
    Start order;
    Phase phase = Phase::kQueued;
    pid_t pid = 0;             // also its process group
    Duration deadline{0};      // on the steady clock; 0: none
    std::optional<End> cause;  // why we ended it, if we did
    Duration kill_at{0};       // SIGKILL is due
    int failed_code = 0;       // 126 or 127 when it could not be started
    Ended ended;
  };

  void launch(Attempt& attempt);
  void start_failed(Attempt& attempt, int error, const std::string& failed);
  void start_queued();
  void terminate(Attempt& attempt, End cause, Duration grace);
  void set_end(Attempt& attempt, int status, const rusage& usage);
  void close(Attempt& attempt);
  bool kill_orphans(const Attempt& attempt, bool has_others);
  void report_end(Attempt& attempt);
  void check_log(Attempt& attempt);
  bool has_cpu_for(const Start& order) const;

  Clock& clock_;
  std::string mark_;
  Orphans orphans_;
  double cpus_ = 1;
  double cpus_used_ = 0;
  std::uint64_t log_limit_ = 0;
  std::map<std::uint64_t, Attempt> attempts_;
  std::unordered_map<pid_t, std::uint64_t> by_pid_;  // looked up, never walked
  std::deque<std::uint64_t> queue_;
  std::vector<std::uint64_t> closing_;
  std::size_t live_ = 0;  // running or terminating
  std::vector<Message> reports_;
  bool has_urgent_report_ = false;
  Duration next_log_check_{0};
};

}  // namespace mlp::runner
