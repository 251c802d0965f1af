// SPDX-License-Identifier: Apache-2.0
//
// Each kind of fault really happens.
#include <gmock/gmock.h>

#include <map>

#include "tests/sim/simulate.h"

namespace mlp::sim {
namespace {

using testing::IsEmpty;

constexpr std::uint64_t kSeeds = 300;
constexpr std::size_t kTries = 5;  // another fault may be in the way

/// As drawn, and killed when it first comes to a crash point.
Scenario with_a_kill(std::uint64_t seed, std::string_view point) {
  Scenario scenario = random_scenario(seed);
  Fault kill;
  kill.id = static_cast<std::uint32_t>(scenario.faults.size());
  kill.trigger = Trigger::kCrashPoint;
  kill.crash_point = point;
  scenario.faults.push_back(std::move(kill));
  return scenario;
}

TEST(Effects, each_kind_of_fault_happens_and_each_crash_point_kills) {
  Effects effects;
  std::map<std::string, std::vector<std::uint64_t>> seeds;  // that reach a point
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SimulationResult result = simulate(random_scenario(seed), nullptr);
    effects.add(result.effects);
    for (const std::string& point : result.crash_points) seeds[point].push_back(seed);
  }
  for (const std::string_view point : crash_points()) {
    std::vector<std::uint64_t>& tries = seeds[std::string(point)];
    if (tries.size() > kTries) tries.resize(kTries);
    for (const std::uint64_t seed : tries) {
      const SimulationResult result = simulate(with_a_kill(seed, point), nullptr);
      EXPECT_THAT(result.violations, IsEmpty()) << "seed " << seed << ", killed at " << point;
      effects.add(result.effects);
    }
    seeds.erase(std::string(point));
  }
  for (const std::string& effect : all_effects()) {
    EXPECT_GT(effects.of(effect), 0u) << effect << " in none of " << kSeeds << " seeds";
  }
  for (const auto& [point, reaching] : seeds) {
    ADD_FAILURE() << point << " is reached, but scenario.cpp draws no kill there";
  }
}

TEST(Effects, come_back_from_their_text) {
  Effects effects;
  effects.count("batch torn");
  effects.count("batch torn");
  effects.count(killed_at("sync.after"));
  effects.add(Effects::from_text(effects.to_text()));
  EXPECT_EQ(effects.to_text(), "4 batch torn\n2 killed at sync.after\n");
  EXPECT_EQ(effects.to_json(), R"({"batch torn":4,"killed at sync.after":2})");
}

}  // namespace
}  // namespace mlp::sim
