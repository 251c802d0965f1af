// SPDX-License-Identifier: Apache-2.0
//
// From a checked program to the plan of one of its pipelines. Calls of pipelines become blocks,
// calls of tasks and `for`s statements of their own. Asks for a program without errors.
#pragma once

#include "compiler/check/context.h"
#include "compiler/plan/plan.h"

namespace mlp::lower {

/// Tells of what only shows here: paths that are not known at submit, expressions too deep. The
/// plan is whole when nothing was told.
plan::Plan lower_pipeline(check::Context& context, const check::Pipeline& entry);

}  // namespace mlp::lower
