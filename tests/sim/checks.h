// SPDX-License-Identifier: Apache-2.0
//
// What must hold after each step, and at the end. Tells the witness what does not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "runtime/engine/engine.h"
#include "runtime/fsck/finding.h"
#include "tests/sim/machine.h"

namespace mlp::sim {

class Checks {
 public:
  explicit Checks(Machine& machine) : machine_(machine) {}

  /// What the last commits changed, and what the engine decides by.
  void check_step(const engine::Engine& engine);
  /// A daemon is there again: the store and the files as `mlpctl fsck` looks at them.
  void check_recovered(const engine::Engine& engine);
  /// Everything: that, and the outcome of each run.
  void check_end(const engine::Engine& engine);
  /// Who still waits for what.
  std::string describe();
  /// Over the whole store and all files but those whose names are drawn by the machine.
  Digest digest();

 private:
  void check_commits(const store::View& view);
  void check_all(const std::shared_ptr<const store::View>& view);
  void check_settled(const store::View& view);
  void check_objects(const store::View& view);
  void check_attempts(const store::View& view);
  void check_log(const store::View& view, const model::Attempt& attempt,
                 const std::string& printed);
  void check_folders();
  void check_outcomes(const store::View& view);
  void tell(const fsck::Findings& findings);

  Machine& machine_;
  std::shared_ptr<const store::View> seen_;  // published last
  std::uint64_t checked_writes_ = 0;
  std::uint64_t checked_commit_ = 0;
  std::uint64_t checked_steps_ = 0;
};

}  // namespace mlp::sim
