// SPDX-License-Identifier: Apache-2.0
//
// Processes that an attempt left behind: those of its group, and those that left the group and
// became the runner's children (it is a subreaper). Found by /proc, known by MLP_RUNNER in their
// environment or by their working folder.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mlp::runner {

class Orphans {
 public:
  Orphans();
  ~Orphans();
  Orphans(const Orphans&) = delete;
  Orphans& operator=(const Orphans&) = delete;

  /// Children of this process for which `is_known` is false. About 1 us when there are none.
  std::vector<pid_t> find(const std::function<bool(pid_t)>& is_known) const;

 private:
  int children_ = -1;  // /proc/self/task/TID/children, where the kernel has it
};

/// Kills the group; true when it has no member left.
bool kill_group(pid_t group);

/// The value of MLP_RUNNER in the environment of a process; empty when it has none.
std::string runner_mark_of(pid_t pid);
/// True when the process works in `folder` or below.
bool works_in(pid_t pid, const std::string& folder);

}  // namespace mlp::runner
