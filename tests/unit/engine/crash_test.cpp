// SPDX-License-Identifier: Apache-2.0
//
// The engine ends after every write of a small run, as by kill -9 and as by a power cut, and starts
// again: the run must end as it does undisturbed, and nothing committed may run again.
#include <gtest/gtest.h>

#include "compiler/plan/plan_json.h"
#include "runtime/fsck/store_check.h"
#include "tests/unit/engine/world.h"

namespace mlp::test {
namespace {

Expression out(StatementId call) {
  return field(ref(call), "out");
}

// A chain into a streamed map with equal keys, a retry, an `if`, a gate and a failing branch.
std::shared_ptr<const plan::Plan> small_plan() {
  PlanBuilder b;
  plan::RetryRule twice;
  twice.classes = {plan::RetryClass::kError};
  twice.tries = 2;
  twice.backoff_from = seconds(2);
  b.define("first", {"x"});
  b.define("map", {"x", "y"}).retry = {twice};
  b.define("next", {"x"});
  b.define("bad", {"x"});
  b.define("no", {"x"});
  auto first = b.call("first", {number(1)});
  auto mapped = b.for_each(numbers({5, 6, 6, 7}),
                           [&](StatementId x) { return out(b.call("map", {ref(x), out(first)})); });
  ForOptions stream;
  stream.stream = mapped;
  auto nexts =
      b.for_each(ref(mapped), [&](StatementId x) { return out(b.call("next", {ref(x)})); }, stream);
  auto arm = b.if_else(
      binary(plan::Operator::kGreater, out(first), number(0)),
      [&] { return out(b.call("next", {number(100)})); },
      [&] { return out(b.call("no", {number(1)})); });
  auto failing = b.call("bad", {number(9)}, {}, true);
  b.check(binary(plan::Operator::kGreater, out(first), number(1)), "positive");
  auto last = b.call("first", {call_function(plan::Function::kSum, {ref(nexts)})}, {failing});
  b.result(binary(plan::Operator::kAdd, out(last), ref(arm)));
  return b.build();
}

void set_script(World& world) {
  world.runner.script = [&world](const execute::AttemptStart& attempt) {
    if (attempt.task_name == "bad") return EndReason::kExit;
    bool fails_once = attempt.task_name == "map[0]" && world.runner.bodies["map[0]"] == 1;
    return fails_once ? EndReason::kExit : EndReason::kSucceeded;
  };
}

Result<std::shared_ptr<const plan::Plan>> plan_of(const store::View& view, const model::Run& run) {
  MLP_ASSIGN(const std::optional<std::string> bytes, store::find_object_bytes(view, run.plan));
  if (!bytes) return Error{ErrorCode::kNotFound, "no plan"};
  MLP_ASSIGN(plan::Plan plan, plan::decode_plan(*bytes));
  return std::shared_ptr<const plan::Plan>(std::make_shared<plan::Plan>(std::move(plan)));
}

// Whatever the moment: what `mlpctl fsck` would find.
void expect_sound(World& world) {
  auto view = world.kv.view();
  fsck::Findings findings;
  Status checked = fsck::check_store(*view, findings,
                                     [&](const model::Run& run) { return plan_of(*view, run); });
  ASSERT_TRUE(checked) << checked.error().message;
  ASSERT_TRUE(findings.empty()) << "after write " << world.kv.writes() << "\n"
                                << findings.to_text();
}

enum class Crash { kKill, kPowerCut };

// Ends the process after write number `at`; returns false when the run ended before.
bool run_with_crash(World& world, std::uint64_t at, Crash crash) {
  world.kv.after_write([&world, at](std::uint64_t) {
    expect_sound(world);
    if (world.kv.writes() == at) throw Killed{};
  });
  bool is_killed = false;
  try {
    if (!world.start()) return false;
    world.submit(small_plan(), "client");
    world.finish();
  } catch (const Killed&) {
    is_killed = true;
  }
  world.kv.after_write([&world](std::uint64_t) { expect_sound(world); });
  if (!is_killed) return false;
  crash == Crash::kKill ? world.kill() : world.cut_power();
  return true;
}

std::string undisturbed() {
  World world;
  set_script(world);
  EXPECT_TRUE(world.start());
  model::RunId id = world.submit(small_plan(), "client");
  world.finish();
  return world.describe(id);
}

void crash_everywhere(Crash crash) {
  std::string expected = undisturbed();
  ASSERT_NE(expected.find("run succeeded"), std::string::npos) << expected;
  std::uint64_t at = 1;
  for (;; ++at) {
    SCOPED_TRACE("after write " + std::to_string(at));
    World world;
    set_script(world);
    if (!run_with_crash(world, at, crash)) break;
    ASSERT_TRUE(world.start());
    // The client repeats its request: the same run, or, where it was not promised, a new one.
    model::RunId id = world.submit(small_plan(), "client");
    ASSERT_EQ(id.value, 1u);
    world.finish();
    EXPECT_EQ(world.describe(id), expected);
    EXPECT_EQ(world.live_records(), 0u);
    EXPECT_TRUE(world.runner.held.empty());
    if (crash == Crash::kKill) {
      for (const auto& [name, count] : world.runner.bodies) {
        EXPECT_EQ(count, name == "map[0]" ? 2 : 1) << name << " ran again";
      }
    }
  }
  EXPECT_GT(at, 12u) << "the run has that many writes at least";
}

TEST(Crash, killed_after_any_write_the_run_ends_the_same_and_nothing_runs_twice) {
  crash_everywhere(Crash::kKill);
}

TEST(Crash, a_power_cut_after_any_write_leads_to_the_same_end) {
  crash_everywhere(Crash::kPowerCut);
}

// Run 1 has failed once and waits; run 2 took its key over and its attempt lives through the end of
// the daemon. Run 1 is met first by the replay.
TEST(Crash, a_key_stays_with_the_attempt_that_holds_it_whatever_run_is_met_first) {
  PlanBuilder b;
  plan::RetryRule retry;
  retry.classes = {plan::RetryClass::kError};
  retry.tries = 3;
  retry.backoff_from = seconds(2);
  b.define("only", {"x"}).retry = {retry};
  b.result(out(b.call("only", {number(1)})));
  auto plan = b.build();
  World world;
  world.runner.script = [&world](const execute::AttemptStart&) {
    return world.runner.bodies["only"] == 1 ? EndReason::kExit : EndReason::kSucceeded;
  };
  ASSERT_TRUE(world.start());
  model::RunId first = world.submit(plan, "first");
  model::RunId second = world.submit(plan, "second");
  ASSERT_TRUE(world.runner.end_one());
  world.work();
  ASSERT_EQ(world.runner.bodies["only"], 2);
  world.kill();
  world.clock.advance(std::chrono::seconds(10));
  ASSERT_TRUE(world.start());
  world.finish();
  EXPECT_EQ(world.run(first).state, model::RunState::kSucceeded);
  EXPECT_EQ(world.run(second).state, model::RunState::kSucceeded);
  EXPECT_EQ(world.runner.bodies["only"], 2);
}

TEST(Crash, killed_twice_in_the_same_run_it_still_ends_the_same) {
  std::string expected = undisturbed();
  for (std::uint64_t at = 3; at < 12; at += 2) {
    for (std::uint64_t more = 1; more < 8; ++more) {
      SCOPED_TRACE(std::to_string(at) + " and " + std::to_string(more) + " later");
      World world;
      set_script(world);
      if (!run_with_crash(world, at, Crash::kKill)) break;
      bool is_killed_again = run_with_crash(world, at + more, Crash::kKill);
      ASSERT_TRUE(!is_killed_again || world.start());
      model::RunId id = world.submit(small_plan(), "client");
      world.finish();
      EXPECT_EQ(world.describe(id), expected);
      EXPECT_EQ(world.live_records(), 0u);
    }
  }
}

TEST(Crash, attempts_that_were_lost_with_the_runner_run_again) {
  World world;
  set_script(world);
  world.kv.after_write([&world](std::uint64_t) { expect_sound(world); });
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(small_plan(), "client");
  world.kill();
  world.runner.machine_died();
  ASSERT_TRUE(world.start());
  world.finish();
  EXPECT_EQ(world.describe(id), undisturbed());
  EXPECT_EQ(world.runner.bodies["first"], 2);
}

TEST(Crash, a_cancel_that_was_written_is_carried_out_after_the_restart) {
  World world;
  set_script(world);
  world.kv.after_write([&world](std::uint64_t) { expect_sound(world); });
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(small_plan(), "client");
  world.engine->cancel(id, [](Status) {});
  while (world.engine->turn()) {
  }
  world.runner.killed.clear();
  world.kill();
  ASSERT_TRUE(world.start());
  EXPECT_FALSE(world.runner.killed.empty()) << "the kill is sent again";
  world.finish();
  EXPECT_EQ(world.run(id).state, model::RunState::kCancelled);
  EXPECT_EQ(world.live_records(), 0u);
}

TEST(Crash, a_cancelled_run_that_is_taken_up_again_counts_what_had_ended_before) {
  for (int ends = 0; ends < 8; ++ends) {
    SCOPED_TRACE(std::to_string(ends) + " attempts ended before the cancel");
    World world(4);
    set_script(world);
    world.kv.after_write([&world](std::uint64_t) { expect_sound(world); });
    ASSERT_TRUE(world.start());
    model::RunId id = world.submit(small_plan(), "client");
    for (int i = 0; i < ends && world.runner.end_one(); ++i) world.work();
    world.engine->cancel(id, [](Status) {});
    while (world.engine->turn()) {
    }
    world.kill();
    ASSERT_TRUE(world.start());
    world.finish();
    EXPECT_EQ(world.run(id).state, model::RunState::kCancelled);
    expect_sound(world);
  }
}

// Found by a power cut in tests/faults: the task run was cancelled, its run had "failed".
TEST(Crash, a_cancelled_run_ends_as_cancelled_though_its_attempts_never_started) {
  PlanBuilder b;
  b.define("only", {"x"});
  b.result(out(b.call("only", {number(1)})));
  World world;
  ASSERT_TRUE(world.start());
  const model::RunId id = world.submit(b.build(), "client");
  world.engine->cancel(id, [](Status) {});
  world.work();
  world.kill();
  world.runner.held.clear();
  ASSERT_TRUE(world.start());
  world.finish();
  EXPECT_EQ(world.run(id).state, model::RunState::kCancelled);
  EXPECT_EQ(world.live_records(), 0u);
}

TEST(Crash, a_back_off_goes_on_with_what_was_left_and_a_jump_of_the_clock_does_not_make_it_longer) {
  World world;
  set_script(world);
  world.kv.after_write([&world](std::uint64_t) { expect_sound(world); });
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(small_plan(), "client");
  while (world.runner.bodies["map[0]"] == 0 || !world.runner.held.empty()) {
    if (!world.runner.end_one()) break;
    world.work();
  }
  world.kill();
  world.clock.jump(-std::chrono::hours(24 * 365));
  ASSERT_TRUE(world.start());
  world.finish(std::chrono::minutes(1));
  EXPECT_EQ(world.describe(id), undisturbed());
}

TEST(Crash, a_plan_that_is_missing_is_told_and_nothing_is_decided) {
  World world;
  ASSERT_TRUE(world.start());
  model::RunId id = world.submit(small_plan(), "client");
  model::Run run = world.run(id);
  world.kill();
  store::Batch batch;
  batch.remove(store::Family::kBytes, "O" + std::string(run.plan.view()));
  ASSERT_TRUE(world.kv.write(batch));
  Status status = world.start();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace mlp::test
