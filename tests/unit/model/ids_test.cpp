// SPDX-License-Identifier: Apache-2.0
//
// Names of task runs, as docs/http-api.md and the command line have them.
#include "runtime/model/ids.h"

#include <gtest/gtest.h>

#include "runtime/model/artifacts.h"
#include "runtime/model/state.h"
#include "tests/unit/plan/sample_plan.h"

namespace mlp::model {
namespace {

using plan::BlockId;
using plan::Statement;
using plan::StatementKind;
using plan::build::PlanBuilder;

/// A `for` or a called pipeline with an empty body.
BlockId nest(PlanBuilder& b, StatementKind kind, BlockId outer) {
  const plan::StatementId id = b.statement(kind, outer, "").id;
  const std::uint32_t depth =
      b.plan.block(outer).depth + (kind == StatementKind::kFor ? 1 : 0);
  const BlockId body = b.block(id, depth);
  b.plan.statements[id.value - 1].body = body;
  return body;
}

void call(PlanBuilder& b, BlockId block, const std::string& name) {
  Statement& statement = b.statement(StatementKind::kCall, block, "");
  const TaskId task(static_cast<std::uint32_t>(b.plan.tasks.size() + 1));
  statement.task = task;
  b.plan.tasks.push_back({task, name, 0, statement.id, b.plan.block(block).depth});
}

/// split; for { fit }; for { etl_day: { clean; for { load } } }; for { for { if { pair.2 } } }
plan::Plan sample() {
  PlanBuilder b;
  b.plan.pipeline = "iris";
  const BlockId root = b.block();
  call(b, root, "split");
  call(b, nest(b, StatementKind::kFor, root), "fit");
  const BlockId day = nest(b, StatementKind::kBlock, nest(b, StatementKind::kFor, root));
  call(b, day, "etl_day/clean");
  call(b, nest(b, StatementKind::kFor, day), "etl_day/load");
  const BlockId twice = nest(b, StatementKind::kFor, nest(b, StatementKind::kFor, root));
  call(b, nest(b, StatementKind::kIf, twice), "pair.2");
  return b.plan;
}

void expect_name(std::uint32_t task, Items items, const std::string& name) {
  const plan::Plan plan = sample();
  const TaskRunId id{RunId(12), TaskId(task), std::move(items)};
  EXPECT_EQ(to_text(id, plan), name);
  const auto back = parse_task_run(name, plan);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(*back, id);
}

TEST(TaskRunName, IsRunAndTask) { expect_name(1, {}, "12/split"); }
TEST(TaskRunName, HasItsItem) { expect_name(2, {2}, "12/fit[2]"); }
TEST(TaskRunName, HasTheItemAfterThePipelineInsideTheFor) {
  expect_name(3, {3}, "12/etl_day[3]/clean");
}
TEST(TaskRunName, HasEachItemAfterItsOwnPart) { expect_name(4, {3, 0}, "12/etl_day[3]/load[0]"); }
TEST(TaskRunName, HasItemsOfForsInForsSideBySide) { expect_name(5, {10, 7}, "12/pair.2[10][7]"); }

void expect_refused(const std::string& name, ErrorCode code, const std::string& part) {
  const auto parsed = parse_task_run(name, sample());
  ASSERT_FALSE(parsed.has_value()) << name;
  EXPECT_EQ(parsed.error().code, code) << name;
  EXPECT_NE(parsed.error().message.find(part), std::string::npos) << parsed.error().message;
}

TEST(TaskRunName, OthersAreRefusedWithAHint) {
  expect_refused("12", ErrorCode::kInvalid, "12/fit[2]");
  expect_refused("12/", ErrorCode::kInvalid, "RUN/TASK");
  expect_refused("x/fit", ErrorCode::kInvalid, "not a run");
  expect_refused("12/fti[0]", ErrorCode::kNotFound, "did you mean 'fit'");
  expect_refused("12/fit", ErrorCode::kNotFound, "12/fit[0]");
  expect_refused("12/etl_day/clean[3]", ErrorCode::kNotFound, "12/etl_day[0]/clean");
  expect_refused("12/fit[x]", ErrorCode::kInvalid, "RUN/TASK");
  expect_refused("12/fit[01]", ErrorCode::kInvalid, "RUN/TASK");
  expect_refused("12/fit[1", ErrorCode::kInvalid, "RUN/TASK");
  expect_refused("12/fit[99999999999]", ErrorCode::kInvalid, "RUN/TASK");
}

TEST(RunName, IsItsNumber) {
  EXPECT_EQ(parse_run("12").value(), RunId(12));
  EXPECT_EQ(parse_run("12/fit[1]").value(), RunId(12));
  for (const char* bad : {"", "0", "-1", "12x", "1 2", "99999999999999999999"}) {
    EXPECT_FALSE(parse_run(bad).has_value()) << bad;
  }
}

TEST(StateText, IsAsDocumented) {
  EXPECT_EQ(to_text(RunState::kSucceeded), "succeeded");
  EXPECT_EQ(to_text(TaskRunState::kBackoff), "backoff");
  EXPECT_EQ(to_text(EndReason::kOutput), "output");
  EXPECT_EQ(to_text(Source::kHit), "hit");
}

TEST(Artifacts, AreFoundHoweverDeep) {
  plan::Artifact file;
  file.name = "a.csv";
  const plan::Value deep = plan::Value::of_record(
      {{"files", plan::Value::of_list({plan::Value::of_artifact(file), plan::Value()})},
       {"by_day", plan::Value::of_map({{"mon", plan::Value::of_artifact(file)}})},
       {"score", plan::Value::of_float(1)}});
  std::vector<plan::Artifact> found;
  collect_artifacts(deep, found);
  EXPECT_EQ(found.size(), 2u);
}

}  // namespace
}  // namespace mlp::model
