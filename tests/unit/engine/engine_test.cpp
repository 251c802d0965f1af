// SPDX-License-Identifier: Apache-2.0
//
// Submit, run, record: what readers of published views see.
#include <gmock/gmock.h>

#include "runtime/engine/forecast.h"
#include "runtime/store/event_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/object_records.h"
#include "tests/unit/engine/world.h"

namespace mlp::test {
namespace {

Expression out(StatementId call) {
  return field(ref(call), "out");
}

std::shared_ptr<const plan::Plan> chain() {
  PlanBuilder b;
  b.define("a", {"x"});
  b.define("b", {"x"});
  auto a = b.call("a", {number(1)});
  b.result(out(b.call("b", {out(a)})));
  return b.build();
}

TEST(Engine, a_run_is_submitted_carried_out_and_recorded) {
  World world;
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(chain());
  EXPECT_EQ(id.value, 1u);
  world.finish();
  EXPECT_EQ(world.describe(id),
            "run succeeded = 3 \n1 done  2\n2 done  3\n"
            "task 1: 1 done 0 failed 0 skipped 0/1\ntask 2: 1 done 0 failed 0 skipped 0/1\n");
  EXPECT_EQ(world.live_records(), 0u);
  EXPECT_TRUE(world.runner.held.empty()) << "each end is acknowledged";
  EXPECT_EQ(world.marked, world.engine->status().commit);
}

/// Of a machine so busy that between any two looks a turn's time is over.
class ClockOfABusyMachine final : public Clock {
 public:
  Instant now() override { return Instant{1'700'000'000'000'000}; }
  Duration steady() override { return time_ += std::chrono::milliseconds(5); }

 private:
  Duration time_{0};
};

TEST(Engine, a_turn_takes_messages_however_late_it_comes_to_its_core) {
  ClockOfABusyMachine clock;
  World world;
  world.look_at = &clock;
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(chain());
  EXPECT_TRUE(world.runner.end_one());
  EXPECT_TRUE(world.engine->turn()) << "the end of the attempt was there";
  world.finish();
  EXPECT_EQ(world.run(id).state, model::RunState::kSucceeded);
}

TEST(Engine, an_attempt_leaves_its_log_its_key_and_its_objects) {
  World world;
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(chain());
  world.finish();
  auto view = world.engine->view();
  auto record = store::find_task_run(*view, {id, model::TaskId(1), {}})->value();
  auto attempt = store::find_attempt(*view, record.attempts.at(0))->value();
  EXPECT_EQ(attempt.outcome.reason, EndReason::kSucceeded);
  EXPECT_EQ(store::find_log(*view, attempt.id)->value(), "log of a");
  EXPECT_EQ(store::find_key(*view, attempt.key)->value().attempt, attempt.id);
  EXPECT_TRUE(store::find_object(*view, attempt.base)->has_value());
  EXPECT_EQ(store::find_object_bytes(*view, record.outputs[0].digest)->value(), "2");
}

TEST(Engine, a_second_run_is_all_hits) {
  World world;
  ASSERT_TRUE(world.start());
  world.submit(chain(), "first");
  world.finish();
  model::RunId second = world.submit(chain(), "second");
  world.finish();
  EXPECT_EQ(world.run(second).state, model::RunState::kSucceeded);
  EXPECT_EQ(world.runner.bodies["a"], 1);
  EXPECT_EQ(world.runner.bodies["b"], 1);
}

TEST(Engine, a_hit_with_a_missing_output_is_a_miss) {
  World world;
  ASSERT_TRUE(world.start());
  world.submit(chain(), "first");
  world.finish();
  store::Batch batch;
  store::remove_object(batch, sha256("2"));
  ASSERT_TRUE(world.kv.write(batch));
  world.submit(chain(), "second");
  world.finish();
  EXPECT_EQ(world.runner.bodies["a"], 2);
  EXPECT_EQ(world.runner.bodies["b"], 1) << "the same output leaves what follows cached";
}

TEST(Engine, the_same_request_gives_the_same_run_and_another_one_is_refused) {
  World world;
  ASSERT_TRUE(world.start());
  model::RunId first = world.submit(chain(), "k");
  EXPECT_TRUE((**world.submitted).is_new);
  EXPECT_EQ(world.submit(chain(), "k"), first);
  EXPECT_FALSE((**world.submitted).is_new);
  engine::Submission other;
  other.client_key = "k";
  other.request = sha256("something else");
  other.plan = chain();
  std::optional<Result<engine::Submitted>> answer;
  world.engine->submit(std::move(other), [&](auto given) { answer = std::move(given); });
  world.work();
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->has_value());
  EXPECT_EQ(answer->error().code, ErrorCode::kConflict);
}

TEST(Engine, a_reply_and_what_readers_see_wait_for_the_sync) {
  World world;
  ASSERT_TRUE(world.start());
  bool is_answered = false;
  engine::Submission submission;
  submission.plan = chain();
  world.engine->submit(std::move(submission), [&](auto) { is_answered = true; });
  while (world.engine->turn()) {
  }
  EXPECT_FALSE(is_answered);
  EXPECT_FALSE(store::find_run(*world.engine->view(), model::RunId(1))->has_value());
  EXPECT_EQ(world.runner.held.size(), 1u) << "a local start needs the write only";
  world.engine->sync();
  EXPECT_TRUE(is_answered);
  EXPECT_TRUE(store::find_run(*world.engine->view(), model::RunId(1))->has_value());
}

TEST(Engine, at_most_once_waits_for_the_sync_before_it_starts) {
  PlanBuilder b;
  plan::RetryRule never;
  never.classes = {plan::RetryClass::kLost};
  b.define("t", {"x"}).retry = {never};
  b.call("t", {number(1)});
  World world;
  ASSERT_TRUE(world.start());
  engine::Submission submission;
  submission.plan = b.build();
  world.engine->submit(std::move(submission), [](auto) {});
  while (world.engine->turn()) {
  }
  EXPECT_TRUE(world.runner.held.empty());
  world.engine->sync();
  world.engine->turn();
  EXPECT_EQ(world.runner.held.size(), 1u);
  world.finish();
  EXPECT_EQ(world.run(model::RunId(1)).state, model::RunState::kSucceeded);
}

TEST(Engine, cancel_is_recorded_and_ends_the_run_with_its_last_attempt) {
  World world;
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(chain());
  std::optional<Status> answer;
  world.engine->cancel(id, [&](Status given) { answer = given; });
  world.work();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->has_value());
  EXPECT_TRUE(world.run(id).cancel_asked);
  world.finish();
  EXPECT_EQ(world.run(id).state, model::RunState::kCancelled);
  world.engine->cancel(id, [&](Status given) { answer = given; });
  world.work();
  EXPECT_EQ(answer->error().code, ErrorCode::kConflict);
  world.engine->cancel(model::RunId(99), [&](Status given) { answer = given; });
  world.work();
  EXPECT_EQ(answer->error().code, ErrorCode::kNotFound);
}

TEST(Engine, an_unknown_end_is_acknowledged_and_changes_nothing) {
  World world;
  ASSERT_TRUE(world.start());
  execute::AttemptEnded stray;
  stray.id = model::AttemptId(12345);
  world.runner.told.insert(stray.id);
  world.runner.events.ended(stray);
  world.work();
  EXPECT_FALSE(world.runner.told.contains(stray.id));
}

TEST(Engine, nothing_starts_without_space_and_ends_are_recorded) {
  World world;
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(chain());
  world.has_space = false;
  world.clock.advance(std::chrono::seconds(2));
  world.runner.end_one();
  world.work();
  EXPECT_TRUE(world.engine->status().is_paused);
  EXPECT_TRUE(world.runner.held.empty());
  EXPECT_EQ(world.run(id).state, model::RunState::kRunning);
  world.has_space = true;
  world.clock.advance(std::chrono::seconds(2));
  world.finish();
  EXPECT_EQ(world.run(id).state, model::RunState::kSucceeded);
}

TEST(Engine, followers_hear_each_commit_and_find_its_transitions) {
  World world;
  ASSERT_TRUE(world.start());
  std::vector<std::uint64_t> commits;
  auto subscriber =
      world.engine->subscribe([&](std::uint64_t commit) { commits.push_back(commit); });
  model::RunId id = world.submit(chain());
  world.finish();
  world.engine->unsubscribe(subscriber);
  EXPECT_FALSE(commits.empty());
  EXPECT_TRUE(std::is_sorted(commits.begin(), commits.end()));
  auto page = store::list_transitions(*world.engine->view(), id, 0, 100);
  std::vector<model::TaskRunState> states;
  for (const auto& commit : page->commits) {
    for (const auto& transition : commit.tasks) states.push_back(transition.state);
  }
  using enum model::TaskRunState;
  EXPECT_THAT(states, testing::ElementsAre(kRunning, kDone, kRunning, kDone));
  EXPECT_EQ(page->commits.back().run_state, model::RunState::kSucceeded);
}

TEST(Engine, uploaded_objects_are_recorded) {
  World world;
  ASSERT_TRUE(world.start());
  bool is_answered = false;
  std::string bytes = "hello";
  world.engine->put_objects({{sha256(bytes), bytes.size(), false, bytes, false}},
                            [&](Status given) { is_answered = given.has_value(); });
  world.work();
  EXPECT_TRUE(is_answered);
  EXPECT_EQ(store::find_object_bytes(*world.engine->view(), sha256(bytes))->value(), "hello");
}

TEST(Engine, a_forecast_tells_hits_misses_and_what_depends_on_them) {
  World world;
  ASSERT_TRUE(world.start());
  auto prepared = engine::prepare(chain(), {});
  auto before = engine::make_forecast(*prepared, {}, *world.engine->view(), world.clock.now(), {});
  EXPECT_EQ(before.will_run, 1u);
  EXPECT_EQ(before.unknown, 1u);
  EXPECT_FALSE(before.entries.at(0).was_ever_run);
  world.submit(chain());
  world.finish();
  auto after = engine::make_forecast(*prepared, {}, *world.engine->view(), world.clock.now(), {});
  EXPECT_EQ(after.will_hit, 2u);
  EXPECT_EQ(after.will_run + after.unknown, 0u);
}

TEST(Engine, a_forecast_over_a_million_items_is_quick) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(range(1'000'000), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  World world;
  ASSERT_TRUE(world.start());
  auto prepared = engine::prepare(b.build(), {});
  SystemClock clock;
  Duration begin = clock.steady();
  auto forecast = engine::make_forecast(*prepared, {}, *world.engine->view(), clock.now(), {});
  Duration took = clock.steady() - begin;
  EXPECT_EQ(forecast.will_run, 1'000'000u);
  EXPECT_TRUE(forecast.is_truncated);
  RecordProperty("ms", static_cast<int>(took.count() / 1000));
  EXPECT_LT(took, std::chrono::seconds(20)) << "far over what any machine should take";
}

}  // namespace
}  // namespace mlp::test
