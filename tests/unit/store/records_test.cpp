// SPDX-License-Identifier: Apache-2.0
//
// Every noun comes back from the store as it was put.
#include <gtest/gtest.h>

#include "runtime/store/attempt_records.h"
#include "runtime/store/buckets.h"
#include "runtime/store/count_records.h"
#include "runtime/store/event_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/submit_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::store {
namespace {

using model::AttemptId;
using model::RunId;
using model::TaskId;
using model::TaskRunState;
using plan::Value;

model::Output make_output(const std::string& name, std::int64_t number) {
  return {name, Value::of_int(number), sha256(name), 17};
}

model::Run make_run(std::uint64_t id, model::RunState state = model::RunState::kRunning) {
  model::Run run;
  run.id = RunId(id);
  run.pipeline = "iris";
  run.path = "iris.mlp";
  run.plan = sha256("plan");
  run.snapshot = sha256("snapshot");
  run.arguments = {{model::StatementId(3), Value::of_float(0.5)},
                   {model::StatementId(4), Value::of_list({Value::of_string("a"), Value()})}};
  run.environments = {sha256("host"), sha256("venv")};
  run.state = state;
  run.cancel_asked = true;
  run.retry_of = RunId(7);
  run.trigger = "user";
  run.submitted = Instant{1000};
  run.ended = Instant{2000};
  run.result = Value::of_record({{"score", Value::of_float(0.93)}});
  run.error = "check failed";
  return run;
}

model::TaskRun make_task_run(std::uint64_t run, std::uint32_t task, model::Items items,
                             TaskRunState state) {
  model::TaskRun task_run;
  task_run.id = {RunId(run), TaskId(task), std::move(items)};
  task_run.state = state;
  task_run.key = sha256("key");
  task_run.attempts = {AttemptId((1ull << 40) | 5), AttemptId((2ull << 40) | 1)};
  task_run.failures = 1;
  task_run.tries_by_rule = {1, 0, 2};
  task_run.outputs = {make_output("train", 1), make_output("score", -2)};
  task_run.source = model::Source::kRan;
  task_run.made_by = AttemptId((2ull << 40) | 1);
  task_run.reason = "exit 1";
  task_run.due = Instant{123};
  task_run.ended = Instant{456};
  return task_run;
}

class Records : public ::testing::Test {
 protected:
  template <typename Put, typename Noun>
  void write(Put put, const Noun& noun) {
    Batch batch;
    put(batch, noun);
    ASSERT_TRUE(kv_.write(batch).has_value());
  }
  void commit(const Batch& batch) { ASSERT_TRUE(kv_.write(batch).has_value()); }
  MemoryKv kv_;
  LatestView view_{kv_};
};

TEST_F(Records, ARunComesBackWhole) {
  const model::Run run = make_run(12, model::RunState::kFailed);
  write(put_run, run);
  const model::Run back = find_run(view_, RunId(12)).value().value();
  EXPECT_EQ(back.state, run.state);
  EXPECT_EQ(back.project, "default");
  EXPECT_EQ(back.by, "local");
  EXPECT_EQ(back.pipeline, run.pipeline);
  EXPECT_EQ(back.path, run.path);
  EXPECT_EQ(back.plan, run.plan);
  EXPECT_EQ(back.snapshot, run.snapshot);
  EXPECT_EQ(back.arguments, run.arguments);
  EXPECT_EQ(back.environments, run.environments);
  EXPECT_TRUE(back.cancel_asked);
  EXPECT_EQ(back.retry_of, run.retry_of);
  EXPECT_EQ(back.trigger, run.trigger);
  EXPECT_EQ(back.submitted, run.submitted);
  EXPECT_EQ(back.ended, run.ended);
  EXPECT_EQ(*back.result, *run.result);
  EXPECT_EQ(back.error, run.error);
  EXPECT_FALSE(find_run(view_, RunId(13)).value().has_value());
}

TEST_F(Records, WordsThatAreNoUtf8ComeBackAsTheyWere) {
  model::Run run = make_run(1);
  run.error = "the output '\xff.csv' is missing";
  write(put_run, run);
  const auto back = find_run(view_, RunId(1));
  ASSERT_TRUE(back && *back);
  EXPECT_EQ((*back)->error, run.error);
}

TEST_F(Records, ARunWithoutResultHasNone) {
  model::Run run = make_run(1);
  run.result.reset();
  write(put_run, run);
  EXPECT_FALSE(find_run(view_, RunId(1)).value()->result.has_value());
}

TEST_F(Records, RunsOfAProjectComeNewestFirstInPages) {
  for (std::uint64_t id = 1; id <= 5; ++id) write(put_run, make_run(id));
  model::Run other = make_run(6);
  other.project = "default2";
  write(put_run, other);
  const RunPage first = list_runs(view_, "default", 2).value();
  ASSERT_EQ(first.runs.size(), 2u);
  EXPECT_EQ(first.runs[0].id, RunId(5));
  EXPECT_EQ(first.next, RunId(4));
  const RunPage second = list_runs(view_, "default", 3, first.next).value();
  ASSERT_EQ(second.runs.size(), 3u);
  EXPECT_EQ(second.runs[2].id, RunId(1));
  EXPECT_FALSE(second.next);
  EXPECT_TRUE(list_runs(view_, "default", 3, RunId(1)).value().runs.empty());
}

TEST_F(Records, OnlyRunningRunsAreUnfinished) {
  write(put_run, make_run(1, model::RunState::kSucceeded));
  write(put_run, make_run(2));
  write(put_run, make_run(3, model::RunState::kCancelled));
  const std::vector<model::Run> runs = list_unfinished_runs(view_).value();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].id, RunId(2));
}

TEST_F(Records, ATaskRunComesBackWhole) {
  const model::TaskRun task_run = make_task_run(12, 3, {1, 2}, TaskRunState::kDone);
  write(put_task_run, task_run);
  const model::TaskRun back = find_task_run(view_, task_run.id).value().value();
  EXPECT_EQ(back.id, task_run.id);
  EXPECT_EQ(back.state, task_run.state);
  EXPECT_EQ(back.key, task_run.key);
  EXPECT_EQ(back.attempts, task_run.attempts);
  EXPECT_EQ(back.failures, 1u);
  EXPECT_EQ(back.tries_by_rule, task_run.tries_by_rule);
  ASSERT_EQ(back.outputs.size(), 2u);
  EXPECT_EQ(back.outputs[1].name, "score");
  EXPECT_EQ(back.outputs[1].value, Value::of_int(-2));
  EXPECT_EQ(back.outputs[1].digest, sha256("score"));
  EXPECT_EQ(back.outputs[1].size, 17u);
  EXPECT_EQ(back.source, model::Source::kRan);
  EXPECT_EQ(back.made_by, task_run.made_by);
  EXPECT_EQ(back.reason, "exit 1");
  EXPECT_EQ(back.due, Instant{123});
  EXPECT_EQ(back.ended, Instant{456});
}

TEST_F(Records, TaskRunsAreListedByTaskAndItemWithAFilterInPages) {
  for (std::uint32_t item = 0; item < 300; ++item) {
    write(put_task_run,
          make_task_run(1, 2, {item}, item % 3 == 0 ? TaskRunState::kFailed : TaskRunState::kDone));
  }
  write(put_task_run, make_task_run(1, 1, {}, TaskRunState::kFailed));
  write(put_task_run, make_task_run(2, 1, {}, TaskRunState::kFailed));
  TaskRunQuery query;
  query.states = {TaskRunState::kFailed};
  query.limit = 60;
  const TaskRunPage first = list_task_runs(view_, RunId(1), query).value();
  ASSERT_EQ(first.task_runs.size(), 60u);
  EXPECT_TRUE(first.has_more);
  EXPECT_EQ(first.task_runs[0].id.task, TaskId(1));
  EXPECT_EQ(first.task_runs[1].id.items, model::Items{0});
  EXPECT_EQ(first.task_runs[2].id.items, model::Items{3});
  query.after = first.task_runs.back().id;
  const TaskRunPage second = list_task_runs(view_, RunId(1), query).value();
  EXPECT_EQ(second.task_runs.size(), 41u);
  EXPECT_FALSE(second.has_more);
  int visited = 0;
  ASSERT_TRUE(visit_task_runs_of(view_, RunId(1), TaskId(2), [&](model::TaskRun&&) {
                return ++visited < 1000;
              }).has_value());
  EXPECT_EQ(visited, 300);
}

TEST_F(Records, AnAttemptComesBackWhole) {
  model::Attempt attempt;
  attempt.id = AttemptId((3ull << 40) | 9);
  attempt.task_run = {RunId(1), TaskId(2), {3, 4}};
  attempt.number = 2;
  attempt.executor = "slurm";
  attempt.handle = "4711";
  attempt.cpus = 1.5;
  attempt.given = Instant{1};
  attempt.started = Instant{2};
  attempt.ended = Instant{3};
  attempt.outcome = {model::EndReason::kSignal, 9, "killed by signal 9"};
  attempt.usage = {1 << 20, 5000};
  attempt.log = {20000, true};
  attempt.key = sha256("key");
  attempt.base = sha256("base");
  attempt.inputs = std::string("\0\1\2", 3);
  write(put_attempt, attempt);
  const model::Attempt back = find_attempt(view_, attempt.id).value().value();
  EXPECT_EQ(back.task_run, attempt.task_run);
  EXPECT_EQ(back.number, 2u);
  EXPECT_EQ(back.executor, "slurm");
  EXPECT_EQ(back.handle, "4711");
  EXPECT_EQ(back.cpus, 1.5);
  EXPECT_EQ(back.given, Instant{1});
  EXPECT_EQ(back.started, Instant{2});
  EXPECT_EQ(back.ended, Instant{3});
  EXPECT_EQ(back.outcome.reason, model::EndReason::kSignal);
  EXPECT_EQ(back.outcome.code, 9);
  EXPECT_EQ(back.outcome.message, "killed by signal 9");
  EXPECT_EQ(back.usage.peak_memory_bytes, 1 << 20);
  EXPECT_EQ(back.usage.cpu_us, 5000);
  EXPECT_EQ(back.log.size, 20000u);
  EXPECT_TRUE(back.log.is_file);
  EXPECT_EQ(back.key, attempt.key);
  EXPECT_EQ(back.base, attempt.base);
  EXPECT_EQ(back.inputs, attempt.inputs);
}

TEST_F(Records, LiveAttemptsAreListedUntilTheyEnd) {
  Batch batch;
  put_live(batch, AttemptId(5), "generation-1");
  put_live(batch, AttemptId(6), "generation-1");
  remove_live(batch, AttemptId(5));
  put_log(batch, AttemptId(5), "hello\n");
  commit(batch);
  const std::vector<Live> live = list_live(view_).value();
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].attempt, AttemptId(6));
  EXPECT_EQ(live[0].where, "generation-1");
  EXPECT_EQ(find_log(view_, AttemptId(5)).value(), "hello\n");
}

TEST_F(Records, DueTimesComeEarliestFirst) {
  Batch batch;
  put_due(batch, {Instant{200}, {RunId(1), TaskId(1), {7}}, Duration(50)});
  put_due(batch, {Instant{100}, {RunId(9), TaskId(2), {}}, Duration(60)});
  put_due(batch, {Instant{150}, {RunId(9), TaskId(3), {}}, Duration(70)});
  remove_due(batch, Instant{150}, {RunId(9), TaskId(3), {}});
  commit(batch);
  const std::vector<Due> due = list_due(view_).value();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].at, Instant{100});
  EXPECT_EQ(due[1].task_run, (model::TaskRunId{RunId(1), TaskId(1), {7}}));
  EXPECT_EQ(due[1].remaining, Duration(50));
}

TEST_F(Records, AKeyStandsForItsOutputs) {
  write(put_key, KeyRecord{sha256("k"), AttemptId(9), {make_output("o", 4)}, Instant{5}});
  const KeyRecord back = find_key(view_, sha256("k")).value().value();
  EXPECT_EQ(back.attempt, AttemptId(9));
  EXPECT_EQ(back.outputs[0].value, Value::of_int(4));
  EXPECT_EQ(back.expires, Instant{5});
  write([](Batch& batch, const Digest& key) { remove_key(batch, key); }, sha256("k"));
  EXPECT_FALSE(find_key(view_, sha256("k")).value().has_value());
}

TEST_F(Records, AnObjectHasItsBytesWhereItIsSmall) {
  Batch batch;
  put_object(batch, {sha256("abc"), 3, false, "abc", false}, AttemptId(2),
             Instant{7'200'000'000 + 5});
  put_object(batch, {sha256("big"), 1 << 20, true, "", true}, AttemptId(), Instant{1});
  commit(batch);
  const ObjectRecord small = find_object(view_, sha256("abc")).value().value();
  EXPECT_EQ(small.size, 3u);
  EXPECT_EQ(small.places, kInStore);
  EXPECT_EQ(small.first_attempt, AttemptId(2));
  EXPECT_EQ(small.last_used, Instant{7'200'000'000});
  EXPECT_EQ(find_object_bytes(view_, sha256("abc")).value(), "abc");
  EXPECT_EQ(find_object(view_, sha256("big")).value()->places, kInFile);
  EXPECT_TRUE(find_object(view_, sha256("big")).value()->is_manifest);
  EXPECT_FALSE(find_object_bytes(view_, sha256("big")).value().has_value());
}

TEST_F(Records, AnObjectLastUsedWhenNoTimeIsIsDamaged) {
  const std::string field = "\x01\x28";  // last_used_hour
  const std::string key = object_key(sha256("a"));
  EXPECT_TRUE(read_object(key, field + "\x02").has_value());
  EXPECT_FALSE(read_object(key, field + "\xff\xff\xff\xff\xff\xff\xff\x67").has_value());
}

TEST_F(Records, ReadersOfAnArtifactAreListedOnceEach) {
  Batch batch;
  put_used_by(batch, sha256("a"), RunId(1), TaskId(2));
  put_used_by(batch, sha256("a"), RunId(1), TaskId(2));
  put_used_by(batch, sha256("a"), RunId(3), TaskId(1));
  put_used_by(batch, sha256("b"), RunId(4), TaskId(1));
  commit(batch);
  const std::vector<UsedBy> uses = list_used_by(view_, sha256("a"), 10).value();
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[1].run, RunId(3));
  EXPECT_EQ(list_used_by(view_, sha256("a"), 1).value().size(), 1u);
}

TEST_F(Records, TransitionsComeBackInOrderAfterACommit) {
  model::Transitions first;
  first.commit = 10;
  first.at = Instant{1'700'000'000'000'000};
  first.tasks = {
      {TaskId(1), {}, TaskRunState::kRunning, model::Source::kNone, AttemptId((1ull << 40) | 1)},
      {TaskId(2), {70000, 1}, TaskRunState::kDone, model::Source::kHit, AttemptId(3)}};
  model::Transitions second;
  second.commit = 11;
  second.at = Instant{-5};
  second.run_state = model::RunState::kSucceeded;
  second.cancel_asked = true;
  Batch batch;
  put_transitions(batch, RunId(1), first);
  put_transitions(batch, RunId(1), second);
  commit(batch);
  const TransitionsPage all = list_transitions(view_, RunId(1), 0, 10).value();
  ASSERT_EQ(all.commits.size(), 2u);
  EXPECT_EQ(all.commits[0], first);
  EXPECT_EQ(all.commits[1], second);
  EXPECT_EQ(list_transitions(view_, RunId(1), 10, 10).value().commits.size(), 1u);
  EXPECT_TRUE(list_transitions(view_, RunId(1), 0, 1).value().has_more);
  EXPECT_EQ(encode_transitions(first).size(), 33u);
  Batch removal;
  const auto removed = remove_transitions(view_, removal, RunId(1), 0, 1).value();
  ASSERT_TRUE(removed);
  commit(removal);
  EXPECT_EQ(list_transitions(view_, RunId(1), 0, 10).value().commits.size(), 1u);
}

TEST_F(Records, DamagedTransitionsAreAnErrorNotACrash) {
  model::Transitions one;
  one.at = Instant{1};
  one.tasks = {{TaskId(1), {1}, TaskRunState::kDone, model::Source::kRan, AttemptId(1)}};
  const std::string good = encode_transitions(one);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_transitions(1, good.substr(0, size)).has_value());
  }
  EXPECT_FALSE(decode_transitions(1, good + '\0').has_value());
}

TEST_F(Records, TransitionsOfNoKnownStateAreDamaged) {
  const auto is_read = [](TaskRunState state, model::Source source) {
    model::Transitions one;
    one.tasks = {{TaskId(1), {}, state, source, AttemptId(1)}};
    return decode_transitions(1, encode_transitions(one)).has_value();
  };
  EXPECT_TRUE(is_read(TaskRunState::kDone, model::Source::kHit));
  EXPECT_FALSE(is_read(static_cast<TaskRunState>(0), model::Source::kNone));
  EXPECT_FALSE(is_read(static_cast<TaskRunState>(15), model::Source::kNone));
  EXPECT_FALSE(is_read(TaskRunState::kDone, static_cast<model::Source>(7)));
}

TEST_F(Records, CountsAreListedByTask) {
  model::Counts counts;
  counts.ran = 3;
  counts.total = 10;
  counts.is_total_known = true;
  Batch batch;
  put_counts(batch, RunId(1), TaskId(2), counts);
  put_counts(batch, RunId(2), TaskId(1), {});
  commit(batch);
  const auto all = list_counts(view_, RunId(1)).value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].first, TaskId(2));
  EXPECT_EQ(all[0].second.ran, 3u);
  EXPECT_TRUE(all[0].second.is_total_known);
}

TEST_F(Records, ARequestIsFoundByItsClientKeyUntilItExpires) {
  RequestRecord request;
  request.client_key = "a key/with\nanything";
  request.run = RunId(12);
  request.request = sha256("body");
  request.expires = Instant{100};
  write(put_request, request);
  const auto back = find_request(view_, "local", request.client_key).value();
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->run, RunId(12));
  EXPECT_EQ(back->request, request.request);
  EXPECT_FALSE(find_request(view_, "loca", request.client_key).value().has_value());
  EXPECT_TRUE(find_expired_requests(view_, Instant{99}, {}, 10)->expired.empty());
  const auto expired = find_expired_requests(view_, Instant{101}, {}, 10)->expired;
  ASSERT_EQ(expired.size(), 1u);
  write(remove_request, expired[0]);
  EXPECT_FALSE(find_request(view_, "local", request.client_key).value().has_value());
}

TEST_F(Records, ASnapshotTellsWhoSubmittedIt) {
  write(put_snapshot, SnapshotRecord{sha256("s"), "default", "local", Instant{4}});
  EXPECT_EQ(find_snapshot(view_, sha256("s")).value()->at, Instant{4});
}

TEST_F(Records, ADamagedRecordIsAnErrorThatNamesIt) {
  Batch batch;
  batch.put(Family::kRecords, run_key(RunId(3)), "\x01\xff\xff\xff");
  commit(batch);
  const auto found = find_run(view_, RunId(3));
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(found.error().message.find("run 3"), std::string::npos);
}

TEST(Buckets, KeysSortByNumber) {
  EXPECT_LT(run_key(RunId(255)), run_key(RunId(256)));
  EXPECT_LT(task_run_key({RunId(1), TaskId(1), {255}}), task_run_key({RunId(1), TaskId(1), {256}}));
  EXPECT_LT(due_key(Instant{255}, {}), due_key(Instant{256}, {}));
}

TEST(Buckets, AKeyCutShortIsNoTaskRun) {
  const std::string key = task_run_key({RunId(1), TaskId(1), {2}});
  KeyReader whole(key);
  EXPECT_EQ(read_task_run_id(whole).value().items, model::Items{2});
  KeyReader cut(std::string_view(key).substr(0, key.size() - 1));
  EXPECT_FALSE(read_task_run_id(cut).has_value());
}

}  // namespace
}  // namespace mlp::store
