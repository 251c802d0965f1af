// SPDX-License-Identifier: Apache-2.0
//
// Runs that are taken up again: attempts that lived on, and what was recorded of their task runs.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/schedule/harness.h"

namespace mlp::test {
namespace {

using model::TaskRunState;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr model::AttemptId kLivedOn{99};

Expression out(StatementId call) {
  return field(ref(call), "out");
}

model::TaskRun recorded(std::uint32_t task, model::Items items, TaskRunState state) {
  model::TaskRun record;
  record.id = {model::RunId(1), plan::TaskId(task), std::move(items)};
  record.state = state;
  if (state == TaskRunState::kRunning) record.attempts = {kLivedOn};
  return record;
}

schedule::RunSpec with_records(std::vector<model::TaskRun> records) {
  schedule::RunSpec spec;
  spec.known = [records = std::move(records)](const model::TaskRunId& id) {
    auto found = std::find_if(records.begin(), records.end(),
                              [&](const model::TaskRun& record) { return record.id == id; });
    return found == records.end() ? std::nullopt : std::optional(*found);
  };
  return spec;
}

// Calls `t` for each number, one at a time.
std::shared_ptr<const plan::Plan> one_by_one(const std::vector<std::int64_t>& list,
                                             bool is_cached,
                                             std::vector<plan::RetryRule> retry = {}) {
  PlanBuilder b;
  plan::TaskDefinition& definition = b.define("t", {"x"});
  definition.is_cached = is_cached;
  definition.retry = std::move(retry);
  ForOptions options;
  options.limit = 1;
  auto each = b.for_each(
      numbers(list), [&](StatementId x) { return out(b.call("t", {ref(x)})); }, options);
  b.result(ref(each));
  return b.build();
}

schedule::AttemptEnded end_of_it(EndReason reason) {
  schedule::AttemptEnded ended;
  ended.id = kLivedOn;
  ended.outcome.reason = reason;
  if (reason == EndReason::kSucceeded) ended.outputs = {{"out", Value::of_int(7), {}, 0}};
  return ended;
}

// The attempt of the last item lived on, which only comes when all others have run.
void take_up(Harness& h, std::shared_ptr<const plan::Plan> plan, const Digest& key) {
  model::TaskRun record = recorded(1, {2}, TaskRunState::kRunning);
  record.key = key;
  h.feed(schedule::AttemptsAdopted{{{kLivedOn, record.id, 1, key}}});
  h.take_up(std::move(plan), {}, with_records({record}));
}

TEST(Restart, an_attempt_that_ends_before_its_task_run_is_met_gives_its_cpus_to_others) {
  Harness h(1);
  take_up(h, one_by_one({1, 2, 3}, false), {});
  EXPECT_THAT(h.started, IsEmpty());
  h.feed(end_of_it(EndReason::kSucceeded));
  EXPECT_EQ(h.state_of("t[2]"), "done ran");
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]"));
  EXPECT_EQ(h.result(), "[2,4,7]");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Restart, one_that_failed_so_is_tried_again_when_its_task_run_is_met) {
  Harness h(1);
  take_up(h, one_by_one({1, 2, 3}, false), {});
  h.feed(end_of_it(EndReason::kLost));
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]", "t[2]"));
  EXPECT_EQ(h.result(), "[2,4,6]");
  EXPECT_THAT(h.violations, IsEmpty());
}

// With one at a time the replay meets the last, which is recorded, when the others have run.
TEST(Restart, what_was_counted_stands_until_the_replay_has_met_as_much) {
  Harness h;
  model::TaskRun record = recorded(1, {2}, TaskRunState::kDone);
  record.outputs = {{"out", Value::of_int(7), {}, 0}};
  schedule::RunSpec spec = with_records({record});
  spec.counted.resize(1);
  spec.counted[0].total = 3;
  spec.counted[0].ran = 1;
  h.take_up(one_by_one({1, 2, 3}, false), {}, std::move(spec));
  EXPECT_THAT(h.scheduler.take_changed_counts(), IsEmpty());
  h.run_all();
  const auto counts = h.scheduler.take_changed_counts();
  ASSERT_FALSE(counts.empty());
  EXPECT_EQ(counts.back().counts.ran, 3u);
}

TEST(Restart, who_waits_for_the_key_of_one_that_ended_so_is_a_hit) {
  Harness h(1);
  take_up(h, one_by_one({5, 6, 5}, true), sha256("t|5"));
  EXPECT_THAT(h.started, IsEmpty());
  h.feed(end_of_it(EndReason::kSucceeded));
  EXPECT_EQ(h.state_of("t[0]"), "done hit");
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[1]"));
  EXPECT_EQ(h.result(), "[7,12,7]");
}

TEST(Restart, who_waits_for_the_key_of_one_that_failed_so_takes_over) {
  Harness h(1);
  take_up(h, one_by_one({5, 6, 5}, true), sha256("t|5"));
  h.feed(end_of_it(EndReason::kLost));
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]"));
  EXPECT_EQ(h.result(), "[10,12,10]");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Restart, one_that_failed_so_is_recorded_before_who_takes_its_key_over_starts) {
  Harness h(1);
  take_up(h, one_by_one({5, 6, 5}, true), sha256("t|5"));
  h.feed(end_of_it(EndReason::kLost));
  EXPECT_THAT(h.running_names(), ElementsAre("t[0]"));
  EXPECT_EQ(h.state_of("t[2]"), "backoff");
  EXPECT_EQ(h.records["t[2]"].failures, 1u);
  EXPECT_EQ(h.records["t[2]"].due, h.wall);
  EXPECT_EQ(h.scheduler.live_attempts(), 1u);
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Restart, one_that_failed_so_without_a_try_left_has_failed_at_once) {
  Harness h(1);
  take_up(h, one_by_one({5, 6, 5}, true), sha256("t|5"));
  h.feed(end_of_it(EndReason::kTimeout));
  EXPECT_EQ(h.state_of("t[2]"), "failed: timed out");
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]"));
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Restart, one_that_failed_so_waits_as_its_inputs_say_when_it_is_met) {
  Expression x;
  x.kind = plan::ExpressionKind::kInput;
  plan::RetryRule rule;
  rule.classes = {plan::RetryClass::kLost};
  rule.tries = 1;
  rule.backoff_from = binary(plan::Operator::kMultiply, seconds(10), x);
  Harness h(1);
  take_up(h, one_by_one({1, 2, 3}, false, {rule}), {});
  h.feed(end_of_it(EndReason::kLost));
  EXPECT_EQ(h.records["t[2]"].due, h.wall);
  h.end("t[0]");
  h.end("t[1]");
  EXPECT_EQ(h.state_of("t[2]"), "backoff");
  EXPECT_GE(h.records["t[2]"].due, h.wall + std::chrono::seconds(30));
  h.run_all([](const auto&, auto) { return EndReason::kLost; });
  EXPECT_EQ(h.state_of("t[2]"), "failed: lost");
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]", "t[2]"));
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Restart, one_that_failed_so_is_not_tried_again_in_a_run_cancelled_since) {
  Harness h(1);
  take_up(h, one_by_one({5, 6, 5}, true), sha256("t|5"));
  h.feed(end_of_it(EndReason::kLost));
  h.feed(schedule::CancelAsked{model::RunId(1)});
  EXPECT_THAT(h.killed, ElementsAre("t[0]"));
  h.end("t[0]", EndReason::kCancelled);
  EXPECT_EQ(h.state_of("t[2]"), "cancelled");
  EXPECT_EQ(h.run_state(), "cancelled");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Restart, in_a_run_to_be_cancelled_nothing_starts_and_nothing_is_taken_for_skipped) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.define("u", {"x"});
  b.define("v", {"x"});
  b.call("u", {out(b.call("t", {number(1)}))});
  b.call("v", {number(2)});
  Harness h;
  schedule::RunSpec spec = with_records({recorded(1, {}, TaskRunState::kCancelled)});
  spec.is_cancel_asked = true;
  h.take_up(b.build(), {}, std::move(spec));
  EXPECT_THAT(h.started, IsEmpty());
  EXPECT_EQ(h.state_of("u"), "cancelled");
  EXPECT_EQ(h.state_of("v"), "cancelled");
  EXPECT_EQ(h.run_state(), "cancelled");
}

// Items that were done come behind others now: `limit` holds them back.
TEST(Restart, a_run_cancelled_since_knows_what_was_recorded_and_not_met_yet) {
  Harness h(1);
  h.take_up(one_by_one({1, 2, 3}, false), {},
            with_records({recorded(1, {1}, TaskRunState::kFailed),
                          recorded(1, {2}, TaskRunState::kBackoff)}));
  ASSERT_EQ(h.running_names().size(), 1u);
  h.feed(schedule::CancelAsked{model::RunId(1)});
  EXPECT_EQ(h.run_state(), "running");
  h.end("t[0]", EndReason::kCancelled);
  EXPECT_EQ(h.run_state(), "cancelled");
  EXPECT_EQ(h.state_of("t[2]"), "cancelled");
  for (const auto& changed : h.scheduler.take_changed_counts()) {
    EXPECT_EQ(changed.counts.failed, 1u);
    EXPECT_EQ(changed.counts.cancelled, 2u);
  }
}

TEST(Restart, a_run_to_be_cancelled_ends_with_its_last_live_attempt_and_knows_what_was_recorded) {
  Harness h(1);
  model::TaskRun record = recorded(1, {2}, TaskRunState::kRunning);
  h.feed(schedule::AttemptsAdopted{{{kLivedOn, record.id, 1, {}}}});
  schedule::RunSpec spec = with_records({recorded(1, {1}, TaskRunState::kBackoff), record});
  spec.is_cancel_asked = true;
  h.take_up(one_by_one({1, 2, 3}, false), {}, std::move(spec));
  EXPECT_THAT(h.killed, ElementsAre("attempt 99"));
  EXPECT_EQ(h.state_of("t[0]"), "cancelled");
  EXPECT_EQ(h.state_of("t[1]"), "cancelled");
  EXPECT_EQ(h.run_state(), "running");
  h.feed(schedule::CancelAsked{model::RunId(1)});
  h.feed(end_of_it(EndReason::kCancelled));
  EXPECT_EQ(h.state_of("t[2]"), "cancelled");
  EXPECT_EQ(h.run_state(), "cancelled");
  EXPECT_THAT(h.started, IsEmpty());
}

}  // namespace
}  // namespace mlp::test
