// SPDX-License-Identifier: Apache-2.0
//
// The records of what runs, looked at before a start relies on them: the replay takes each running
// task run to have one live attempt, and each live attempt to be of a running task run.
#pragma once

#include <map>

#include "base/result.h"
#include "compiler/plan/plan.h"
#include "runtime/model/run.h"

namespace mlp::engine {

/// Every error is kCorrupt and names the records that contradict each other.
class LiveRecords {
 public:
  /// Each of an unfinished run; before the attempts.
  Status add(const model::TaskRun& task_run, const plan::Plan& plan);
  /// Each that is listed as live. `plan`: of its run; null where that is not an unfinished one.
  Status add(const model::Attempt& attempt, const plan::Plan* plan);
  /// All were added.
  Status finish() const;

 private:
  struct Running {
    model::TaskRunId id;
    Digest key;
    bool is_live = false;
  };
  std::map<model::AttemptId, Running> running_;  // by last attempt
  std::map<Digest, model::AttemptId> keys_;      // of those that others wait for
};

}  // namespace mlp::engine
