// SPDX-License-Identifier: Apache-2.0
//
// mlp-runner without processes: attempts from Start to Ack, a queue, ends told again after each
// Hello. It outlives daemons, not the machine. Bodies are what `BodyOf` says; what they write goes
// to the disk as they run. Knows nothing of the daemon but its messages.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/execute/runner/protocol.h"
#include "tests/sim/disk.h"
#include "tests/sim/project.h"

namespace mlp::sim {

/// What the body of an attempt does, asked when it starts.
using BodyOf = std::function<BodyRun(const runner::Start&)>;
/// An attempt has ended: its body, or it was called back before that began.
using OnEnd = std::function<void(std::uint64_t attempt)>;

class SimulatedRunner {
 public:
  SimulatedRunner(Disk& disk, Clock& clock, std::string data_folder, BodyOf body_of,
                  OnEnd on_end);

  // ---- the process ----
  bool is_alive() const { return is_alive_; }
  /// As the first daemon that finds none does. Its generation is one more than that of the one
  /// before: it is synced before anything else.
  void begin();
  /// Everything it held is gone.
  void die();

  // ---- for a daemon ----
  /// Whoever is connected from now on; the connection before it is closed.
  runner::Welcome hello(double cpus);
  std::uint64_t connection() const { return connection_; }
  void hang_up() { ++connection_; }
  /// Sent, not yet read.
  void send(std::vector<runner::Message> messages);
  bool has_reports() const { return !reports_.empty(); }
  std::deque<runner::Message> take_reports() { return std::exchange(reports_, {}); }

  // ---- what it does by itself ----
  bool has_unread() const { return is_alive_ && !unread_.empty(); }
  void read_one();
  /// The first body that ends, in steady time; none: nothing runs.
  std::optional<Duration> next_end() const;
  /// Ends the first body whose time has come.
  void end_one();

  std::size_t held() const { return attempts_.size(); }
  std::uint64_t generation() const { return generation_; }

 private:
  enum class Phase : std::uint8_t { kQueued, kRunning, kEnded };
  struct Attempt {
    runner::Start order;
    Phase phase = Phase::kQueued;
    BodyRun body;
    Duration ends{0};  // steady
    runner::Ended ended;
  };

  void start(runner::Start order);
  void launch(Attempt& attempt);
  void kill(const runner::Kill& order);
  void start_queued();
  void write(const Attempt& attempt, bool is_whole);
  void end(Attempt& attempt);
  bool has_cpu_for(const runner::Start& order) const;

  Disk& disk_;
  Clock& clock_;
  std::string data_folder_;
  BodyOf body_of_;
  OnEnd on_end_;
  bool is_alive_ = false;
  std::uint64_t generation_ = 0;
  std::uint64_t connection_ = 0;
  double cpus_ = 1;
  double cpus_used_ = 0;
  std::map<std::uint64_t, Attempt> attempts_;
  std::deque<std::uint64_t> queue_;
  std::deque<runner::Message> unread_;
  std::deque<runner::Message> reports_;
};

}  // namespace mlp::sim
