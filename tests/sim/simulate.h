// SPDX-License-Identifier: Apache-2.0
//
// Carries out a scenario: the daemon's own code in a world of which every move follows from the
// seed. One thread, no processes, no files; one simulation at a time in a process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "tests/sim/effects.h"
#include "tests/sim/scenario.h"
#include "tests/sim/trace.h"

namespace mlp::sim {

struct SimulationResult {
  std::vector<std::string> violations;  // empty: every promise was kept
  Digest state;                         // over all that is on the disk at the end
  std::uint64_t steps = 0;
  Effects effects;
  std::vector<std::string> crash_points;  // that were reached
};

/// `trace`: may be null.
SimulationResult simulate(const Scenario& scenario, Trace* trace);

}  // namespace mlp::sim
