// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulate.h"

#include "base/log.h"
#include "tests/sim/world.h"

namespace mlp::sim {

namespace {

/// Faults are what is wanted here; the daemons' words about them are nobody's.
void silence_log() {
  static const bool is_silent = [] {
    log::open(log::Level::kError, log::Format::kText, "/dev/null");
    return true;
  }();
  (void)is_silent;
}

}  // namespace

SimulationResult simulate(const Scenario& scenario, Trace* trace) {
  silence_log();
  return World(scenario, trace).run();
}

}  // namespace mlp::sim
