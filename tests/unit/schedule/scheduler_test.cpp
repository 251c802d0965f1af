// SPDX-License-Identifier: Apache-2.0
//
// Small plans carried out with scripted attempts: order, values, `for`, `if`, gates, ends.
#include <gmock/gmock.h>

#include "tests/unit/schedule/harness.h"

namespace mlp::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Expression out(StatementId call) {
  return field(ref(call), "out");
}

TEST(Scheduler, a_chain_runs_one_after_the_other_and_its_values_flow) {
  PlanBuilder b;
  b.define("double", {"x"});
  auto first = b.call("double", {number(3)});
  auto second = b.call("double", {out(first)});
  b.result(out(second));
  Harness h;
  h.add(b.build());
  EXPECT_THAT(h.started, ElementsAre("double"));
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("double", "double.2"));
  EXPECT_EQ(h.result(), "12");
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.state_of("double.2"), "done ran");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Scheduler, a_fan_out_runs_as_many_at_once_as_there_are_cores_and_fans_in) {
  PlanBuilder b;
  b.define("double", {"x"});
  b.define("last", {"x"});
  auto fan = b.for_each(numbers({1, 2, 3, 4, 5}),
                        [&](StatementId x) { return out(b.call("double", {ref(x)})); });
  auto sum = b.call("last", {call_function(plan::Function::kSum, {ref(fan)})});
  b.result(out(sum));
  Harness h(2);
  h.add(b.build());
  h.run_all();
  EXPECT_THAT(h.started,
              ElementsAre("double[0]", "double[1]", "double[2]", "double[3]", "double[4]", "last"));
  EXPECT_EQ(h.most_running, 2u);
  EXPECT_EQ(h.result(), "60");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Scheduler, items_flow_on_one_by_one_without_a_barrier) {
  PlanBuilder b;
  b.define("a", {"x"});
  b.define("b", {"x"});
  auto as =
      b.for_each(numbers({1, 2, 3}), [&](StatementId x) { return out(b.call("a", {ref(x)})); });
  ForOptions options;
  options.stream = as;
  auto bs = b.for_each(ref(as), [&](StatementId x) { return out(b.call("b", {ref(x)})); }, options);
  b.result(ref(bs));
  Harness h(3);
  h.add(b.build());
  h.end("a[1]", EndReason::kSucceeded, 0, Value::of_int(20));
  EXPECT_THAT(h.running_names(), UnorderedElementsAre("a[0]", "a[2]", "b[1]"));
  h.run_all();
  EXPECT_EQ(h.result(), "[4,40,12]");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Scheduler, a_failed_item_of_a_streamed_list_skips_only_what_needs_it) {
  PlanBuilder b;
  b.define("a", {"x"});
  b.define("b", {"x"});
  b.define("c", {"x"});
  auto as = b.for_each(numbers({1, 2}), [&](StatementId x) { return out(b.call("a", {ref(x)})); });
  ForOptions on_a;
  on_a.stream = as;
  auto bs = b.for_each(ref(as), [&](StatementId x) { return out(b.call("b", {ref(x)})); }, on_a);
  ForOptions on_b;
  on_b.stream = bs;
  b.for_each(ref(bs), [&](StatementId x) { return out(b.call("c", {ref(x)})); }, on_b);
  Harness h;
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "a[0]" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.state_of("a[0]"), "failed: exit 1");
  EXPECT_EQ(h.state_of("b[0]"), "skipped: the item it needs failed");
  EXPECT_EQ(h.state_of("c[0]"), "skipped: the item it needs failed");
  EXPECT_EQ(h.state_of("c[1]"), "done ran");
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_EQ(h.ended[0].error, "a[0] failed: exit 1 (1 of 2 items failed)");
  EXPECT_THAT(h.violations, IsEmpty());
}

// Whether it begins before or after that list is known to have failed.
TEST(Scheduler, the_items_of_a_list_that_failed_flow_on_however_late_they_are_taken) {
  PlanBuilder b;
  for (const char* name : {"a", "b", "slow"}) b.define(name, {"x"});
  auto slow = b.call("slow", {number(1)});
  auto first =
      b.for_each(numbers({1, 2}), [&](StatementId x) { return out(b.call("a", {ref(x)})); });
  ForOptions stream;
  stream.stream = first;
  auto second =
      b.for_each(ref(first), [&](StatementId x) { return out(b.call("b", {ref(x)})); }, stream);
  b.limit(second, out(slow));
  Harness h(4);
  h.add(b.build());
  h.end("a[0]");
  h.end("a[1]", EndReason::kExit, 1);
  h.end("slow");
  EXPECT_THAT(h.running_names(), ElementsAre("b[0]"));
  EXPECT_EQ(h.state_of("b[1]"), "skipped: the item it needs failed");
  h.end("b[0]");
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_TRUE(h.violations.empty());
}

TEST(Scheduler, a_list_known_only_at_run_time_fans_out) {
  PlanBuilder b;
  b.define("count", {"x"});
  b.define("use", {"x"});
  auto count = b.call("count", {number(2)});
  auto fan = b.for_each(call_function(plan::Function::kRange, {out(count)}),
                        [&](StatementId x) { return out(b.call("use", {ref(x)})); });
  b.result(ref(fan));
  Harness h(8);
  h.add(b.build());
  h.run_all();
  EXPECT_EQ(h.result(), "[0,2,4,6]");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Scheduler, a_product_of_lists_is_flat_and_the_last_varies_fastest) {
  PlanBuilder b;
  std::vector<Expression> lists;
  lists.push_back(numbers({10, 20}));
  lists.push_back(numbers({1, 2, 3}));
  auto sums = b.for_product(std::move(lists), [&](const std::vector<StatementId>& items) {
    return binary(plan::Operator::kAdd, ref(items[0]), ref(items[1]));
  });
  b.result(ref(sums));
  Harness h;
  h.add(b.build());
  EXPECT_EQ(h.result(), "[11,12,13,21,22,23]");
}

TEST(Scheduler, nested_fors_number_their_task_runs_by_both_items) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto outer = b.for_each(numbers({1, 2}), [&](StatementId x) {
    auto inner = b.for_each(numbers({10, 20}), [&](StatementId y) {
      return out(b.call("t", {binary(plan::Operator::kAdd, ref(x), ref(y))}));
    });
    return ref(inner);
  });
  b.result(ref(outer));
  Harness h(1);
  h.add(b.build());
  h.run_all();
  EXPECT_THAT(h.started, UnorderedElementsAre("t[0][0]", "t[0][1]", "t[1][0]", "t[1][1]"));
  EXPECT_EQ(h.result(), "[[22,42],[24,44]]");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Scheduler, limit_bounds_the_items_that_run_at_once) {
  PlanBuilder b;
  b.define("t", {"x"});
  ForOptions options;
  options.limit = 2;
  b.for_each(range(6), [&](StatementId x) { return out(b.call("t", {ref(x)})); }, options);
  Harness h(8);
  h.add(b.build());
  EXPECT_EQ(h.running.size(), 2u);
  h.run_all();
  EXPECT_EQ(h.started.size(), 6u);
  EXPECT_EQ(h.most_running, 2u);
}

TEST(Scheduler, a_limit_below_one_is_told_with_its_place) {
  PlanBuilder b;
  b.define("t", {"x"});
  ForOptions options;
  options.limit = -1;
  b.for_each(range(6), [&](StatementId x) { return out(b.call("t", {ref(x)})); }, options);
  Harness h;
  h.add(b.build());
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_EQ(h.ended[0].error, "p.mlp:1:3: `limit` must be at least 1, is -1");
}

TEST(Scheduler, only_the_taken_arm_runs_and_the_other_is_recorded_as_skipped) {
  PlanBuilder b;
  b.define("yes", {"x"});
  b.define("no", {"x"});
  auto chosen = b.if_else(
      truth(true), [&] { return out(b.call("yes", {number(5)})); },
      [&] { return out(b.call("no", {number(6)})); });
  b.result(ref(chosen));
  Harness h;
  h.add(b.build());
  h.run_all();
  EXPECT_EQ(h.result(), "10");
  EXPECT_EQ(h.state_of("no"), "skipped: the condition was true");
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Scheduler, an_if_without_else_is_null_when_its_condition_is_false) {
  PlanBuilder b;
  b.define("yes", {"x"});
  auto chosen = b.if_else(truth(false), [&] { return out(b.call("yes", {number(5)})); });
  b.result(ref(chosen));
  Harness h;
  h.add(b.build());
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.result(), "null");
}

TEST(Scheduler, what_stands_below_a_gate_waits_for_it_and_is_skipped_when_it_fails) {
  PlanBuilder b;
  b.define("score", {"x"});
  b.define("ship", {"x"});
  auto score = b.call("score", {number(1)});
  b.check(binary(plan::Operator::kGreater, out(score), number(1)), "too low");
  b.call("ship", {number(9)});
  auto plan = b.build();
  Harness passes;
  passes.add(plan);
  EXPECT_THAT(passes.running_names(), ElementsAre("score"));
  passes.run_all();
  EXPECT_EQ(passes.state_of("ship"), "done ran");
  Harness fails;
  fails.add(plan);
  fails.end("score", EndReason::kSucceeded, 0, Value::of_int(0));
  EXPECT_EQ(fails.state_of("ship"), "skipped: the check at p.mlp:2:3 did not pass");
  EXPECT_EQ(fails.run_state(), "failed");
  EXPECT_EQ(fails.ended[0].error, "p.mlp:2:3: check failed: too low");
}

TEST(Scheduler, after_waits_without_taking_a_value) {
  PlanBuilder b;
  b.define("a", {"x"});
  b.define("b", {"x"});
  auto a = b.call("a", {number(1)});
  b.call("b", {number(2)}, {a});
  Harness h;
  h.add(b.build());
  EXPECT_THAT(h.running_names(), ElementsAre("a"));
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("a", "b"));
}

TEST(Scheduler, an_expression_that_cannot_be_computed_fails_with_its_place) {
  PlanBuilder b;
  auto zero = b.let("zero", number(0));
  Expression division = call_function(plan::Function::kDiv, {number(1), ref(zero)});
  division.place = {0, 41, 9};
  b.let("broken", std::move(division));
  Harness h;
  h.add(b.build());
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_THAT(h.ended[0].error, testing::StartsWith("p.mlp:41:9: "));
}

TEST(Scheduler, parameters_are_read_from_the_arguments) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto x = b.parameter("x");
  b.result(out(b.call("t", {ref(x)})));
  Harness h;
  h.add(b.build(), {{x, Value::of_int(21)}});
  h.run_all();
  EXPECT_EQ(h.result(), "42");
}

TEST(Scheduler, long_expressions_are_left_to_a_helper) {
  PlanBuilder b;
  b.result(call_function(plan::Function::kSum, {range(100'000)}));
  Harness h;
  h.add(b.build());
  EXPECT_EQ(h.result(), "4999950000");
}

TEST(Scheduler, counts_know_items_that_were_not_expanded) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(range(100'000), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  Harness h(2);
  h.is_large = true;
  h.add(b.build());
  auto counts = h.scheduler.take_changed_counts();
  ASSERT_FALSE(counts.empty());
  EXPECT_EQ(counts.back().counts.total, 100'000u);
  EXPECT_TRUE(counts.back().counts.is_total_known);
  EXPECT_EQ(counts.back().counts.running, 2u);
  EXPECT_EQ(counts.back().counts.queued, 1'000u);
  EXPECT_EQ(h.scheduler.core().runs.begin()->second->frames.size(), 1'003u);
}

TEST(Scheduler, a_hundred_thousand_items_run_with_a_thousand_frames) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto fan = b.for_each(range(100'000), [&](StatementId x) { return out(b.call("t", {ref(x)})); });
  b.result(call_function(plan::Function::kSum, {ref(fan)}));
  Harness h(2);
  h.is_large = true;
  h.add(b.build());
  h.run_all();
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.result(), "9999900000");
}

TEST(Scheduler, a_value_taken_at_submit_may_stand_below_a_gate) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto t = b.call("t", {number(1)});
  b.check(binary(plan::Operator::kGreater, out(t), number(0)), "positive");
  auto file = b.let("file", number(3));
  b.at(file).is_submit = true;
  b.result(ref(file));
  Harness h;
  h.add(b.build(), {{file, Value::of_int(8)}});
  h.run_all();
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.result(), "8");
}

TEST(Scheduler, runs_take_turns) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto x = b.parameter("x");
  b.for_each(range(3), [&](StatementId i) {
    return out(b.call("t", {binary(plan::Operator::kAdd, ref(x), ref(i))}));
  });
  auto plan = b.build();
  Harness h(1);
  h.add(plan, {{x, Value::of_int(10)}});
  h.add(plan, {{x, Value::of_int(20)}});
  h.run_all();
  EXPECT_THAT(h.started, ElementsAre("t[0]", "t[1]", "2/t[0]", "t[2]", "2/t[1]", "2/t[2]"));
  EXPECT_THAT(h.violations, IsEmpty());
}

}  // namespace
}  // namespace mlp::test
