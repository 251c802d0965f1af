// SPDX-License-Identifier: Apache-2.0
//
// A task run as the API shows it, and the tasks of a run with their counts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/attempt.h"
#include "daemon/wire/fields.h"
#include "daemon/wire/run.h"

namespace mlp::wire {

/// An output of a done task run. `digest` is that of its object, also for a plain value.
struct Output {
  std::string name;
  Json value;  // as in NamedValue
  std::string text;
  std::string kind;  // "value", "file" or "folder"
  std::string digest;
  std::uint64_t size = 0;  // bytes
};

template <typename V>
void visit(V& v, Output& o) {
  v("name", o.name);
  v("value", o.value);
  v("text", o.text);
  v("kind", o.kind);
  v("digest", o.digest);
  v("size", o.size);
}

struct TaskRun {
  std::string name;  // "12/fit[2]"
  std::uint64_t run = 0;
  std::string task;                   // "fit"
  std::vector<std::uint64_t> items;   // [2]
  std::string state;                  // waiting, ready, queued, running, backoff, done, failed, …
  std::string source;                 // when done: "ran" or "hit"
  std::string reason;                 // failed, skipped: why, one sentence
  std::string key;                    // digest; empty while it is not known
  std::vector<std::string> attempts;  // ids, in order
  std::string made_by;                // when done: the attempt that made the outputs
  std::string made_by_run;            // its task run, "9/fit[2]": of another run when it was a hit
  Instant started;                    // of its last attempt
  Instant due;                        // backoff: when the next attempt starts
  Instant ended;
  Duration elapsed{0};  // of its last attempt, until now while it runs
  std::vector<Output> outputs;
  /// Only when one task run is asked for; oldest first.
  std::vector<Attempt> attempt_details;
};

template <typename V>
void visit(V& v, TaskRun& t) {
  v("name", t.name);
  v("run", t.run);
  v("task", t.task);
  v("items", t.items);
  v("state", t.state);
  v("source", t.source);
  v("reason", t.reason);
  v("key", t.key);
  v("attempts", t.attempts);
  v("made_by", t.made_by);
  v("made_by_run", t.made_by_run);
  v("started", t.started);
  v("due", t.due);
  v("ended", t.ended);
  v("elapsed_ms", t.elapsed);
  v("outputs", t.outputs);
  v("attempt_details", t.attempt_details);
}

/// In the order of the plan, then of items. `next_after`: the `after` of the next page, or empty.
struct TaskRunList {
  std::vector<TaskRun> task_runs;
  std::string next_after;
};

template <typename V>
void visit(V& v, TaskRunList& l) {
  v("task_runs", l.task_runs);
  v("next_after", l.next_after);
}

/// A task of the plan in one run.
struct Task {
  std::string task;         // "fit", "etl_day/clean"
  std::string definition;   // the declared task
  std::uint64_t depth = 0;  // `for`s around it: numbers in an item path
  std::string doc;
  Counts counts;
};

template <typename V>
void visit(V& v, Task& t) {
  v("task", t.task);
  v("definition", t.definition);
  v("depth", t.depth);
  v("doc", t.doc);
  v("counts", t.counts);
}

struct TaskList {
  std::uint64_t run = 0;
  std::vector<Task> tasks;
};

template <typename V>
void visit(V& v, TaskList& l) {
  v("run", l.run);
  v("tasks", l.tasks);
}

}  // namespace mlp::wire
