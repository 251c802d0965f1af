// SPDX-License-Identifier: Apache-2.0
//
// What happened in a run, one object a transition: the live view of a run is made of these.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// `type` says what changed: "run" (state, error), or "task_run" (task_run, task, items, state and
/// what goes with it).
struct Event {
  std::uint64_t commit = 0;  // id in the stream: events after this one are asked for with `after`
  std::string type;
  std::uint64_t run = 0;
  Instant time;
  std::string state;     // of the run or the task run, as in run.h and task_run.h
  std::string task_run;  // "12/fit[2]"
  std::string task;      // "fit"
  std::vector<std::uint64_t> items;
  std::string source;        // done: "ran" or "hit"
  std::string reason;        // failed, skipped, backoff; of a run: its error
  std::string attempt;       // id of the attempt that is live or has just ended; may be empty
  std::uint64_t number = 0;  // of that attempt
  Duration elapsed{0};       // of an attempt that ended
};

template <typename V>
void visit(V& v, Event& e) {
  v("commit", e.commit);
  v("type", e.type);
  v("run", e.run);
  v("time", e.time);
  v("state", e.state);
  v("task_run", e.task_run);
  v("task", e.task);
  v("items", e.items);
  v("source", e.source);
  v("reason", e.reason);
  v("attempt", e.attempt);
  v("number", e.number);
  v("elapsed_ms", e.elapsed);
}

}  // namespace mlp::wire
