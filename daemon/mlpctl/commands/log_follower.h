// SPDX-License-Identifier: Apache-2.0
//
// Prints logs: of one attempt as it is, of many with the task run's name before each line.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/names.h"
#include "daemon/wire/task_run.h"

namespace mlp::mlpctl {

class LogFollower {
 public:
  LogFollower(Context& context, ApiClient& client) : context_(context), client_(client) {}

  /// The log of one attempt; with `follows` until the attempt has ended, over breaks of the
  /// connection. `has_names` puts the task run's name before each line. With --json one object a
  /// line: {"schema_version", "task_run", "attempt", "line"}.
  Status print(const std::string& task_run, const std::string& attempt, bool follows,
               bool has_names);
  /// Every log of a run, each when its attempt has ended, until the run has.
  Status follow_run(std::uint64_t run);

 private:
  void take(const std::string& task_run, const std::string& attempt, std::string_view part,
            bool has_names);
  void take_line(const std::string& task_run, const std::string& attempt, std::string_view line,
                 bool has_names);
  void flush(const std::string& task_run, const std::string& attempt, bool has_names);

  Context& context_;
  ApiClient& client_;
  std::string rest_;  // a line that has not ended
};

/// Waits until the task run has an attempt or has ended.
Result<wire::TaskRun> wait_for_attempt(ApiClient& client, const RunName& name);

}  // namespace mlp::mlpctl
