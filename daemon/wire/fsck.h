// SPDX-License-Identifier: Apache-2.0
//
// What a check of the data folder says while it goes on and at its end: one FsckLine a line, from
// the daemon as from `mlpd --fsck --json`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/wire/error.h"
#include "daemon/wire/fields.h"

namespace mlp::wire {

struct FsckProgress {
  std::uint64_t records = 0;
  std::uint64_t objects = 0;
  std::uint64_t object_bytes = 0;
};

template <typename V>
void visit(V& v, FsckProgress& p) {
  v("records", p.records);
  v("objects", p.objects);
  v("object_bytes", p.object_bytes);
}

struct FsckFinding {
  std::string kind;     // "missing-object"; docs/http-api.md lists them
  std::string record;   // what it is about: "run 12", "object ab12…"
  std::string message;  // what is wrong and what it means
  std::string repair;   // what mends it; empty: nothing can be done
  std::string object;   // its digest, where a lost object is all there is to mend
  bool is_repaired = false;
};

template <typename V>
void visit(V& v, FsckFinding& f) {
  v("kind", f.kind);
  v("record", f.record);
  v("message", f.message);
  v("repair", f.repair);
  v("object", f.object);
  v("is_repaired", f.is_repaired);
}

struct FsckReport {
  std::string data_folder;
  std::uint64_t records = 0;
  std::uint64_t objects = 0;
  std::uint64_t object_bytes = 0;  // read and hashed
  Duration took{0};
  std::uint64_t found = 0;     // findings in all
  std::uint64_t repaired = 0;  // of them
  std::vector<FsckFinding> findings;  // the first thousand
};

template <typename V>
void visit(V& v, FsckReport& r) {
  v("data_folder", r.data_folder);
  v("records", r.records);
  v("objects", r.objects);
  v("object_bytes", r.object_bytes);
  v("took_ms", r.took);
  v("found", r.found);
  v("repaired", r.repaired);
  v("findings", r.findings);
}

/// For people: a line or two a finding, then "checked 1,203 records, 88 objects, 12.3 MB in 0.4s:
/// nothing wrong".
std::string to_text(const FsckReport& report);

/// One of both.
struct FsckLine {
  std::optional<FsckProgress> progress;
  std::optional<FsckReport> report;  // the last line
};

template <typename V>
void visit(V& v, FsckLine& l) {
  v("progress", l.progress);
  v("report", l.report);
}

/// Answer of POST /api/v1/objects/{digest}/verify.
struct ObjectState {
  std::string digest;
  std::string state;  // "whole"; "lost": it was missing or damaged and counts as missing from now on
};

template <typename V>
void visit(V& v, ObjectState& o) {
  v("digest", o.digest);
  v("state", o.state);
}

}  // namespace mlp::wire
