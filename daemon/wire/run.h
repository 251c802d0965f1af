// SPDX-License-Identifier: Apache-2.0
//
// A run as the API shows it: one line of a list, or the whole with its parameters and results.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// Task runs by state. `done` is split by where the outputs came from: `ran` and `hit`.
struct Counts {
  std::uint64_t waiting = 0, queued = 0, running = 0, backoff = 0;
  std::uint64_t ran = 0, hit = 0, failed = 0, skipped = 0, cancelled = 0;
  std::uint64_t total = 0;      // task runs known so far
  bool is_total_known = false;  // every `for` has its list

  std::uint64_t ended() const { return ran + hit + failed + skipped + cancelled; }
};

template <typename V>
void visit(V& v, Counts& c) {
  v("waiting", c.waiting);
  v("queued", c.queued);
  v("running", c.running);
  v("backoff", c.backoff);
  v("ran", c.ran);
  v("hit", c.hit);
  v("failed", c.failed);
  v("skipped", c.skipped);
  v("cancelled", c.cancelled);
  v("total", c.total);
  v("is_total_known", c.is_total_known);
}

/// A parameter, a result or an output: `value` as JSON (an artifact is an object with "digest",
/// "size", "name" and "kind"), `text` as people write it (an artifact's name).
struct NamedValue {
  std::string name;
  Json value;
  std::string text;
};

template <typename V>
void visit(V& v, NamedValue& n) {
  v("name", n.name);
  v("value", n.value);
  v("text", n.text);
}

struct Run {
  std::uint64_t id = 0;
  std::string pipeline;
  std::string path;   // of its file in the project
  std::string state;  // running, succeeded, failed, cancelled
  bool cancel_asked = false;
  std::string project;
  std::string by;  // principal
  std::string trigger;
  std::optional<std::uint64_t> retry_of;
  Instant submitted;
  Instant ended;
  Duration elapsed{0};   // until now while it runs
  std::string error;     // why it failed, one sentence
  std::string plan;      // digest, 64 hexadecimal digits
  std::string snapshot;  // digest of the manifest of the project's files
  std::vector<NamedValue> parameters;
  std::vector<NamedValue> results;  // one an entry of the returned record, else one "result"
  Counts counts;
};

template <typename V>
void visit(V& v, Run& r) {
  v("id", r.id);
  v("pipeline", r.pipeline);
  v("path", r.path);
  v("state", r.state);
  v("cancel_asked", r.cancel_asked);
  v("project", r.project);
  v("by", r.by);
  v("trigger", r.trigger);
  v("retry_of", r.retry_of);
  v("submitted", r.submitted);
  v("ended", r.ended);
  v("elapsed_ms", r.elapsed);
  v("error", r.error);
  v("plan", r.plan);
  v("snapshot", r.snapshot);
  v("parameters", r.parameters);
  v("results", r.results);
  v("counts", r.counts);
}

/// Newest first. `next_before`, when there may be more: the `before` of the next page.
struct RunList {
  std::vector<Run> runs;
  std::optional<std::uint64_t> next_before;
};

template <typename V>
void visit(V& v, RunList& l) {
  v("runs", l.runs);
  v("next_before", l.next_before);
}

}  // namespace mlp::wire
