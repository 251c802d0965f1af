// SPDX-License-Identifier: Apache-2.0
//
// The seed decides everything.
#include <gtest/gtest.h>

#include "tests/sim/simulate.h"

namespace mlp::sim {
namespace {

TEST(Simulation, the_same_seed_gives_the_same_state) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const SimulationResult once = simulate(random_scenario(seed), nullptr);
    const SimulationResult again = simulate(random_scenario(seed), nullptr);
    EXPECT_EQ(once.state, again.state) << "seed " << seed;
    EXPECT_EQ(once.steps, again.steps) << "seed " << seed;
  }
}

TEST(Simulation, another_seed_gives_another_state) {
  EXPECT_NE(simulate(random_scenario(1), nullptr).state,
            simulate(random_scenario(2), nullptr).state);
}

TEST(Simulation, a_trace_changes_nothing) {
  std::string text;
  Trace trace{[&](const std::string& line) { text += line + "\n"; }};
  const Scenario scenario = random_scenario(3);
  EXPECT_EQ(simulate(scenario, &trace).state, simulate(scenario, nullptr).state);
  EXPECT_NE(text.find("a daemon starts"), std::string::npos);
}

}  // namespace
}  // namespace mlp::sim
