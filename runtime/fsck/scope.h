// SPDX-License-Identifier: Apache-2.0
//
// Where a check looks and whom it tells. Data, and the words for what it tells of.
#pragma once

#include <string>

#include "compiler/plan/plan.h"
#include "runtime/fsck/finding.h"
#include "runtime/model/run.h"

namespace mlp::fsck {

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
