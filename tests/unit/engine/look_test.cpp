// SPDX-License-Identifier: Apache-2.0
//
// Hits whose bytes are looked at by a worker before they are believed, and objects that are lost.
#include <gmock/gmock.h>

#include "runtime/store/key_records.h"
#include "runtime/store/object_records.h"
#include "tests/unit/engine/world.h"

namespace mlp::test {
namespace {

std::shared_ptr<const plan::Plan> one_task() {
  PlanBuilder b;
  b.define("a", {"x"});
  b.result(field(ref(b.call("a", {number(1)})), "out"));
  return b.build();
}

void turn(World& world) {
  while (world.engine->turn() || world.engine->sync()) {
  }
}

TEST(Look, the_engine_goes_on_while_the_bytes_of_a_hit_are_looked_at) {
  World world;
  world.are_whole = [](const auto&) { return true; };
  ASSERT_TRUE(world.start());
  world.submit(one_task(), "first");
  world.finish();
  engine::Submission submission;
  submission.plan = one_task();
  world.engine->submit(std::move(submission), [](auto) {});
  turn(world);
  EXPECT_EQ(world.run(model::RunId(2)).state, model::RunState::kRunning);
  EXPECT_EQ(world.workers.queue.size(), 1u) << "it is a worker that looks";
  world.finish();
  EXPECT_EQ(world.run(model::RunId(2)).state, model::RunState::kSucceeded);
  EXPECT_EQ(world.runner.bodies["a"], 1);
}

TEST(Look, a_hit_whose_bytes_cannot_be_used_is_a_miss) {
  World world;
  bool is_whole = false;
  world.are_whole = [&](const auto&) { return is_whole; };
  ASSERT_TRUE(world.start());
  world.submit(one_task(), "first");
  world.finish();
  world.submit(one_task(), "second");
  world.finish();
  EXPECT_EQ(world.runner.bodies["a"], 2);
  is_whole = true;
  world.submit(one_task(), "third");
  world.finish();
  EXPECT_EQ(world.runner.bodies["a"], 2) << "made anew, it is a hit again";
}

TEST(Look, who_waits_behind_a_task_run_that_is_cancelled_meanwhile_takes_its_hit) {
  World world;
  world.are_whole = [](const auto&) { return true; };
  ASSERT_TRUE(world.start());
  world.submit(one_task(), "first");
  world.finish();
  for (int i = 0; i < 2; ++i) {
    engine::Submission submission;
    submission.plan = one_task();
    world.engine->submit(std::move(submission), [](auto) {});
    turn(world);
  }
  world.engine->cancel(model::RunId(2), [](auto) {});
  turn(world);
  EXPECT_EQ(world.run(model::RunId(2)).state, model::RunState::kCancelled);
  world.finish();
  EXPECT_EQ(world.run(model::RunId(3)).state, model::RunState::kSucceeded);
}

TEST(Look, a_daemon_that_dies_while_it_looks_looks_again) {
  World world;
  world.are_whole = [](const auto&) { return true; };
  ASSERT_TRUE(world.start());
  world.submit(one_task(), "first");
  world.finish();
  engine::Submission submission;
  submission.plan = one_task();
  world.engine->submit(std::move(submission), [](auto) {});
  turn(world);
  world.kill();
  ASSERT_TRUE(world.start());
  world.finish();
  EXPECT_EQ(world.run(model::RunId(2)).state, model::RunState::kSucceeded);
  EXPECT_EQ(world.runner.bodies["a"], 1);
}

TEST(Look, a_lost_large_object_counts_as_missing_until_it_is_made_again) {
  World world;
  ASSERT_TRUE(world.start());
  world.submit(one_task(), "first");
  world.finish();
  store::ObjectRecord record = store::find_object(*world.engine->view(), sha256("2"))->value();
  record.places = store::kInFile;
  store::Batch batch;
  store::put_object_record(batch, record);
  ASSERT_TRUE(world.kv.write(batch));
  world.engine->object_lost(sha256("2"));
  world.work();
  EXPECT_EQ(store::find_object(*world.engine->view(), sha256("2"))->value().places, 0);
  world.submit(one_task(), "second");
  world.finish();
  EXPECT_EQ(world.runner.bodies["a"], 2);
  world.submit(one_task(), "third");
  world.finish();
  EXPECT_EQ(world.runner.bodies["a"], 2);
}

TEST(Look, a_small_object_is_not_lost_with_a_file) {
  World world;
  ASSERT_TRUE(world.start());
  world.submit(one_task(), "first");
  world.finish();
  world.engine->object_lost(sha256("2"));
  world.engine->object_lost(sha256("never heard of"));
  world.work();
  EXPECT_EQ(store::find_object(*world.engine->view(), sha256("2"))->value().places,
            store::kInStore);
}

}  // namespace
}  // namespace mlp::test
