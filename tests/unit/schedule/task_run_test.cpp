// SPDX-License-Identifier: Apache-2.0
//
// What a task run goes through: hits, equal keys, retries and waits, cancel, restarts, forecasts.
#include <gmock/gmock.h>

#include "runtime/schedule/retry.h"
#include "runtime/schedule/task_machine.h"
#include "tests/unit/schedule/harness.h"

namespace mlp::test {
namespace {

using model::TaskRunState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Expression out(StatementId call) {
  return field(ref(call), "out");
}

plan::RetryRule retry(plan::RetryClass retry_class, std::uint32_t tries) {
  plan::RetryRule rule;
  rule.classes = {retry_class};
  rule.tries = tries;
  return rule;
}

std::shared_ptr<const plan::Plan> one_task(
    const std::function<void(plan::TaskDefinition&)>& change) {
  PlanBuilder b;
  change(b.define("t", {"x"}));
  b.result(out(b.call("t", {number(1)})));
  return b.build();
}

TEST(TaskRun, no_final_state_is_ever_left) {
  for (int from = 1; from <= 9; ++from) {
    for (int to = 1; to <= 9; ++to) {
      auto state = static_cast<TaskRunState>(from);
      if (!model::is_final(state)) continue;
      EXPECT_FALSE(schedule::may_change(state, static_cast<TaskRunState>(to)));
    }
  }
}

TEST(TaskRun, a_known_key_is_a_hit_and_nothing_starts) {
  auto plan = one_task([](auto&) {});
  Harness h;
  h.add(plan);
  h.run_all();
  h.started.clear();
  h.add(plan);
  EXPECT_THAT(h.started, IsEmpty());
  EXPECT_EQ(h.state_of("2/t"), "done hit");
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.result(), "2");
}

TEST(TaskRun, a_task_without_cache_is_never_looked_up) {
  auto plan = one_task([](auto& definition) { definition.is_cached = false; });
  Harness h;
  h.add(plan);
  h.run_all();
  h.add(plan);
  h.run_all();
  EXPECT_EQ(h.look_ups, 0u);
  EXPECT_EQ(h.state_of("2/t"), "done ran");
}

TEST(TaskRun, equal_keys_in_flight_run_once) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(numbers({7, 7, 7}), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  Harness h(8);
  h.add(b.build());
  EXPECT_THAT(h.running_names(), ElementsAre("t[0]"));
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[0]"));
  EXPECT_EQ(h.state_of("t[0]"), "done ran");
  EXPECT_EQ(h.state_of("t[2]"), "done hit");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, the_first_waiter_takes_over_with_its_own_budget_when_the_first_fails) {
  PlanBuilder b;
  b.define("t", {"x"});
  ForOptions options;
  options.tolerate = 1;
  b.for_each(
      numbers({7, 7, 7}), [&](StatementId x) { return out(b.call("t", {ref(x)})); }, options);
  Harness h(8);
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "t[0]" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]"));
  EXPECT_EQ(h.state_of("t[0]"), "failed: exit 1");
  EXPECT_EQ(h.state_of("t[1]"), "done ran");
  EXPECT_EQ(h.state_of("t[2]"), "done hit");
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, a_waiter_takes_over_when_the_run_of_the_first_is_cancelled) {
  auto plan = one_task([](auto&) {});
  Harness h(2);
  h.add(plan);
  h.add(plan);
  EXPECT_THAT(h.running_names(), ElementsAre("t"));
  h.feed(schedule::CancelAsked{model::RunId(1)});
  EXPECT_THAT(h.killed, ElementsAre("t"));
  h.end("t", EndReason::kCancelled);
  EXPECT_EQ(h.state_of("t"), "cancelled");
  EXPECT_THAT(h.running_names(), ElementsAre("2/t"));
  h.run_all();
  EXPECT_EQ(h.state_of("2/t"), "done ran");
  EXPECT_THAT(h.violations, IsEmpty());
}

// Two runs after one that ran: the first of them is cancelled while it waits for the answer about
// its key, and the other leads.
void cancel_who_asked(Harness& h, const std::shared_ptr<const plan::Plan>& plan) {
  h.add(plan);
  h.run_all();
  h.started.clear();
  h.holds_look_ups = true;
  h.add(plan);
  h.add(plan);
  h.feed(schedule::CancelAsked{model::RunId(2)});
}

TEST(TaskRun, the_answer_about_a_key_is_for_whoever_leads_when_it_comes) {
  auto plan = one_task([](auto&) {});
  Harness h(2);
  cancel_who_asked(h, plan);
  EXPECT_THAT(h.started, IsEmpty()) << "nobody knows yet that it has to run";
  h.feed(h.held_look_ups.at(0));
  EXPECT_EQ(h.state_of("3/t"), "done hit");
  EXPECT_THAT(h.started, IsEmpty());
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, the_answer_about_a_key_outlives_several_leaders_that_are_cancelled) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(numbers({7, 7, 7}), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  auto plan = b.build();
  Harness h(8);
  cancel_who_asked(h, plan);
  EXPECT_THAT(h.started, IsEmpty());
  h.feed(h.held_look_ups.at(0));
  EXPECT_EQ(h.state_of("3/t[2]"), "done hit");
  EXPECT_THAT(h.started, IsEmpty());
}

TEST(TaskRun, a_waiter_runs_when_the_key_of_one_that_was_cancelled_is_found_missing) {
  auto plan = one_task([](auto&) {});
  Harness h(2);
  h.holds_look_ups = true;
  h.add(plan);
  h.add(plan);
  h.feed(schedule::CancelAsked{model::RunId(1)});
  h.feed(h.held_look_ups.at(0));
  EXPECT_THAT(h.running_names(), ElementsAre("2/t"));
  h.run_all();
  EXPECT_EQ(h.state_of("2/t"), "done ran");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, retries_are_counted_by_rule_and_the_last_failure_is_told) {
  auto plan = one_task([](auto& definition) {
    definition.retry = {retry(plan::RetryClass::kError, 2), retry(plan::RetryClass::kTimeout, 1)};
  });
  Harness h;
  h.add(plan);
  h.run_all([](const auto&, std::uint32_t number) {
    return number == 2 ? EndReason::kTimeout : EndReason::kExit;
  });
  EXPECT_EQ(h.started.size(), 4u);
  EXPECT_EQ(h.records["t"].failures, 4u);
  EXPECT_EQ(h.records["t"].tries_by_rule, (std::vector<std::uint32_t>{2, 1, 0}));
  EXPECT_EQ(h.state_of("t"), "failed: exit 1");
}

TEST(TaskRun, an_error_is_not_tried_again_unless_asked_and_a_loss_five_times) {
  auto plan = one_task([](auto&) {});
  Harness error;
  error.add(plan);
  error.run_all([](const auto&, auto) { return EndReason::kExit; });
  EXPECT_EQ(error.started.size(), 1u);
  Harness lost;
  lost.add(plan);
  lost.run_all([](const auto&, auto) { return EndReason::kLost; });
  EXPECT_EQ(lost.started.size(), 1u + schedule::kLostTries);
}

TEST(TaskRun, retry_0_on_lost_makes_at_most_once) {
  auto plan =
      one_task([](auto& definition) { definition.retry = {retry(plan::RetryClass::kLost, 0)}; });
  Harness h;
  h.add(plan);
  h.run_all([](const auto&, auto) { return EndReason::kLost; });
  EXPECT_EQ(h.started.size(), 1u);
  EXPECT_EQ(h.state_of("t"), "failed: lost");
}

TEST(TaskRun, a_rule_for_one_exit_code_says_nothing_of_others) {
  auto plan = one_task([](auto& definition) {
    plan::RetryRule rule = retry(plan::RetryClass::kError, 3);
    rule.exit_codes = {75};
    definition.retry = {rule};
  });
  Harness h;
  h.add(plan);
  h.end("t", EndReason::kExit, 75);
  EXPECT_EQ(h.started.size(), 2u);
  h.end("t", EndReason::kExit, 1);
  EXPECT_EQ(h.state_of("t"), "failed: exit 1");
}

TEST(TaskRun, waits_double_with_chance_up_to_the_most) {
  auto plan = one_task([](auto& definition) {
    plan::RetryRule rule = retry(plan::RetryClass::kError, 5);
    rule.backoff_from = seconds(10);
    rule.backoff_to = seconds(60);
    definition.retry = {rule};
  });
  Harness h;
  h.add(plan);
  std::vector<double> waits;
  for (int i = 0; i < 5; ++i) {
    h.end("t", EndReason::kExit, 1);
    EXPECT_EQ(h.state_of("t"), "backoff");
    Duration wait = *h.scheduler.next_due() - h.steady;
    waits.push_back(static_cast<double>(wait.count()) / 1e6);
    EXPECT_EQ(h.records["t"].due, h.wall + wait);
    h.advance(wait - Duration(1));
    EXPECT_THAT(h.running, IsEmpty());
    h.advance(Duration(1));
    EXPECT_EQ(h.running.size(), 1u);
  }
  std::vector<double> least{10, 20, 40, 60, 60};
  for (std::size_t i = 0; i < least.size(); ++i) {
    EXPECT_GE(waits[i], least[i]);
    EXPECT_LE(waits[i], least[i] * 1.25);
  }
  EXPECT_NE(waits[3], waits[4]) << "no chance in it";
}

TEST(TaskRun, resources_are_computed_for_each_attempt) {
  auto plan = one_task([](auto& definition) {
    definition.retry = {retry(plan::RetryClass::kError, 1)};
    Expression attempt;
    attempt.kind = ExpressionKind::kAttempt;
    definition.cpus = attempt;
    Expression timeout = binary(plan::Operator::kMultiply, seconds(10), attempt);
    definition.timeout = timeout;
  });
  Harness h(8);
  h.add(plan);
  EXPECT_EQ(h.running["t"].cpus, 1);
  EXPECT_EQ(h.running["t"].timeout, std::chrono::seconds(10));
  h.end("t", EndReason::kExit, 1);
  EXPECT_EQ(h.running["t"].cpus, 2);
  EXPECT_EQ(h.running["t"].timeout, std::chrono::seconds(20));
}

TEST(TaskRun, one_that_asks_for_more_cpus_than_there_are_runs_alone) {
  PlanBuilder b;
  b.define("big", {"x"}).cpus = number(64);
  b.define("small", {"x"});
  b.call("small", {number(1)});
  b.call("big", {number(1)});
  b.call("small", {number(2)});
  Harness h(2);
  h.add(b.build());
  EXPECT_THAT(h.running_names(), ElementsAre("small"));
  h.end("small");
  EXPECT_THAT(h.running_names(), ElementsAre("big"));
  h.end("big");
  EXPECT_THAT(h.running_names(), ElementsAre("small.2"));
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, while_attempts_are_quick_some_are_granted_ahead_and_long_ones_end_that) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(range(200), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  Harness h(2);
  h.add(b.build());
  auto end_with = [&h](Duration took) {
    schedule::Start start = h.running.begin()->second;
    h.running.erase(h.running.begin());
    schedule::AttemptEnded ended;
    ended.id = start.id;
    ended.outcome.reason = EndReason::kSucceeded;
    ended.outputs.push_back({"out", Value::of_int(1), {}, 0});
    ended.took = took;
    h.feed(std::move(ended));
  };
  EXPECT_EQ(h.running.size(), 2u);
  for (int i = 0; i < 40; ++i) end_with(std::chrono::milliseconds(3));
  EXPECT_EQ(h.running.size(), 4u) << "two run, two wait in the executor";
  for (int i = 0; i < 3; ++i) end_with(std::chrono::seconds(1));
  EXPECT_EQ(h.running.size(), 2u);
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, nothing_starts_while_paused_and_ends_are_taken) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(numbers({1, 2}), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  Harness h(1);
  h.add(b.build());
  h.feed(schedule::Paused{true});
  h.end("t[0]");
  EXPECT_EQ(h.state_of("t[0]"), "done ran");
  EXPECT_THAT(h.running, IsEmpty());
  h.feed(schedule::Paused{false});
  EXPECT_THAT(h.running_names(), ElementsAre("t[1]"));
}

TEST(TaskRun, cancel_ends_all_that_waits_and_the_run_with_the_last_live_attempt) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.define("u", {"x"});
  auto fan = b.for_each(range(5'000), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  b.call("u", {call_function(plan::Function::kCount, {ref(fan)})});
  Harness h(2);
  h.add(b.build());
  h.feed(schedule::CancelAsked{model::RunId(1)});
  EXPECT_THAT(h.killed, UnorderedElementsAre("t[0]", "t[1]"));
  EXPECT_EQ(h.state_of("t[5]"), "cancelled");
  EXPECT_EQ(h.state_of("u"), "cancelled");
  EXPECT_EQ(h.run_state(), "running");
  h.end("t[0]", EndReason::kCancelled);
  h.end("t[1]");
  EXPECT_EQ(h.state_of("t[1]"), "done ran") << "it ended by itself meanwhile";
  EXPECT_EQ(h.run_state(), "cancelled");
  auto counts = h.scheduler.take_changed_counts();
  std::uint64_t cancelled = 0;
  for (const auto& changed : counts) {
    if (changed.task.value == 1) cancelled = changed.counts.cancelled;
  }
  EXPECT_EQ(cancelled, 4'999u) << "items that were not expanded as well";
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(TaskRun, cancel_ends_back_offs_too) {
  auto plan = one_task([](auto& definition) {
    plan::RetryRule rule = retry(plan::RetryClass::kError, 5);
    rule.backoff_from = seconds(100);
    definition.retry = {rule};
  });
  Harness h;
  h.add(plan);
  h.end("t", EndReason::kExit, 1);
  h.feed(schedule::CancelAsked{model::RunId(1)});
  EXPECT_EQ(h.state_of("t"), "cancelled");
  EXPECT_EQ(h.run_state(), "cancelled");
  EXPECT_FALSE(h.scheduler.next_due());
}

TEST(TaskRun, a_late_or_doubled_end_changes_nothing) {
  auto plan =
      one_task([](auto& definition) { definition.retry = {retry(plan::RetryClass::kLost, 1)}; });
  Harness h;
  h.add(plan);
  schedule::Start first = h.running.at("t");
  h.end("t", EndReason::kLost);
  ASSERT_EQ(h.running.size(), 1u);
  h.end_attempt(first, EndReason::kExit, 1, {});
  EXPECT_EQ(h.state_of("t"), "running");
  h.run_all();
  EXPECT_EQ(h.state_of("t"), "done ran");
}

TEST(Forecast, hits_go_on_with_their_outputs_and_misses_leave_the_rest_unknown) {
  PlanBuilder b;
  b.define("a", {"x"});
  b.define("b", {"x"});
  b.define("c", {"x"});
  auto a = b.call("a", {number(1)});
  auto second = b.call("b", {out(a)});
  b.call("c", {out(second)});
  auto fan = b.for_each(call_function(plan::Function::kRange, {out(second)}),
                        [&](StatementId x) { return out(b.call("c", {ref(x)})); });
  (void)fan;
  auto plan = b.build();
  Harness earlier;
  earlier.add(plan);
  earlier.end("a");
  Harness h;
  h.cache = earlier.cache;
  h.is_forecast = true;
  h.add(plan);
  std::map<std::string, std::uint64_t> expected{
      {"b would run", 1}, {"c unknown until 2", 1}, {"c.2 unknown until 2", 1}};
  EXPECT_EQ(h.would_run, expected);
  EXPECT_EQ(h.run_state(), "succeeded");
}

}  // namespace
}  // namespace mlp::test
