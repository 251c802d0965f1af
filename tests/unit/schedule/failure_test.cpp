// SPDX-License-Identifier: Apache-2.0
//
// What follows from a failure and what hides it: `call()?`, `tolerate`, gates, values from outside.
#include <gmock/gmock.h>

#include "tests/unit/schedule/harness.h"

namespace mlp::test {
namespace {

using testing::IsEmpty;

Expression out(StatementId call) {
  return field(ref(call), "out");
}

TEST(Failure, tolerate_leaves_failed_items_out_and_keeps_the_order) {
  PlanBuilder b;
  b.define("t", {"x"});
  ForOptions options;
  options.tolerate = 25;
  options.is_percent = true;
  auto fan = b.for_each(
      numbers({1, 2, 3, 4}), [&](StatementId x) { return out(b.call("t", {ref(x)})); }, options);
  b.result(ref(fan));
  auto plan = b.build();
  Harness one;
  one.add(plan);
  one.run_all([](const std::string& name, auto) {
    return name == "t[1]" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(one.result(), "[2,6,8]");
  EXPECT_EQ(one.run_state(), "succeeded");
  Harness two;
  two.add(plan);
  two.run_all([](const std::string& name, auto) {
    return name == "t[1]" || name == "t[2]" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(two.run_state(), "failed");
  EXPECT_EQ(two.ended[0].error, "t[1] failed: exit 1 (2 of 4 items failed)");
}

TEST(Failure, a_failing_gate_in_an_item_fails_that_item_only) {
  PlanBuilder b;
  b.define("t", {"x"});
  ForOptions options;
  options.tolerate = 1;
  auto fan = b.for_each(
      numbers({1, 2, 3}),
      [&](StatementId x) {
        b.check(binary(plan::Operator::kNotEqual, ref(x), number(2)), "not two");
        return out(b.call("t", {ref(x)}));
      },
      options);
  b.result(ref(fan));
  Harness h;
  h.add(b.build());
  h.run_all();
  EXPECT_EQ(h.result(), "[2,6]");
  EXPECT_EQ(h.run_state(), "succeeded");
}

TEST(Failure, an_optional_call_is_null_when_it_failed_but_does_not_hide_an_upstream_failure) {
  PlanBuilder b;
  b.define("a", {"x"});
  b.define("b", {"x"});
  auto first = b.call("a", {number(1)}, {}, true);
  auto second = b.call("b", {number(1)});
  auto third = b.call("a", {out(second)}, {}, true);
  auto plan_with_upstream = b.build();
  Harness h;
  h.add(plan_with_upstream);
  h.run_all([](const std::string& name, auto) {
    return name == "b" || name == "a" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.state_of("a"), "failed: exit 1");
  EXPECT_EQ(h.state_of("a.2"), "skipped: `b` failed");
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_EQ(h.ended[0].error, "b failed: exit 1");
  (void)first;
  (void)third;
}

TEST(Failure, an_optional_pipeline_is_null_when_a_gate_inside_it_failed) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto inner = b.block(
      [&] {
        auto t = b.call("t", {number(4)});
        b.check(binary(plan::Operator::kLess, out(t), number(1)), "no");
        return out(t);
      },
      true);
  b.result(ref(inner));
  Harness h;
  h.add(b.build());
  h.run_all();
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.result(), "null");
}

TEST(Failure, an_optional_pipeline_does_not_hide_a_failure_outside_of_it) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.define("u", {"x"});
  auto t = b.call("t", {number(4)});
  auto inner = b.block([&] { return out(b.call("u", {out(t)})); }, true);
  b.result(ref(inner));
  Harness h;
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "t" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_EQ(h.state_of("u"), "skipped: `t` failed");
}

TEST(Failure, the_value_of_a_block_may_be_that_of_a_statement_outside_which_is_still_open) {
  PlanBuilder b;
  b.define("slow", {"x"});
  b.define("quick", {"x"});
  auto slow = b.call("slow", {number(4)});
  auto each = b.for_each(numbers({1, 2}), [&](StatementId x) {
    b.call("quick", {ref(x)});
    return out(slow);
  });
  auto chosen = b.if_else(truth(true), [&] { return out(slow); });
  b.result(binary(plan::Operator::kAdd, call_function(plan::Function::kSum, {ref(each)}),
                  ref(chosen)));
  Harness h(4);
  h.add(b.build());
  h.end("quick[0]");
  h.end("quick[1]");
  EXPECT_EQ(h.run_state(), "running");
  h.end("slow", EndReason::kSucceeded, 0, Value::of_int(5));
  EXPECT_EQ(h.run_state(), "succeeded");
  EXPECT_EQ(h.result(), "15");
  EXPECT_TRUE(h.violations.empty());
}

TEST(Failure, a_block_whose_value_failed_outside_is_skipped_and_not_null) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.define("u", {"x"});
  auto t = b.call("t", {number(4)});
  auto inner = b.block([&] { return out(t); }, true);
  b.call("u", {ref(inner)});
  Harness h;
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "t" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_EQ(h.state_of("u").substr(0, 7), "skipped");
}

// One block further in, beside a failure of its own.
TEST(Failure, an_optional_pipeline_does_not_hide_a_failure_outside_behind_one_inside) {
  PlanBuilder b;
  for (const char* name : {"t", "u", "v", "w"}) b.define(name, {"x"});
  auto t = b.call("t", {number(4)});
  auto inner = b.block(
      [&] {
        return ref(b.block([&] {
          b.call("u", {number(1)});
          return out(b.call("v", {out(t)}));
        }));
      },
      true);
  b.call("w", {ref(inner)});
  Harness h;
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "t" || name == "u" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.state_of("v"), "skipped: `t` failed");
  EXPECT_EQ(h.state_of("w").substr(0, 7), "skipped");
}

// A block that lacks two things, of which only one is inside the optional pipeline.
TEST(Failure, of_two_failures_the_outer_one_decides_whichever_came_first) {
  for (bool is_outer_first : {true, false}) {
    PlanBuilder b;
    for (const char* name : {"t", "u", "v", "w"}) b.define(name, {"x"});
    auto t = b.call("t", {number(4)});
    auto inner = b.block(
        [&] {
          auto u = b.call("u", {number(1)});
          return ref(b.block([&] {
            b.call("v", {out(u)});
            return out(b.call("v", {out(t)}));
          }));
        },
        true);
    b.call("w", {ref(inner)});
    Harness h;
    h.add(b.build());
    h.end(is_outer_first ? "t" : "u", EndReason::kExit, 1);
    h.end(is_outer_first ? "u" : "t", EndReason::kExit, 1);
    EXPECT_EQ(h.state_of("w").substr(0, 7), "skipped") << is_outer_first;
    EXPECT_EQ(h.run_state(), "failed");
  }
}

TEST(Failure, tolerate_does_not_take_an_item_that_lacks_something_outside_for_a_failed_one) {
  PlanBuilder b;
  for (const char* name : {"t", "u", "v", "w"}) b.define(name, {"x"});
  auto t = b.call("t", {number(4)});
  ForOptions options;
  options.tolerate = 2;
  auto each = b.for_each(
      numbers({1, 2}),
      [&](StatementId x) {
        b.call("u", {ref(x)});
        return out(b.call("v", {out(t)}));
      },
      options);
  b.call("w", {call_function(plan::Function::kSum, {ref(each)})});
  Harness h;
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "t" || name[0] == 'u' ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.state_of("w").substr(0, 7), "skipped");
}

TEST(Failure, what_cannot_be_computed_is_not_hidden_by_a_failure_outside) {
  PlanBuilder b;
  b.define("t", {"x"});
  auto quotient = call_function(plan::Function::kDiv, {number(1), number(0)});
  auto outer = b.block(
      [&] {
        auto t = b.call("t", {number(4)});
        auto inner = b.block(
            [&] {
              b.let("bad", quotient);
              return out(b.call("t", {out(t)}));
            },
            true);
        return ref(inner);
      },
      true);
  b.result(ref(outer));
  Harness h;
  h.add(b.build());
  h.run_all([](const std::string&, auto) { return EndReason::kExit; });
  EXPECT_EQ(h.run_state(), "failed");
}

TEST(Failure, independent_work_goes_on_after_a_failure_and_the_run_ends_failed) {
  PlanBuilder b;
  b.define("bad", {"x"});
  b.define("good", {"x"});
  auto bad = b.call("bad", {number(1)});
  b.call("good", {number(2)});
  b.call("good", {out(bad)});
  Harness h(1);
  h.add(b.build());
  h.run_all([](const std::string& name, auto) {
    return name == "bad" ? EndReason::kExit : EndReason::kSucceeded;
  });
  EXPECT_EQ(h.state_of("good"), "done ran");
  EXPECT_EQ(h.state_of("good.2"), "skipped: `bad` failed");
  EXPECT_EQ(h.run_state(), "failed");
  EXPECT_EQ(h.ended[0].error, "bad failed: exit 1");
  EXPECT_THAT(h.violations, IsEmpty());
}

TEST(Failure, an_optional_call_whose_arguments_cannot_be_computed_ends_the_run) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.call("t", {call_function(plan::Function::kDiv, {number(1), number(0)})}, {}, true);
  Harness h;
  h.add(b.build());
  EXPECT_EQ(h.run_state(), "failed");
}

}  // namespace
}  // namespace mlp::test
