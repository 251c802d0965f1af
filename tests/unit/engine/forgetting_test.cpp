// SPDX-License-Identifier: Apache-2.0
//
// Records that have outlived their use are removed, a few at a time, and nothing else is.
#include "runtime/engine/forgetting.h"

#include <gtest/gtest.h>

#include "runtime/fsck/store_check.h"
#include "runtime/store/buckets.h"
#include "runtime/store/event_records.h"
#include "tests/support/map_plan.h"
#include "tests/unit/engine/world.h"

namespace mlp::test {
namespace {

using std::chrono::hours;

class ForgettingTest : public ::testing::Test {
 protected:
  ForgettingTest() { EXPECT_TRUE(world.start()); }

  model::RunId run(const std::string& client_key, std::int64_t items = 3,
                   std::int64_t from = 0) {
    model::RunId id = world.submit(map_plan(items, from), client_key);
    world.finish();
    EXPECT_EQ(world.run(id).state, model::RunState::kSucceeded);
    return id;
  }

  /// Hour by hour, as an idle daemon wakes.
  void pass(Duration time) {
    for (Duration passed{0}; passed < time; passed += hours(1)) {
      world.clock.advance(hours(1));
      world.work();
    }
  }

  std::size_t events(model::RunId id) {
    return store::list_transitions(*world.kv.view(), id, 0, 1'000'000)->commits.size();
  }
  bool has_request(const std::string& client_key) {
    return store::find_request(*world.kv.view(), "local", client_key)->has_value();
  }

  World world;
};

TEST_F(ForgettingTest, events_stay_for_a_day_after_their_run_and_the_run_stays_for_ever) {
  model::RunId id = run("one");
  std::size_t all = events(id);
  ASSERT_GT(all, 2u);
  pass(hours(23));
  EXPECT_EQ(events(id), all);
  pass(hours(3));
  EXPECT_EQ(events(id), 0u);
  EXPECT_EQ(world.run(id).state, model::RunState::kSucceeded);
  fsck::Findings findings;
  ASSERT_TRUE(fsck::check_store(*world.kv.view(), findings));
  EXPECT_EQ(findings.to_text(), "");
}

TEST_F(ForgettingTest, events_of_a_run_that_goes_on_stay) {
  model::RunId id = world.submit(map_plan(3), "one");
  std::size_t all = events(id);
  pass(hours(100));
  EXPECT_EQ(events(id), all);
}

TEST_F(ForgettingTest, a_request_can_be_repeated_for_seven_days) {
  model::RunId id = run("one");
  pass(hours(24 * 7 - 2));
  EXPECT_EQ(world.submit(map_plan(3), "one"), id);
  pass(hours(4));
  EXPECT_FALSE(has_request("one"));
  EXPECT_NE(world.submit(map_plan(3), "one"), id);
}

TEST_F(ForgettingTest, a_clock_that_jumped_makes_nothing_old) {
  model::RunId id = run("one");
  std::size_t all = events(id);
  world.clock.jump(hours(24 * 365));
  pass(hours(1));
  EXPECT_EQ(events(id), all);
  EXPECT_TRUE(has_request("one"));
  world.clock.jump(-hours(24 * 365));
  pass(hours(20));
  EXPECT_EQ(events(id), all);
}

TEST_F(ForgettingTest, a_start_with_a_clock_that_is_years_ahead_makes_nothing_old) {
  model::RunId id = run("one");
  std::size_t all = events(id);
  world.kill();
  world.clock.jump(hours(24 * 365 * 9));
  ASSERT_TRUE(world.start());
  EXPECT_EQ(world.submit(map_plan(3), "one"), id);
  pass(hours(23));
  EXPECT_EQ(events(id), all);
  pass(hours(3));
  EXPECT_EQ(events(id), 0u);
  EXPECT_EQ(world.submit(map_plan(3), "one"), id);
}

TEST_F(ForgettingTest, a_turn_removes_only_a_few_and_goes_on_from_there) {
  std::vector<model::RunId> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(run("key " + std::to_string(i), 300, 1'000 * i));
  std::size_t before = 0;
  for (model::RunId id : ids) before += events(id);
  ASSERT_GT(before, 3'000u);
  std::size_t most = 0;
  std::uint64_t writes = 0;
  world.kv.after_write([&](std::uint64_t) {
    std::size_t left = 0;
    for (model::RunId id : ids) left += events(id);
    most = std::max(most, before - left);
    before = left;
    ++writes;
  });
  pass(hours(26));
  EXPECT_EQ(before, 0u);
  EXPECT_LE(most, 512u);
  EXPECT_GT(writes, 6u);
}

TEST_F(ForgettingTest, an_engine_that_is_never_idle_forgets_too) {
  model::RunId id = run("one");
  world.clock.advance(hours(30));
  for (int seconds = 0; seconds < 10; ++seconds) {
    for (int turns = 0; turns < 5; ++turns) {
      world.engine->put_objects({}, [](Status) {});
      world.engine->turn();
    }
    world.clock.advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(events(id), 0u);
}

}  // namespace
}  // namespace mlp::test
