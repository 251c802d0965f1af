// SPDX-License-Identifier: Apache-2.0
//
// Seam: where attempts run. The engine asks for starts and kills and hears of each end exactly as
// often as the executor cares to say it (an end may be told twice; the attempt's id fences it).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "runtime/model/object.h"
#include "runtime/model/run.h"

namespace mlp::execute {

/// One try to be started, complete: nothing else is asked of the engine.
struct AttemptStart {
  model::AttemptId id;
  model::TaskRunId task_run;
  std::string task_name;                     // "fit[2]", for MLP_TASK
  std::uint32_t number = 1;                  // of the try
  std::shared_ptr<const plan::Plan> plan;    // holds the definition
  std::uint32_t definition = 0;
  std::vector<plan::Value> inputs;           // one an input, in order
  Digest key;                                // MLP_SEED and MLP_IDEMPOTENCY_KEY come from it
  Digest environment;                        // fingerprint
  Duration timeout{0};                       // 0: none
  double cpus = 1;
  /// May wait in the executor's own queue behind those that run, to start the moment one ends
  /// (only attempts of 1 cpu; kill() calls it back).
  bool may_wait = false;
  /// For adopt(): Executor::place() when its start was written.
  std::string place;
};

using model::NewObject;
using model::kSmallObject;

/// The end of an attempt, after its outputs were collected, checked and made durable.
struct AttemptEnded {
  model::AttemptId id;
  model::Outcome outcome;
  model::Usage usage;
  Instant started;                           // zero when it never started
  Instant ended;
  std::vector<model::Output> outputs;        // when it succeeded: one an output, in order
  std::vector<NewObject> objects;            // what the outputs (and value outputs) consist of
  std::string log;                           // up to kSmallObject
  std::uint64_t log_size = 0;
  bool log_is_file = false;                  // logs/<attempt> holds it
};

/// What the executor tells the engine. Called on the executor's own thread; may block when the
/// engine's mailbox is full.
struct ExecutorEvents {
  std::function<void(AttemptEnded)> ended;
  /// Attempts the executor holds after a restart have been settled: of `asked` (see adopt), these
  /// are still there (running, or ended and about to be told); every other one was never started,
  /// unless `lost` named it before.
  std::function<void(std::vector<model::AttemptId> held)> adopted;
  /// The runner died and its survivors were seen gone: these attempts are lost. They may have run.
  std::function<void(std::vector<model::AttemptId> lost)> lost;
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Once, before anything else: the attempts the store says are live, with what they need to be
  /// collected. Answers by `adopted`.
  virtual void adopt(std::vector<AttemptStart> live) = 0;
  /// Where an attempt is started now, for the record of its start: what is in no inventory of that
  /// place was never started; once the place is another nobody can tell. Any thread.
  virtual std::string place() const { return "local"; }
  /// The start is written. Never fails: trouble comes back as an end.
  virtual void start(AttemptStart attempt) = 0;
  /// Ends as `cancelled` unless it ended by itself meanwhile.
  virtual void kill(model::AttemptId attempt) = 0;
  /// The end of this attempt is written: its slot may be emptied and the runner's memory of it freed.
  virtual void recorded(model::AttemptId attempt) = 0;
};

}  // namespace mlp::execute
