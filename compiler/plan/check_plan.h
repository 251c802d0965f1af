// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: whether a plan that came from outside holds together, so that its readers
// need not ask: every index is in range, blocks are a tree, names are visible where they are read,
// paths stay below their folder, nothing waits for itself.
#pragma once

#include "base/result.h"
#include "compiler/plan/plan.h"

namespace mlp::plan {

/// kInvalid with what is wrong and where.
Status check_plan(const Plan& plan);

}  // namespace mlp::plan
