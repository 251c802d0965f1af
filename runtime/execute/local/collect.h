// SPDX-License-Identifier: Apache-2.0
//
// From the end of an attempt's processes to what is recorded: outputs checked against their types
// and taken into the object store, the log, and a sentence for the user where something is wrong.
// May be done twice for one attempt, with the same result. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "runtime/execute/executor.h"
#include "runtime/execute/local/collect_output.h"
#include "runtime/execute/local/staging.h"
#include "runtime/execute/runner/protocol.h"
#include "runtime/objects/object_store.h"

namespace mlp::execute {

/// Where an attempt left what it wrote.
struct SlotPaths {
  std::string folder;  // task/ (the working folder), home/, tmp/, log, stdout below it
  std::string work() const { return folder + "/task"; }
  std::string log() const { return folder + "/log"; }
  std::string standard_output() const { return folder + "/stdout"; }
  std::string linked() const { return folder + "/linked"; }  // linked_inputs.h
};

struct CollectOrder {
  const AttemptStart& attempt;
  const runner::Ended& end;
  const SlotPaths& slot;
  const std::vector<LinkedInput>& linked;
  std::string log_file;  // logs/<attempt>: where a large log goes
};

struct Collected {
  AttemptEnded ended;
  std::vector<LinkedInput> damaged;  // inputs whose objects were changed; quarantined
  /// There was no space to take something in: nothing is decided, collect again later.
  bool is_disk_full = false;
};

/// Files that can be collected without holding anybody up: fewer bytes than this in all.
inline constexpr std::uint64_t kLightOutput = 4 << 20;
bool is_light_to_collect(Files& files, const CollectOrder& order,
                         const std::vector<std::string>& output_paths);

Collected collect(const CollectTools& tools, const CollectOrder& order);

}  // namespace mlp::execute
