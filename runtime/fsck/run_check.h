// SPDX-License-Identifier: Apache-2.0
//
// What must hold of one run: its task runs, their counts, its events, its place in the index, its
// end. Pure functions of a view; they read the records of that run alone and what these name.
#pragma once

#include "runtime/fsck/scope.h"

namespace mlp::fsck {

/// Everything of a run; linear in its task runs. An error only when the store cannot be read.
Status check_run(const Scope& scope, model::RunId run);

/// Only what one commit changed in the run, for a simulator that looks after each: the task runs
/// whose transitions it holds. Nothing where the commit changed nothing of this run.
Status check_commit(const Scope& scope, model::RunId run, std::uint64_t commit);

}  // namespace mlp::fsck
