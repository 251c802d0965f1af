// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: that a plan has an order to be carried out in. Asks for a plan whose ids
// and blocks hold together.
#pragma once

#include "base/result.h"
#include "compiler/plan/plan.h"

namespace mlp::plan {

/// kInvalid when some statement would wait for itself.
Status check_order(const Plan& plan);

}  // namespace mlp::plan
