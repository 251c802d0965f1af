// SPDX-License-Identifier: Apache-2.0
//
// What the scheduler hears and what it asks for. Data only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/schedule/evaluation.h"
#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

// ---- events -----------------------------------------------------------------------------------

/// A new run, or one that is taken up again after a restart (RunSpec::known).
struct RunAdded {
  RunSpec spec;
};

/// After a restart, before the runs are added: their attempts that are live. The replay meets their
/// task runs in its own time; until then they hold their keys and resources.
struct AttemptsAdopted {
  std::vector<Adopted> attempts;
};

struct CancelAsked {
  model::RunId run;
};

/// The answer to LookUp. No hit: nothing recorded, or an output's bytes are missing.
struct KeyAnswered {
  Digest key;
  struct Hit {
    std::vector<model::Output> outputs;
    model::AttemptId made_by;
  };
  std::optional<Hit> hit;
};

struct AttemptEnded {
  model::AttemptId id;
  model::Outcome outcome;
  std::int64_t peak_memory = 0;  // bytes
  std::vector<model::Output> outputs;
  std::optional<Duration> took;  // none: it never started
};

/// The answer to Evaluate.
struct EvaluationDone {
  model::RunId run;
  std::uint64_t token = 0;
  Evaluation evaluation;
};

/// Time has passed, or there was more to do (Scheduler::has_more).
struct GoOn {};

/// While paused no attempt starts; everything else goes on.
struct Paused {
  bool is_paused = true;
};

using Event = std::variant<RunAdded, AttemptsAdopted, CancelAsked, KeyAnswered, AttemptEnded,
                           EvaluationDone, GoOn, Paused>;

// ---- commands ---------------------------------------------------------------------------------

/// Asks whether a key stands for outputs whose bytes are there. Answered by KeyAnswered.
struct LookUp {
  Digest key;
};

/// Asks a helper for values: the expressions are long or read an object.
struct Evaluate {
  model::RunId run;
  std::uint64_t token = 0;
  EvaluationRequest request;
};

/// A new attempt: record it, then start it. Its task run comes with TaskRunChanged before it.
struct Start {
  model::AttemptId id;
  model::TaskRunId task_run;
  std::uint32_t number = 1;
  std::uint32_t definition = 0;
  std::vector<plan::Value> inputs;
  Digest key;
  double cpus = 1;
  Duration timeout{0};
  bool may_wait = false;  // granted ahead: it starts when another has ended
};

struct Kill {
  model::AttemptId id;
};

/// The end of a live attempt was taken: record it. `publishes`: its outputs are its task run's and
/// its key stands for them from now on (where the task is cached).
struct AttemptSettled {
  model::AttemptId id;
  bool publishes = false;
  Digest key;  // none where the task is never a hit
};

/// The task run reached a state that is recorded.
struct TaskRunChanged {
  model::TaskRun record;
  Duration remaining{0};  // kBackoff: how long it waits
};

struct RunEnded {
  model::RunId id;
  model::RunState state = model::RunState::kSucceeded;
  std::string error;
  std::optional<plan::Value> result;
};

/// Forecasts only: this task run would start, or it is not known whether it would.
struct WouldRun {
  /// Its items are those known: fewer than its task's depth inside a `for` without its list.
  model::TaskRunId task_run;
  std::uint32_t definition = 0;
  std::vector<plan::Value> inputs;  // empty when they are not known
  StatementId unknown_until;        // none: it would run
  std::uint64_t count = 1;          // task runs this stands for
};

using Command =
    std::variant<LookUp, Evaluate, Start, Kill, AttemptSettled, TaskRunChanged, RunEnded, WouldRun>;

}  // namespace mlp::schedule
