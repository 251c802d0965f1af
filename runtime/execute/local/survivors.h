// SPDX-License-Identifier: Apache-2.0
//
// Processes of a runner that has died. Their first processes died with it (parent-death signal);
// the rest is found by session and by MLP_RUNNER, killed, and seen gone.
#pragma once

#include <string>

#include "base/time.h"
#include "runtime/execute/runner/runner_lock.h"

namespace mlp::execute {

/// True when none is left; false when some were still there after `patience`. `folder_id`: of the
/// data folder, with which MLP_RUNNER begins; what runners before `dead` left is found as well.
/// Call when no runner of the folder lives.
bool kill_survivors(const runner::RunnerIdentity& dead, const std::string& folder_id,
                    Duration patience);

}  // namespace mlp::execute
