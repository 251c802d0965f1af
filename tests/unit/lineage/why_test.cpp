// SPDX-License-Identifier: Apache-2.0
#include "runtime/lineage/why.h"

#include "tests/unit/lineage/history.h"

namespace mlp::lineage {
namespace {

TEST_F(History, TheFirstRunOfATaskIsSaidToBeTheFirst) {
  const Why answer = why(carry_out_run(3), kSplit);
  EXPECT_TRUE(answer.is_first_time);
  EXPECT_EQ(answer.name, "1/split");
  EXPECT_EQ(answer.sentence, "ran for the first time");
}

TEST_F(History, AHitTellsWhoMadeItsOutputs) {
  carry_out_run(3);
  const Why answer = why(carry_out_run(3), kFit, {1});
  EXPECT_EQ(answer.source, model::Source::kHit);
  EXPECT_EQ(answer.made_by->name, "1/fit[1]");
  EXPECT_EQ(answer.made_by->attempt, AttemptId(3));
  EXPECT_NE(answer.sentence.find("cached"), std::string::npos);
  EXPECT_NE(answer.sentence.find("1/fit[1]"), std::string::npos);
}

TEST_F(History, AChangedFileIsNamed) {
  carry_out_run(3);
  const Why answer = why(carry_out_run(3, {{"fit", "new"}}), kFit, {0});
  EXPECT_EQ(answer.sentence, "ran: src/fit.py changed since run 1");
  EXPECT_EQ(answer.compared_with->name, "1/fit[0]");
  EXPECT_EQ(answer.roots, std::vector<std::string>{"2/fit[0]: src/fit.py changed"});
}

TEST_F(History, AChangedInputIsFollowedToWhatIsBehindIt) {
  carry_out_run(3);
  const RunId second = carry_out_run(3, {{"split", "new"}});
  const Why fit = why(second, kFit, {1});
  EXPECT_EQ(fit.sentence, "ran: input parts changed (from split) since run 1");
  ASSERT_EQ(fit.causes.size(), 1u);
  ASSERT_EQ(fit.causes[0].upstream.size(), 1u);
  EXPECT_EQ(fit.causes[0].upstream[0].sentence, "ran: src/split.py changed since run 1");
  EXPECT_EQ(fit.roots, std::vector<std::string>{"2/split: src/split.py changed"});
  const Why choose = why(second, kChoose);
  EXPECT_EQ(choose.sentence, "ran: input fits changed (from fit[0], fit[1]) since run 1");
  EXPECT_EQ(choose.roots, std::vector<std::string>{"2/split: src/split.py changed"});
}

TEST_F(History, AnotherParameterIsTheRootOfWhatItChanges) {
  carry_out_run(3);
  const RunId second = carry_out_run(4);
  EXPECT_EQ(why(second, kFit, {0}).source, model::Source::kHit);
  EXPECT_EQ(why(second, kFit, {1}).sentence, "ran: input d was 3, is 4 since run 1");
  const Why choose = why(second, kChoose);
  EXPECT_EQ(choose.sentence, "ran: input fits changed (from fit[1]) since run 1");
  EXPECT_EQ(choose.roots, std::vector<std::string>{"2/fit[1]: input d was 3, is 4"});
}

TEST_F(History, TheLastTimeIsTheNewestRunBefore) {
  carry_out_run(3);
  carry_out_run(4);
  EXPECT_EQ(why(carry_out_run(5), kFit, {1}).sentence, "ran: input d was 4, is 5 since run 2");
}

TEST_F(History, ATaskThatHasNotStartedSaysSo) {
  carry_out_run(3);
  EXPECT_EQ(why(RunId(1), kFit, {7}).sentence, "has not started yet");
}

TEST_F(History, UnknownRunsAndTasksAreNotFound) {
  carry_out_run(3);
  EXPECT_EQ(explain_task_run(sources_, {RunId(9), kSplit, {}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(explain_task_run(sources_, {RunId(1), TaskId(9), {}}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(explain_task_run(sources_, {RunId(1), kFit, {}}).error().code, ErrorCode::kNotFound);
}

TEST_F(History, WhatWasRecordedLastIsFoundForAForecast) {
  carry_out_run(3);
  carry_out_run(3);
  const auto recorded = find_recorded(sources_, {"default", "iris", "fit", {1}}).value();
  ASSERT_TRUE(recorded.has_value());
  EXPECT_EQ(recorded->earlier.name, "2/fit[1]");
  EXPECT_EQ(recorded->described.inputs[0].name, "d");
  EXPECT_FALSE(find_recorded(sources_, {"default", "other", "fit", {1}}).value().has_value());
}

}  // namespace
}  // namespace mlp::lineage
