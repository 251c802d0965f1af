// SPDX-License-Identifier: Apache-2.0
//
// A plan as a few lines that people read in golden files. Not the plan's JSON, which has
// everything.
#pragma once

#include <string>

#include "compiler/plan/plan.h"

namespace mlp::tests {

std::string plan_text(const plan::Plan& plan);

}  // namespace mlp::tests
