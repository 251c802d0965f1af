// SPDX-License-Identifier: Apache-2.0
//
// Nothing starts before its inputs are written: what a call depends on in its plan has ended in the
// store when an attempt of it is there.
#pragma once

#include "runtime/fsck/scope.h"

namespace mlp::fsck {

/// Nothing without a plan. Looks at calls of the same block and of those around it, also through
/// bindings, conditions and called pipelines; what a `for` makes as a whole is not looked at.
Status check_flow(const Scope& scope, const model::TaskRun& task_run);

}  // namespace mlp::fsck
