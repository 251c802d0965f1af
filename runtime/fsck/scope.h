// SPDX-License-Identifier: Apache-2.0
//
// Where a check looks and whom it tells. Data, and the words for what it tells of.
#pragma once

#include <string>

#include "compiler/plan/plan.h"
#include "runtime/fsck/finding.h"
#include "runtime/model/run.h"

namespace mlp::fsck {

/// Whether an error tells of damage. Any other is of the system (a disk that does not answer, too
/// many open files) and says nothing of what is there: nothing may be mended because of it.
bool is_damage(const Error& error);

/// Objects whose bytes are to be read yet, in the order of their keys, though records are checked
/// again after each repair: all of them once. They wait for a next check where no more is kept.
class Unread {
 public:
  bool is_next(std::string_view key, const Findings& findings) const {
    return key >= from_ && !findings.is_full();
  }
  /// What it came to is in `findings`.
  void read(std::string_view key, const Findings& findings) {
    if (!findings.is_full()) from_ = std::string(key) + '\0';
  }

 private:
  std::string from_;
};

/// Small ones stand in the store, large ones are files.
struct Contents {
  Unread small;
  Unread large;
};

/// Both references must outlive the check.
struct Scope {
  const store::View& view;
  Findings& findings;
  /// Of the run looked at: task runs are told by name, and what they depend on is looked at too.
  const plan::Plan* plan = nullptr;
  /// An engine whose recovery is over keeps counts exact; a store found after a crash may hold those
  /// of a recovery that was cut short, which the next one counts again.
  bool is_settled = false;
};

/// "12/fit[2]"; without a plan "run 12, task 3, item 2".
std::string name_of(const Scope& scope, const model::TaskRunId& id);
std::string name_of(model::AttemptId attempt);
std::string name_of(model::RunId run);
std::string name_of_object(const Digest& object);

}  // namespace mlp::fsck
