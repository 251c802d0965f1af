// SPDX-License-Identifier: Apache-2.0
//
// Compares what the store says of a run with what the interpreter says it must come to.
#pragma once

#include <string>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"
#include "tests/sim/project.h"

namespace mlp::sim {

/// What is wrong with a run that was made of the project, a sentence each. It must have ended.
/// In a cancelled one all must have ended, and what was done before must be right.
std::vector<std::string> check_run(const Project& project, const store::View& view,
                                   model::RunId run);

}  // namespace mlp::sim
