// SPDX-License-Identifier: Apache-2.0
//
// The attempts of one task run by the letter of its retry rules: a part of the interpreter.
#pragma once

#include <vector>

#include "tests/sim/interpreter.h"

namespace mlp::sim {

/// What the store says of an attempt that ended so.
model::EndReason reason_of(const Ending& ending);

/// Goes on until an attempt succeeds or no try is left.
ExpectedTaskRun attempt_all(const Project& project, std::uint32_t definition,
                            const std::vector<plan::Value>& inputs, const TaskRunFate& fate);

}  // namespace mlp::sim
