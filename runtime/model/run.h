// SPDX-License-Identifier: Apache-2.0
//
// The nouns of execution as they are recorded: run, task run, attempt, output. Data only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "compiler/plan/value.h"
#include "runtime/model/ids.h"
#include "runtime/model/state.h"

namespace mlp::model {

struct Usage {
  std::int64_t peak_memory_bytes = 0;
  std::int64_t cpu_us = 0;  // user and system
};

/// How an attempt ended. `code`: the exit code or the signal. `message`: for people, one sentence.
struct Outcome {
  EndReason reason = EndReason::kNone;
  std::int32_t code = 0;
  std::string message;
};

/// One output of a done task run. An artifact output is a Value of kind artifact; any other output
/// is its value, and `digest`/`size` are those of its JSON object.
struct Output {
  std::string name;
  plan::Value value;
  Digest digest;
  std::uint64_t size = 0;
};

/// Where an attempt's log is: inline in family `bytes` under the attempt, or the file logs/<attempt>.
struct LogReference {
  std::uint64_t size = 0;
  bool is_file = false;
};

struct Run {
  RunId id;
  std::string project = "default";
  std::string by = "local";          // principal
  std::string pipeline;
  std::string path;                  // of its file in the project
  Digest plan;                       // object of the encoded plan
  Digest snapshot;                   // manifest of the project's files
  std::vector<std::pair<StatementId, plan::Value>> arguments;  // as bound at submit
  /// One fingerprint for each environment of the plan, in its order.
  std::vector<Digest> environments;
  RunState state = RunState::kRunning;
  bool cancel_asked = false;
  RunId retry_of;
  std::string trigger = "user";
  Instant submitted;
  Instant ended;
  std::optional<plan::Value> result;
  std::string error;                 // why it failed, one sentence; empty otherwise
};

struct TaskRun {
  TaskRunId id;
  TaskRunState state = TaskRunState::kWaiting;
  Digest key;                        // none while it is not known
  std::vector<AttemptId> attempts;   // in order; the last may be live
  std::uint32_t failures = 0;        // tries used up, by which retry rules count
  std::vector<std::uint32_t> tries_by_rule;
  std::vector<Output> outputs;       // when done
  Source source = Source::kNone;
  AttemptId made_by;                 // when done: the attempt that made the outputs, maybe another run's
  std::string reason;                // failed, skipped: why, one sentence
  Instant due;                       // backoff: when
  Instant ended;
};

struct Attempt {
  AttemptId id;
  TaskRunId task_run;
  std::uint32_t number = 1;          // 1 for the first try of the task run
  std::string executor = "local";
  std::string handle;                // the executor's own name for it
  double cpus = 1;                   // granted
  Instant given;                     // written
  Instant started;
  Instant ended;
  Outcome outcome;
  Usage usage;
  LogReference log;
  Digest key;
  Digest base;                       // object: the part of the key that is one for the task
  std::string inputs;                // encoded inputs: the other part (cache_key.h)
};

/// Task runs of one task by state; `expanded` items are known so far, `total` when all are.
struct Counts {
  std::uint64_t waiting = 0, queued = 0, running = 0, backoff = 0;
  std::uint64_t ran = 0, hit = 0, failed = 0, skipped = 0, cancelled = 0;
  std::uint64_t total = 0;           // task runs known so far
  bool is_total_known = false;       // every `for` around it has its list
};

}  // namespace mlp::model
