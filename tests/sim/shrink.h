// SPDX-License-Identifier: Apache-2.0
//
// Makes a failing scenario small: edit by edit, as long as it still fails.
#pragma once

#include <cstddef>
#include <functional>

#include "tests/sim/scenario.h"

namespace mlp::sim {

/// True when the scenario still shows what is looked for.
using Fails = std::function<bool(const Scenario&)>;

/// The scenario must fail; so does the result. Asks `fails` at most `most` times.
Scenario shrink(Scenario scenario, const Fails& fails, std::size_t most);

}  // namespace mlp::sim
