// SPDX-License-Identifier: Apache-2.0
//
// A project of the simulator: a plan, what it is submitted with, and what the bodies of its tasks
// do. Data only; knows nothing of the world it runs in.
//
// What a body does is a pure function of its text, its inputs and how often it failed before, and
// its text names all of it, its retry policy and its timeout included: equal keys behave equally.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "compiler/plan/plan.h"

namespace mlp::sim {

/// How one try of a body ends.
enum class EndingKind : std::uint8_t {
  kSucceeds,
  kExits,      // with `code`, not 0
  kSignal,     // dies by signal `code`
  kTimesOut,   // runs until its timeout kills it; its task has one
  kBadOutput,  // exits with 0, but its first output is missing or ill-typed
};

struct Ending {
  EndingKind kind = EndingKind::kSucceeds;
  std::int32_t code = 0;
  bool operator==(const Ending&) const = default;
};

/// What the bodies of one definition do.
struct Behaviour {
  /// Try n ends as endings[n] says, any later one as the last. A try counts where its attempt is
  /// recorded as ended by its own doing: `errors_before` of run_body.
  std::vector<Ending> endings{Ending{}};
  Duration takes{0};             // simulated time from start to end
  std::uint64_t file_bytes = 0;  // size of each file it writes, and of some logs, at least
  std::uint64_t salt = 0;        // what it computes depends on it
};

/// A file a body leaves behind, at a path below its working folder.
struct WrittenFile {
  std::string path;
  std::string bytes;
  bool operator==(const WrittenFile&) const = default;
};

/// What a body does before it ends.
struct BodyRun {
  Ending ending;
  Duration takes{0};               // kTimesOut: longer than any timeout
  std::vector<WrittenFile> files;  // parts of its outputs
  std::string log;                 // all it prints; an output `at stdout` is in it
};

struct Recipe;

struct Project {
  std::uint32_t id = 0;  // its place in the drawn scenario
  std::shared_ptr<const Recipe> recipe;  // what it is built from (recipe.h)
  std::shared_ptr<const plan::Plan> plan;
  std::vector<std::pair<plan::StatementId, plan::Value>> arguments;  // sorted by statement
  std::vector<Digest> environments;   // one fingerprint for each environment of the plan
  std::vector<Behaviour> behaviours;  // one for each definition of the plan
};

/// What one attempt does. `errors_before`: attempts of this task run that the store records as
/// ended by exit, signal, timeout or output; neither those that were lost nor cancelled ones.
BodyRun run_body(const Project& project, std::uint32_t definition,
                 const std::vector<plan::Value>& inputs, std::uint32_t errors_before);

}  // namespace mlp::sim
