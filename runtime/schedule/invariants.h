// SPDX-License-Identifier: Apache-2.0
//
// What must hold of the scheduler's state between two events. For tests and simulation; reads only.
#pragma once

#include <string>
#include <vector>

#include "runtime/schedule/core.h"

namespace mlp::schedule {

/// One sentence for each thing that is wrong; empty when all is well. Linear in the live frames.
std::vector<std::string> find_violations(const Core& core);

}  // namespace mlp::schedule
