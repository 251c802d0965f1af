// SPDX-License-Identifier: Apache-2.0
//
// Edits: lines that take something away from a scenario or make a part of it plainer. What they
// name are places in the drawn scenario, so that they stay right after one another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tests/sim/scenario.h"

namespace mlp::sim {

/// Applies a line and notes it in Scenario::edits. kInvalid for a line that is none.
///
///     without fault 2            without piece 0.7 (project 0, #7 of its recipe)
///     without action 1           without project 1 (nor what is done with it)
///     bare piece 0.7             (what stands in it takes its place)
///     one core                   plain task 0.2 (it succeeds at once)
///     plain piece 0.7            (no limit, no `tolerate`, no `after`, constants of at most 1)
///     soon action 1              (at step 1)
///     short fault 2              (it lasts one step, or is as small as it can be)
Status apply_edit(Scenario& scenario, const std::string& edit);

/// Every edit that changes the scenario as it is now, the one that takes away most first.
std::vector<std::string> possible_edits(const Scenario& scenario);

}  // namespace mlp::sim
