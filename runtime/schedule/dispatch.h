// SPDX-License-Identifier: Apache-2.0
//
// Task runs from the moment their inputs are there: key, queue, attempts, retries, end. Tells how a
// call ended by Core::settlements; knows nothing of the statements around it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/schedule/core.h"

namespace mlp::schedule {

class Dispatch {
 public:
  explicit Dispatch(Core& core) : core_(core) {}

  /// The inputs of a call are there.
  void ready(Frame& frame, std::uint32_t slot, std::vector<plan::Value> inputs);
  /// The call will not run: kFailed, kSkipped or kCancelled.
  void refuse(Frame& frame, std::uint32_t slot, model::TaskRunState state, std::string reason);
  /// The same for a task run that has no frame.
  void refuse(RunState& run, model::TaskRunId id, model::TaskRunState state, std::string reason);
  /// Forecasts: it is not known whether the call would run.
  void not_known(Frame& frame, std::uint32_t slot, StatementId until);
  void not_known(RunState& run, model::TaskRunId id, StatementId until, std::uint64_t count);

  void key_answered(KeyAnswered answer);
  void attempt_ended(AttemptEnded ended);
  /// Back-offs that are over are ready again.
  void wake_due();
  /// Starts attempts while there are resources.
  void grant();
  /// Cancels what does not run; asks for the end of what does (then it stays).
  void cancel(TaskEntry& entry);
  /// Attempts of a run to be cancelled that the replay has not met are killed.
  void cancel_unclaimed(const RunState& run);
  void adopt(const std::vector<Adopted>& adopted);
  /// Of those adopted, the attempts of one run that the replay has not met.
  std::uint64_t count_adopted(model::RunId run) const;

 private:
  void refuse(TaskEntry& entry, model::TaskRunState state, std::string reason);
  bool restore_known(TaskEntry& entry);
  void resume_attempt(TaskEntry& entry);
  void begin(TaskEntry& entry);
  void enqueue(TaskEntry& entry);
  void start(TaskEntry& entry, bool may_wait);
  void hit(TaskEntry& entry, const std::vector<model::Output>& outputs, model::AttemptId made_by);
  void succeed(TaskEntry& entry, AttemptEnded ended);
  void fail_attempt(TaskEntry& entry, const AttemptEnded& ended);
  void back_off(TaskEntry& entry, FailedTry failed);
  void fail(TaskEntry& entry, std::string reason);
  void end_unclaimed(AttemptEnded ended);
  void succeed_unclaimed(const Adopted& attempt, model::TaskRun record, AttemptEnded ended);
  void fail_unclaimed(const Adopted& attempt, model::TaskRun record, const AttemptEnded& ended);
  std::optional<KnownTaskRun> find_known(RunState& run, const model::TaskRunId& id);
  void hand_over(TaskEntry* next);
  void wait(TaskEntry& entry, Duration delay);
  void assume_missing(TaskEntry& entry);
  void settle_final(TaskEntry& entry);
  void settle_value(TaskEntry& entry);
  void settle_failed(TaskEntry& entry);
  void settle(TaskEntry& entry, Outcome outcome);

  Core& core_;
};

/// "exit 1", "signal 9", "timed out": the message of the outcome where there is one.
std::string describe(const model::Outcome& outcome);

}  // namespace mlp::schedule
