// SPDX-License-Identifier: Apache-2.0
//
// Everything the scheduler holds, for its two halves: block_machine (statements) and dispatch (task
// runs). Data only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "base/random.h"
#include "runtime/schedule/event.h"
#include "runtime/schedule/key_table.h"
#include "runtime/schedule/ready_queue.h"
#include "runtime/schedule/resources.h"
#include "runtime/schedule/retry.h"
#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

/// A call has ended; block_machine settles its statement.
struct Settlement {
  Frame* frame = nullptr;
  std::uint32_t slot = 0;
  Outcome outcome;
};

/// An attempt failed and a try is left, after a wait that the inputs decide.
struct FailedTry {
  Retry retry;
  plan::LastAttempt last;
};

/// A task run as the replay meets it.
struct KnownTaskRun {
  model::TaskRun record;
  std::optional<FailedTry> failed;  // its attempt: the record still says kRunning
};

struct Core {
  explicit Core(double cores, std::uint64_t daemon_epoch) : resources(cores), epoch(daemon_epoch) {}

  // Declared first, so that what points into runs is destroyed before them.
  std::map<model::RunId, std::unique_ptr<RunState>> runs;

  std::map<model::AttemptId, TaskEntry*> live;
  std::map<model::AttemptId, Adopted> unclaimed;  // live; their task runs are not met yet
  /// Task runs whose unclaimed attempts have ended, until the replay meets them.
  std::map<model::TaskRunId, KnownTaskRun> ended_early;
  std::map<std::pair<Duration, std::uint64_t>, TaskEntry*> timers;  // steady time, then order
  ReadyQueue queue;
  KeyTable keys;
  Resources resources;
  std::uint64_t epoch;
  std::uint64_t last_attempt = 0;
  std::uint64_t last_timer = 0;
  std::uint64_t last_token = 0;
  bool is_paused = false;

  // Of the event that is being decided.
  Now now;
  Random* random = nullptr;
  std::vector<Command>* commands = nullptr;
  std::deque<Settlement> settlements;
  std::vector<RunState*> touched;     // may expand more, or have ended; each once
  std::vector<model::RunId> counted;  // runs whose counts have changed; each once
};

void touch(Core& core, RunState& run);

}  // namespace mlp::schedule
