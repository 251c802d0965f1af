// SPDX-License-Identifier: Apache-2.0
//
// Simulates many seeds, each failure told apart whether it is a broken promise, a failed check of
// our own that ends the process, or a simulation that never ends. Works in child processes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/effects.h"
#include "tests/sim/scenario.h"

namespace mlp::sim {

/// Most of what one simulation may take before it counts as one that never ends.
inline constexpr unsigned kMostSeconds = 60;

/// What a scenario comes to in a process of its own; empty when every promise was kept.
std::vector<std::string> find_violations(const Scenario& scenario);

struct Searched {
  std::uint64_t seeds = 0;
  std::uint64_t steps = 0;
  std::uint64_t small_seeds = 0;  // whose scenarios are not large
  double small_seconds = 0;       // of CPU that these took, drawing them included
  std::vector<std::uint64_t> failing;
  Effects effects;  // of the faults; not of a seed that ended its process
};

/// Simulates `from` to `to`, both included, and goes on after a failure until there are
/// `most_failing`. `found` is told of each failing seed.
Searched search(std::uint64_t from, std::uint64_t to, std::size_t most_failing,
                const std::function<void(std::uint64_t seed)>& found);

}  // namespace mlp::sim
