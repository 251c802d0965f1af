// SPDX-License-Identifier: Apache-2.0
//
// runner.lock: who is the runner of a data folder. Held by flock for as long as it lives; what is
// written in it lets a daemon find the survivors of a dead one.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace mlp::runner {

struct RunnerIdentity {
  int pid = 0;                   // also its session
  std::uint64_t start_time = 0;  // clock ticks since boot, as /proc/PID/stat has it
  std::uint64_t generation = 0;  // one more than the runner before
  std::string boot_id;
};

/// Takes the lock and writes who holds it. Lives until the process ends.
class RunnerLock {
 public:
  /// kConflict when another runner lives.
  static Result<RunnerLock> take(const std::string& data_folder);
  /// Writes this process as the holder, with the next generation; durable. After the last fork.
  Result<RunnerIdentity> write_identity();

 private:
  explicit RunnerLock(int fd, std::string data_folder)
      : fd_(fd), data_folder_(std::move(data_folder)) {}
  int fd_;
  std::string data_folder_;
};

/// What runner.lock says, and whether its writer still lives. kNotFound when there never was one.
struct RunnerRecord {
  RunnerIdentity identity;
  bool is_alive = false;
};
Result<RunnerRecord> read_runner_lock(const std::string& data_folder);

/// This boot of the machine.
std::string boot_id();
/// Field 22 of /proc/PID/stat; 0 when there is no such process.
std::uint64_t start_time_of(int pid);

}  // namespace mlp::runner
