// SPDX-License-Identifier: Apache-2.0
//
// Planted failures are found again in small scenarios, and those can be written and read back.
#include "tests/sim/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "tests/sim/edit.h"
#include "tests/sim/recipe.h"

namespace mlp::sim {
namespace {

constexpr std::size_t kEnough = 10'000;

std::size_t count_pieces(const Scenario& scenario) {
  std::size_t count = 0;
  for (const Project& project : scenario.projects) {
    visit_pieces(project.recipe->pieces, [&](const Piece&) { ++count; });
  }
  return count;
}

bool has_fault(const Scenario& scenario, FaultKind kind) {
  return std::any_of(scenario.faults.begin(), scenario.faults.end(),
                     [=](const Fault& fault) { return fault.kind == kind; });
}

Scenario find_scenario(const Fails& fails) {
  std::uint64_t seed = 1;
  while (!fails(random_scenario(seed))) ++seed;
  return random_scenario(seed);
}

TEST(Shrink, one_fault_alone_is_left_of_all_that_is_there) {
  Fails fails = [](const Scenario& scenario) {
    return has_fault(scenario, FaultKind::kPowerCut) && !scenario.actions.empty();
  };
  Scenario small = shrink(find_scenario(fails), fails, kEnough);
  EXPECT_EQ(small.faults.size(), 1u);
  EXPECT_EQ(small.actions.size(), 1u);
  EXPECT_EQ(small.projects.size(), 1u);
  EXPECT_EQ(count_pieces(small), 0u);
  EXPECT_EQ(small.cores, 1u);
}

TEST(Shrink, a_piece_inside_others_is_kept_with_those_around_it_alone) {
  Fails fails = [](const Scenario& scenario) {
    bool has = false;
    for (const Project& project : scenario.projects) {
      visit_pieces(project.recipe->pieces, [&](const Piece& piece) {
        if (piece.kind != PieceKind::kFor) return;
        for (const Piece& inner : piece.body) has |= inner.kind == PieceKind::kCall;
      });
    }
    return has && !scenario.faults.empty();
  };
  Scenario small = shrink(find_scenario(fails), fails, kEnough);
  EXPECT_TRUE(fails(small));
  EXPECT_EQ(small.faults.size(), 1u);
  EXPECT_EQ(count_pieces(small), 2u) << to_text(small);
}

TEST(Shrink, it_asks_no_more_often_than_it_may) {
  std::size_t asked = 0;
  Fails fails = [&](const Scenario&) { return ++asked > 0; };
  (void)shrink(random_scenario(3), fails, 2);
  EXPECT_EQ(asked, 2u);
}

TEST(Scenario, what_is_written_of_a_small_one_reads_back_as_the_same) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    Fails by_chance = [&](const Scenario&) { return random.below(2) == 0; };
    Scenario small = shrink(random_scenario(seed), by_chance, 40);
    Result<Scenario> read = read_scenario(to_text(small));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(to_text(*read), to_text(small));
  }
}

TEST(Scenario, the_same_seed_gives_the_same_one_and_another_seed_another) {
  EXPECT_EQ(to_text(random_scenario(7)), to_text(random_scenario(7)));
  EXPECT_NE(to_text(random_scenario(7)), to_text(random_scenario(8)));
}

TEST(Scenario, every_kind_of_piece_action_and_fault_is_drawn) {
  std::set<PieceKind> pieces;
  std::set<FaultKind> faults;
  std::set<Trigger> triggers;
  std::set<ActionKind> actions;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Scenario scenario = random_scenario(seed);
    for (const Project& project : scenario.projects) {
      visit_pieces(project.recipe->pieces, [&](const Piece& piece) { pieces.insert(piece.kind); });
    }
    for (const Fault& fault : scenario.faults) faults.insert(fault.kind);
    for (const Fault& fault : scenario.faults) triggers.insert(fault.trigger);
    for (const Action& action : scenario.actions) actions.insert(action.kind);
  }
  EXPECT_EQ(pieces.size(), 7u);  // kItem is a part of kFor
  EXPECT_EQ(faults.size(), 8u);
  EXPECT_EQ(triggers.size(), 5u);
  EXPECT_EQ(actions.size(), 2u);
}

TEST(Scenario, a_line_that_is_no_edit_is_told) {
  for (const char* text : {"", "seed", "faults 3", "seed 1\nwithout fault 99", "seed 1\nwithout",
                           "seed 1\nplain piece 0.999", "seed 1\nsoon fault 0"}) {
    EXPECT_FALSE(read_scenario(text)) << text;
  }
}

}  // namespace
}  // namespace mlp::sim
