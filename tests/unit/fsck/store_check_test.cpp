// SPDX-License-Identifier: Apache-2.0
//
// Records of a sound store are broken one by one: each break is found, told as its kind, and mended
// by what its finding carries.
#include "runtime/fsck/store_check.h"

#include <gtest/gtest.h>

#include "compiler/plan/plan_json.h"
#include "runtime/fsck/missing_runs.h"
#include "runtime/fsck/repair.h"
#include "runtime/store/buckets.h"
#include "runtime/store/event_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/submit_records.h"
#include "tests/unit/engine/world.h"

namespace mlp::test {
namespace {

using fsck::Kind;
using model::TaskRunState;

Expression out(StatementId call) {
  return field(ref(call), "out");
}

/// first, then four of `map` (one fails once), then `last`.
std::shared_ptr<const plan::Plan> small_plan() {
  PlanBuilder b;
  plan::RetryRule once;
  once.classes = {plan::RetryClass::kError};
  once.tries = 1;
  b.define("first", {"x"});
  b.define("map", {"x", "y"}).retry = {once};
  auto first = b.call("first", {number(1)});
  auto mapped = b.for_each(numbers({5, 6, 7, 8}),
                           [&](StatementId x) { return out(b.call("map", {ref(x), out(first)})); });
  auto last = b.call("first", {call_function(plan::Function::kSum, {ref(mapped)})});
  b.result(out(last));
  return b.build();
}

class StoreCheck : public ::testing::Test {
 protected:
  StoreCheck() {
    world.runner.script = [this](const execute::AttemptStart& attempt) {
      bool fails = attempt.task_name == "map[0]" && world.runner.bodies["map[0]"] == 1;
      return fails ? EndReason::kExit : EndReason::kSucceeded;
    };
    EXPECT_TRUE(world.start());
    run = world.submit(small_plan());
    world.finish();
    EXPECT_EQ(world.run(run).state, model::RunState::kSucceeded);
  }

  fsck::Findings check() {
    auto view = world.kv.view();
    fsck::Findings findings;
    Status checked = fsck::check_store(
        *view, findings,
        [&](const model::Run& record) -> Result<std::shared_ptr<const plan::Plan>> {
          MLP_ASSIGN(auto bytes, store::find_object_bytes(*view, record.plan));
          if (!bytes) return Error{ErrorCode::kNotFound, "there is no such object"};
          MLP_ASSIGN(plan::Plan plan, plan::decode_plan(*bytes));
          return std::shared_ptr<const plan::Plan>(std::make_shared<plan::Plan>(std::move(plan)));
        });
    EXPECT_TRUE(checked) << checked.error().message;
    return findings;
  }

  void write(const std::function<void(store::Batch&)>& change) {
    store::Batch batch;
    change(batch);
    ASSERT_TRUE(world.kv.write(batch));
  }

  bool has(const fsck::Findings& findings, Kind kind) {
    for (const fsck::Finding& finding : findings.all()) {
      if (finding.kind == kind) return true;
    }
    return false;
  }

  void mend(const fsck::Findings& findings) {
    store::Batch batch;
    ASSERT_TRUE(fsck::put_repairs(*world.kv.view(), findings.all(), batch));
    ASSERT_TRUE(world.kv.write(batch));
  }

  /// The break is found as `kind`, and after its repairs nothing is left.
  void expect_mended(Kind kind, const std::function<void(store::Batch&)>& change) {
    write(change);
    fsck::Findings findings = check();
    EXPECT_TRUE(has(findings, kind)) << findings.to_text();
    for (int round = 0; round < 5 && !findings.empty(); ++round) {
      for (const fsck::Finding& finding : findings.all()) {
        EXPECT_TRUE(finding.is_repairable()) << findings.to_text();
      }
      mend(findings);
      findings = check();
    }
    EXPECT_TRUE(findings.empty()) << findings.to_text();
  }

  model::TaskRun task_run(std::uint32_t task, model::Items items = {}) {
    return store::find_task_run(*world.kv.view(), {run, model::TaskId(task), items})->value();
  }
  model::Attempt attempt(model::AttemptId id) {
    return store::find_attempt(*world.kv.view(), id)->value();
  }

  World world;
  model::RunId run;
};

TEST_F(StoreCheck, a_sound_store_has_no_findings) {
  EXPECT_EQ(check().to_text(), "");
}

TEST_F(StoreCheck, counts_that_differ_are_counted_again) {
  expect_mended(Kind::kCounts, [&](store::Batch& batch) {
    model::Counts counts;
    counts.ran = counts.total = 3;
    store::put_counts(batch, run, model::TaskId(2), counts);
  });
}

TEST_F(StoreCheck, a_run_out_of_its_projects_list_is_listed_again) {
  expect_mended(Kind::kRunIndex, [&](store::Batch& batch) {
    batch.remove(store::Family::kRecords, store::project_run_key("default", run));
  });
}

TEST_F(StoreCheck, a_number_in_the_list_without_a_run_is_dropped) {
  expect_mended(Kind::kRunIndex, [&](store::Batch& batch) {
    batch.put(store::Family::kRecords, store::project_run_key("default", model::RunId(77)), {});
  });
}

TEST_F(StoreCheck, two_committed_attempts_of_one_task_run_are_told_and_cannot_be_mended) {
  write([&](store::Batch& batch) {
    model::Attempt first = attempt(task_run(2, {0}).attempts.at(0));
    first.outcome.reason = EndReason::kSucceeded;
    store::put_attempt(batch, first);
  });
  fsck::Findings findings = check();
  ASSERT_EQ(findings.total(), 1u) << findings.to_text();
  EXPECT_EQ(findings.all()[0].kind, Kind::kCommittedTwice);
  EXPECT_EQ(findings.all()[0].record, "1/map[0]");
  EXPECT_FALSE(findings.all()[0].is_repairable());
}

TEST_F(StoreCheck, a_live_attempt_of_an_ended_run_is_ended) {
  expect_mended(Kind::kLive, [&](store::Batch& batch) {
    store::put_live(batch, task_run(1).attempts.back(), "local");
  });
}

TEST_F(StoreCheck, a_live_attempt_without_a_record_is_dropped) {
  expect_mended(Kind::kLive, [&](store::Batch& batch) {
    store::put_live(batch, model::AttemptId(5), "local");
  });
}

TEST_F(StoreCheck, a_task_run_that_runs_in_an_ended_run_is_cancelled) {
  expect_mended(Kind::kTaskRunState, [&](store::Batch& batch) {
    model::TaskRun running = task_run(2, {1});
    running.state = TaskRunState::kRunning;
    store::put_task_run(batch, running);
  });
}

TEST_F(StoreCheck, a_lost_attempt_record_is_put_in_place_without_its_contents) {
  expect_mended(Kind::kAttempt, [&](store::Batch& batch) {
    batch.remove(store::Family::kRecords, store::attempt_key(task_run(2, {1}).attempts.back()));
  });
}

TEST_F(StoreCheck, an_attempt_nobody_knows_is_dropped) {
  expect_mended(Kind::kOrphan, [&](store::Batch& batch) {
    model::Attempt stray = attempt(task_run(1).attempts.back());
    stray.id = model::AttemptId((1ull << model::kEpochShift) + 500);
    store::put_attempt(batch, stray);
  });
}

TEST_F(StoreCheck, outputs_whose_object_is_unknown_are_recorded_as_lost) {
  expect_mended(Kind::kMissingOutput, [&](store::Batch& batch) {
    store::remove_object(batch, task_run(2, {2}).outputs.at(0).digest);
  });
}

TEST_F(StoreCheck, flipped_bits_of_a_small_object_are_found) {
  Digest digest = task_run(2, {2}).outputs.at(0).digest;
  expect_mended(Kind::kDamagedObject, [&](store::Batch& batch) {
    batch.put(store::Family::kBytes, store::object_bytes_key(digest), "no number");
  });
  EXPECT_EQ((*store::find_object(*world.kv.view(), digest))->places, 0);
}

TEST_F(StoreCheck, a_small_object_without_bytes_is_lost) {
  expect_mended(Kind::kMissingObject, [&](store::Batch& batch) {
    batch.remove(store::Family::kBytes,
                 store::object_bytes_key(task_run(2, {2}).outputs.at(0).digest));
  });
}

TEST_F(StoreCheck, a_key_of_an_attempt_that_failed_is_dropped) {
  Digest key = task_run(2, {0}).key;
  expect_mended(Kind::kKey, [&](store::Batch& batch) {
    store::KeyRecord record = store::find_key(*world.kv.view(), key)->value();
    record.attempt = task_run(2, {0}).attempts.at(0);
    store::put_key(batch, record);
  });
  EXPECT_FALSE(store::find_key(*world.kv.view(), key)->has_value());
}

TEST_F(StoreCheck, a_key_that_stands_for_other_outputs_than_were_made_is_dropped) {
  expect_mended(Kind::kKey, [&](store::Batch& batch) {
    store::KeyRecord record = store::find_key(*world.kv.view(), task_run(2, {0}).key)->value();
    record.outputs = task_run(2, {1}).outputs;
    store::put_key(batch, record);
  });
}

TEST_F(StoreCheck, a_due_time_nobody_waits_for_is_dropped) {
  expect_mended(Kind::kDue, [&](store::Batch& batch) {
    store::put_due(batch, {Instant{5}, {run, model::TaskId(1), {}}, Duration(0)});
  });
}

TEST_F(StoreCheck, events_that_contradict_the_records_are_told_anew) {
  expect_mended(Kind::kEvents, [&](store::Batch& batch) {
    model::Transitions wrong;
    wrong.commit = store::get_meta(*world.kv.view())->commit;
    wrong.tasks.push_back({model::TaskId(1), {}, TaskRunState::kFailed, {}, {}});
    store::put_transitions(batch, run, wrong);
  });
}

TEST_F(StoreCheck, an_event_after_the_last_commit_is_found) {
  expect_mended(Kind::kEvents, [&](store::Batch& batch) {
    model::Transitions late;
    late.commit = 1'000;
    store::put_transitions(batch, run, late);
  });
}

TEST_F(StoreCheck, events_removed_from_the_first_on_are_no_finding) {
  write([&](store::Batch& batch) {
    ASSERT_TRUE(store::remove_transitions(*world.kv.view(), batch, run, 0, 3));
  });
  EXPECT_EQ(check().to_text(), "");
}

TEST_F(StoreCheck, a_request_that_made_no_run_is_dropped) {
  expect_mended(Kind::kRequest, [&](store::Batch& batch) {
    store::put_request(batch, {"local", "other", model::RunId(9), sha256("x"), Instant{1}});
  });
}

TEST_F(StoreCheck, counters_behind_what_was_given_are_raised) {
  expect_mended(Kind::kCounter, [&](store::Batch& batch) {
    store::put_last_run(batch, 0);
    store::put_daemon_epoch(batch, 0);
  });
}

TEST_F(StoreCheck, of_several_repairs_a_counter_gets_the_highest_that_one_asks_for) {
  const store::Meta meta = store::get_meta(*world.kv.view()).value();
  fsck::Findings findings;
  for (const std::uint64_t more : {500, 2'000'000, 3}) {
    findings.add_of_store(Kind::kCounter, "").repair.least = {meta.commit + more,
                                                              meta.daemon_epoch + more, more};
  }
  mend(findings);
  store::Meta mended = store::get_meta(*world.kv.view()).value();
  EXPECT_EQ(mended.commit, meta.commit + 2'000'000);
  EXPECT_EQ(mended.daemon_epoch, meta.daemon_epoch + 2'000'000);
  EXPECT_EQ(mended.last_run, 2'000'000u);
  fsck::Findings low;
  low.add_of_store(Kind::kCounter, "").repair.least = {1, 1, 1};
  mend(low);
  EXPECT_EQ(store::get_meta(*world.kv.view())->commit, mended.commit);
}

TEST_F(StoreCheck, records_that_cannot_be_read_are_dropped_and_what_follows_is_mended) {
  expect_mended(Kind::kUnreadable, [&](store::Batch& batch) {
    const std::string rubbish = "\x06\xff\xff";
    batch.put(store::Family::kRecords, store::task_run_key({run, model::TaskId(2), {3}}), rubbish);
    batch.put(store::Family::kRecords, store::key_key(task_run(1).key), rubbish);
  });
}

TEST_F(StoreCheck, without_its_record_nothing_of_a_run_stays) {
  expect_mended(Kind::kOrphan, [&](store::Batch& batch) {
    batch.remove(store::Family::kRecords, store::run_key(run));
  });
}

TEST_F(StoreCheck, what_was_started_before_its_inputs_ended_is_found) {
  write([&](store::Batch& batch) {
    batch.remove(store::Family::kRecords, store::task_run_key({run, model::TaskId(1), {}}));
  });
  fsck::Findings findings = check();
  EXPECT_TRUE(has(findings, Kind::kMissingInput)) << findings.to_text();
}

TEST_F(StoreCheck, a_run_that_goes_on_without_its_plan_ends_as_failed) {
  World fresh;
  ASSERT_TRUE(fresh.start());
  model::RunId id = fresh.submit(small_plan());
  model::Run record = fresh.run(id);
  fresh.kill();
  std::swap(world.kv, fresh.kv);
  run = id;
  expect_mended(Kind::kMissingPlan, [&](store::Batch& batch) {
    batch.remove(store::Family::kBytes, store::object_bytes_key(record.plan));
  });
  model::Run ended = store::find_run(*world.kv.view(), id)->value();
  EXPECT_EQ(ended.state, model::RunState::kFailed);
  EXPECT_NE(ended.error.find("its plan was lost"), std::string::npos) << ended.error;
}

TEST_F(StoreCheck, a_run_whose_plan_cannot_be_read_now_is_left_alone) {
  auto view = world.kv.view();
  fsck::Findings findings;
  const Status checked = fsck::check_store(
      *view, findings, [](const model::Run&) -> Result<std::shared_ptr<const plan::Plan>> {
        return Error{ErrorCode::kIo, "too many open files"};
      });
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, ErrorCode::kIo);
  EXPECT_TRUE(findings.empty());
}

// A gate that did not pass skips at once what stands below it, also what waits for something else.
TEST_F(StoreCheck, what_was_skipped_in_a_called_pipeline_need_not_have_had_its_inputs) {
  PlanBuilder b;
  b.define("slow", {"x"});
  b.define("next", {"x"});
  auto slow = b.call("slow", {number(1)});
  auto called = b.block(
      [&] {
        b.check(truth(false), "never");
        return ref(b.block([&] { return ref(b.let("late", out(slow))); }));
      },
      true);
  b.call("next", {binary(plan::Operator::kCoalesce, ref(called), number(3))});
  world.submit(b.build(), "another");
  ASSERT_EQ(world.runner.held.size(), 2u);
  fsck::Findings findings = check();
  EXPECT_TRUE(findings.empty()) << findings.to_text();
}

// All that belonged to them may be gone as well, so that nothing else names them.
TEST_F(StoreCheck, runs_that_a_rescued_store_has_lost_are_named) {
  EXPECT_EQ(fsck::name_missing_runs(*world.kv.view()).value(), "");
  model::Run record = world.run(run);
  write([&](store::Batch& batch) {
    for (const std::uint64_t id : {5u, 6u, 9u}) {
      record.id = model::RunId(id);
      store::put_run(batch, record);
    }
    store::put_last_run(batch, 10);
  });
  EXPECT_EQ(fsck::name_missing_runs(*world.kv.view()).value(), "runs 2 to 4, 7 to 8, 10");
  write([&](store::Batch& batch) {
    for (std::uint64_t id = 20; id < 90; id += 2) {
      record.id = model::RunId(id);
      store::put_run(batch, record);
    }
  });
  const std::string many = fsck::name_missing_runs(*world.kv.view()).value();
  EXPECT_TRUE(many.ends_with("53 and others, 49 in all")) << many;
}

}  // namespace
}  // namespace mlp::test
