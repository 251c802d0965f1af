// SPDX-License-Identifier: Apache-2.0
//
// A machine, the daemons that live on it one after the other, and their clients; from the first
// request to the end of the last run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/checks.h"
#include "tests/sim/clients.h"
#include "tests/sim/machine.h"
#include "tests/sim/simulate.h"
#include "tests/sim/simulated_daemon.h"

namespace mlp::sim {

class World {
 public:
  World(const Scenario& scenario, Trace* trace);

  SimulationResult run();

 private:
  bool is_over();
  void step();
  void begin_daemon();
  void die(const Killed& end);
  void go_on();
  bool let_somebody_act();
  void let_time_pass();

  Machine machine_;
  Clients clients_;
  Checks checks_;
  std::unique_ptr<SimulatedDaemon> daemon_;
  bool is_serving_ = false;        // its recovery is over
  bool is_hopeless_ = false;       // no daemon can start
  std::uint64_t down_until_ = 0;   // step
  std::uint64_t idle_ = 0;         // steps in which nobody had anything to do
};

}  // namespace mlp::sim
