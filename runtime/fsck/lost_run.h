// SPDX-License-Identifier: Apache-2.0
//
// A run that goes on but whose plan is gone: no daemon can start with it.
#pragma once

#include "runtime/fsck/scope.h"

namespace mlp::fsck {

/// Adds the finding. Its repair ends the run as failed, and what it had begun as cancelled. `why`:
/// of the plan.
Status tell_lost_run(const Scope& scope, const model::Run& run, const Error& why);

}  // namespace mlp::fsck
