// SPDX-License-Identifier: Apache-2.0
//
// Decides which task runs may start, and what follows when one ends. Pure: a function of (state,
// event, now, random) to commands. No clock, no I/O, no threads. The engine feeds it events,
// records and carries out its commands, and feeds it the answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "runtime/schedule/core.h"
#include "runtime/schedule/event.h"

namespace mlp::schedule {

/// `for` items instantiated in one call of decide(): bounds how long it takes (about 2 ms).
inline constexpr std::uint64_t kExpansionsPerEvent = 1'000;

class BlockMachine;
class Dispatch;

class Scheduler {
 public:
  /// `epoch`: of the daemon, never used before. `cores`: bounds the cpus of live attempts.
  Scheduler(std::uint64_t epoch, double cores);
  ~Scheduler();

  /// Appends to `commands` what is to be recorded and done, in this order. Bounded work: where more
  /// is left has_more() is true and GoOn continues.
  void decide(Event event, Now now, Random& random, std::vector<Command>& commands);
  bool has_more() const;
  /// Steady time at which GoOn is wanted at the latest.
  std::optional<Duration> next_due() const;

  struct ChangedCounts {
    model::RunId run;
    model::TaskId task;
    model::Counts counts;
  };
  /// Those of the run that changed since they were taken, also when it ended just now.
  std::vector<ChangedCounts> take_changed_counts();

  bool has_run(model::RunId run) const { return core_.runs.contains(run); }
  std::uint64_t active_runs() const { return core_.runs.size(); }
  std::uint64_t live_attempts() const { return core_.live.size() + core_.unclaimed.size(); }
  std::uint64_t queued() const { return core_.queue.size(); }
  /// For invariants.h.
  const Core& core() const { return core_; }

 private:
  void handle(RunAdded event);
  void handle(AttemptsAdopted event);
  void handle(CancelAsked event);
  void handle(KeyAnswered event);
  void handle(AttemptEnded event);
  void handle(EvaluationDone event);
  void handle(GoOn event);
  void handle(Paused event);
  void settle_down();
  void expand(std::uint64_t& budget);
  void end_runs();
  void collect_counts(RunState& run);
  void forget(RunState& run);

  Core core_;
  std::unique_ptr<Dispatch> dispatch_;
  std::unique_ptr<BlockMachine> blocks_;
  std::vector<ChangedCounts> changed_counts_;
};

}  // namespace mlp::schedule
