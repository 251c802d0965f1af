// SPDX-License-Identifier: Apache-2.0
//
// Records of what runs that contradict each other: a start refuses them in words, and after the
// repairs of what a check finds it goes on and the run ends.
#include <gtest/gtest.h>

#include "compiler/plan/plan_json.h"
#include "runtime/fsck/repair.h"
#include "runtime/fsck/store_check.h"
#include "runtime/store/buckets.h"
#include "tests/unit/engine/world.h"

namespace mlp::test {
namespace {

using model::TaskRunState;

/// Two items of a map run when the daemon ends.
std::shared_ptr<const plan::Plan> plan_of_two() {
  PlanBuilder b;
  b.define("map", {"x"});
  auto mapped = b.for_each(numbers({5, 6}), [&](StatementId x) {
    return field(ref(b.call("map", {ref(x)})), "out");
  });
  b.result(ref(mapped));
  return b.build();
}

class Contradiction : public ::testing::Test {
 protected:
  Contradiction() {
    EXPECT_TRUE(world.start());
    run = world.submit(plan_of_two());
    const auto live = store::list_live(*world.kv.view()).value();
    EXPECT_EQ(live.size(), 2u);
    world.kill();
    for (std::size_t i = 0; i < 2; ++i) {
      attempts.push_back(store::find_attempt(*world.kv.view(), live[i].attempt).value().value());
      task_runs.push_back(
          store::find_task_run(*world.kv.view(), attempts[i].task_run).value().value());
    }
  }

  fsck::Findings check() {
    const auto view = world.kv.view();
    fsck::Findings findings;
    const Status checked = fsck::check_store(
        *view, findings,
        [&](const model::Run& of) -> Result<std::shared_ptr<const plan::Plan>> {
          MLP_ASSIGN(auto bytes, store::find_object_bytes(*view, of.plan));
          MLP_ASSIGN(plan::Plan plan, plan::decode_plan(*bytes));
          return std::make_shared<const plan::Plan>(std::move(plan));
        });
    EXPECT_TRUE(checked.has_value());
    return findings;
  }

  void repair() {
    fsck::Findings findings = check();
    EXPECT_FALSE(findings.empty());
    for (int round = 0; round < 10 && !findings.empty(); ++round) {
      store::Batch batch;
      ASSERT_TRUE(fsck::put_repairs(*world.kv.view(), findings.all(), batch));
      ASSERT_TRUE(world.kv.write(batch));
      findings = check();
    }
    EXPECT_TRUE(findings.empty()) << findings.to_text();
  }

  /// The start is refused with `words` and instructions; repaired, it succeeds and all ends.
  void expect_refused_and_mended(const std::string& words) {
    ASSERT_TRUE(world.kv.write(change));
    const Status refused = world.start();
    ASSERT_FALSE(refused.has_value());
    world.kill();
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(refused.error().message.find(words), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("mlpctl fsck --repair"), std::string::npos);
    repair();
    const Status started = world.start();
    ASSERT_TRUE(started.has_value()) << started.error().message;
    world.finish();
    EXPECT_NE(world.run(run).state, model::RunState::kRunning);
    EXPECT_EQ(world.live_records(), 0u);
  }

  World world;
  model::RunId run;
  std::vector<model::Attempt> attempts;   // live
  std::vector<model::TaskRun> task_runs;  // which run them
  store::Batch change;
};

TEST_F(Contradiction, of_a_live_attempt_without_its_task_run) {
  change.remove(store::Family::kRecords, store::task_run_key(task_runs[0].id));
  expect_refused_and_mended("does not run it");
}

TEST_F(Contradiction, of_a_live_attempt_whose_task_run_has_ended) {
  task_runs[0].state = TaskRunState::kFailed;
  store::put_task_run(change, task_runs[0]);
  expect_refused_and_mended("does not run it");
}

TEST_F(Contradiction, of_a_live_attempt_that_has_ended) {
  attempts[1].outcome.reason = EndReason::kSucceeded;
  store::put_attempt(change, attempts[1]);
  expect_refused_and_mended("has ended");
}

TEST_F(Contradiction, of_a_live_attempt_without_a_record) {
  change.remove(store::Family::kRecords, store::attempt_key(attempts[1].id));
  expect_refused_and_mended("has no record");
}

TEST_F(Contradiction, of_two_live_attempts_of_one_key) {
  attempts[1].key = task_runs[1].key = attempts[0].key;
  store::put_attempt(change, attempts[1]);
  store::put_task_run(change, task_runs[1]);
  expect_refused_and_mended("which has the same key");
  EXPECT_EQ(world.run(run).state, model::RunState::kSucceeded);
}

TEST_F(Contradiction, of_a_live_attempt_with_another_key_than_its_task_run) {
  attempts[0].key = sha256("another");
  store::put_attempt(change, attempts[0]);
  expect_refused_and_mended("has another key");
}

TEST_F(Contradiction, of_live_attempts_of_a_run_that_has_ended) {
  model::Run ended = store::find_run(*world.kv.view(), run).value().value();
  ended.state = model::RunState::kCancelled;
  ended.cancel_asked = true;
  ended.ended = ended.submitted;
  store::put_run(change, ended);
  expect_refused_and_mended("no run 1 goes on");
}

TEST_F(Contradiction, of_a_running_task_run_whose_attempt_is_not_live) {
  store::remove_live(change, attempts[0].id);
  expect_refused_and_mended("is not listed as live");
}

TEST_F(Contradiction, of_two_task_runs_of_one_attempt) {
  task_runs[1].attempts = task_runs[0].attempts;
  store::put_task_run(change, task_runs[1]);
  expect_refused_and_mended("is said to run");
}

TEST_F(Contradiction, of_a_running_task_run_that_never_had_an_attempt) {
  task_runs[0].attempts.clear();
  store::put_task_run(change, task_runs[0]);
  expect_refused_and_mended("without an attempt");
}

TEST_F(Contradiction, of_a_task_run_in_a_state_that_is_never_stored) {
  task_runs[0].state = TaskRunState::kQueued;
  store::put_task_run(change, task_runs[0]);
  expect_refused_and_mended("never stored");
}

TEST_F(Contradiction, of_a_running_task_run_that_is_not_in_its_plan) {
  task_runs[0].id.task = model::TaskId(99);
  attempts[0].task_run = task_runs[0].id;
  attempts[0].id = model::AttemptId(attempts[1].id.value + 1);
  task_runs[0].attempts = {attempts[0].id};
  store::put_task_run(change, task_runs[0]);
  store::put_attempt(change, attempts[0]);
  store::put_live(change, attempts[0].id, "local");
  expect_refused_and_mended("not in its plan");
}

}  // namespace
}  // namespace mlp::test
