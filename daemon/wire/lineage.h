// SPDX-License-Identifier: Apache-2.0
//
// Where an artifact comes from and who used it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"
#include "daemon/wire/run.h"

namespace mlp::wire {

/// Something a task run took. An artifact has a digest and, unless it came with the project or from
/// outside, the task run that made it.
struct LineageInput {
  std::string name;
  std::string text;
  std::string kind;     // "value", "file" or "folder"
  std::string digest;   // of an artifact
  std::string made_by;  // task run, "9/load"
};

template <typename V>
void visit(V& v, LineageInput& i) {
  v("name", i.name);
  v("text", i.text);
  v("kind", i.kind);
  v("digest", i.digest);
  v("made_by", i.made_by);
}

/// A task run that made or read an artifact.
struct LineageTaskRun {
  std::string task_run;  // "9/fit[2]"
  std::uint64_t run = 0;
  std::string pipeline;
  std::string path;
  std::string plan;      // digest: the version of the pipeline
  std::string snapshot;  // digest: the project's files
  std::string attempt;
  std::string output;                  // name, of a maker
  Instant time;                        // when it ended; of a reader when its run was submitted
  std::vector<NamedValue> parameters;  // of the run
  std::vector<LineageInput> inputs;    // of a maker
};

template <typename V>
void visit(V& v, LineageTaskRun& t) {
  v("task_run", t.task_run);
  v("run", t.run);
  v("pipeline", t.pipeline);
  v("path", t.path);
  v("plan", t.plan);
  v("snapshot", t.snapshot);
  v("attempt", t.attempt);
  v("output", t.output);
  v("time", t.time);
  v("parameters", t.parameters);
  v("inputs", t.inputs);
}

/// One artifact of an answer. The first is the one asked for (of a run: each that it made); those
/// with a greater `distance` are what it was made from, nearest first.
struct Lineage {
  std::string digest;
  std::string name;
  std::string kind;  // "file", "folder" or "value"
  std::uint64_t size = 0;
  std::uint64_t distance = 0;           // how far it is from what was asked for
  std::vector<LineageTaskRun> made_by;  // at most one; none: it came from outside
  std::vector<LineageTaskRun> used_by;  // at most 1,000
};

template <typename V>
void visit(V& v, Lineage& l) {
  v("digest", l.digest);
  v("name", l.name);
  v("kind", l.kind);
  v("size", l.size);
  v("distance", l.distance);
  v("made_by", l.made_by);
  v("used_by", l.used_by);
}

struct LineageList {
  std::vector<Lineage> lineages;
};

template <typename V>
void visit(V& v, LineageList& l) {
  v("lineages", l.lineages);
}

}  // namespace mlp::wire
