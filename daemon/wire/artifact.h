// SPDX-License-Identifier: Apache-2.0
//
// What is known of an artifact: its bytes' digest, who made it, where it is used.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// A file of a folder artifact.
struct FolderEntry {
  std::string path;  // relative to the folder; UTF-8, other bytes as U+FFFD
  std::string kind;  // "file", "folder" or "link"
  bool executable = false;
  std::uint64_t size = 0;
  std::string digest;
};

template <typename V>
void visit(V& v, FolderEntry& e) {
  v("path", e.path);
  v("kind", e.kind);
  v("executable", e.executable);
  v("size", e.size);
  v("digest", e.digest);
}

struct Artifact {
  std::string digest;                // 64 hexadecimal digits
  std::string kind;                  // "file", "folder" or "value"
  std::string name;                  // base name, where the context gives one
  std::uint64_t size = 0;            // bytes; of a folder: of all its files
  std::string task_run;              // of the list of a run: which task run's output, "12/fit[2]"
  std::string output;                // of the list of a run: the output's name
  std::string made_by;               // attempt
  bool is_present = false;           // its bytes are here
  std::vector<FolderEntry> entries;  // of one folder asked for by digest, in pages
  std::string next_after;            // of those: the `after` of the next page, or empty
};

template <typename V>
void visit(V& v, Artifact& a) {
  v("digest", a.digest);
  v("kind", a.kind);
  v("name", a.name);
  v("size", a.size);
  v("task_run", a.task_run);
  v("output", a.output);
  v("made_by", a.made_by);
  v("is_present", a.is_present);
  v("entries", a.entries);
  v("next_after", a.next_after);
}

/// The outputs of one run, in the order of its task runs. `next_after`: as in TaskRunList.
struct ArtifactList {
  std::uint64_t run = 0;
  std::vector<Artifact> artifacts;
  std::string next_after;
};

template <typename V>
void visit(V& v, ArtifactList& l) {
  v("run", l.run);
  v("artifacts", l.artifacts);
  v("next_after", l.next_after);
}

}  // namespace mlp::wire
