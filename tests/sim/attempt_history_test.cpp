// SPDX-License-Identifier: Apache-2.0
//
// Wrong histories of attempts, and right ones that look like them.
#include <gmock/gmock.h>

#include "tests/sim/attempt_history.h"

namespace mlp::sim {
namespace {

using model::AttemptId;
using model::EndReason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr AttemptId kOne(1), kTwo(2);
const Digest kWork = sha256("some work");

model::Attempt ended(EndReason reason, std::string message = "its runner went away") {
  model::Attempt record;
  record.id = kOne;
  record.outcome = {reason, 0, std::move(message)};
  return record;
}

/// One attempt that a runner has.
AttemptHistory one_that_runs() {
  AttemptHistory history;
  history.daemon_began();
  history.welcomed(1, {});
  history.recorded({kOne}, 1);
  history.asked(kOne, kWork);
  history.sent(kOne);
  EXPECT_THAT(history.began(kOne), IsEmpty());
  return history;
}

TEST(AttemptHistory, lost_is_only_what_had_a_runner_that_died) {
  AttemptHistory history = one_that_runs();
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), HasSubstr("no runner of it died"));
  history.runner_died();
  history.welcomed(2, {kOne});
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), IsEmpty());
  EXPECT_THAT(history.judge(ended(EndReason::kSucceeded), false), HasSubstr("while its body ran"));
}

TEST(AttemptHistory, a_new_daemon_loses_nothing_that_the_same_runner_has) {
  AttemptHistory history = one_that_runs();
  history.daemon_began();
  history.welcomed(1, {kOne});
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), HasSubstr("no runner of it died"));
}

TEST(AttemptHistory, what_was_written_for_another_runner_may_be_lost_with_the_daemon) {
  AttemptHistory history;
  history.daemon_began();
  history.welcomed(1, {});
  history.recorded({kOne}, 1);
  history.welcomed(2, {kOne});
  history.asked(kOne, kWork);
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), HasSubstr("no runner of it died"));
  history.daemon_began();
  history.welcomed(2, {kOne});
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), IsEmpty());
}

TEST(AttemptHistory, what_had_not_left_the_daemon_is_not_lost_with_a_runner) {
  AttemptHistory history;
  history.daemon_began();
  history.welcomed(1, {});
  history.recorded({kOne}, 1);
  history.asked(kOne, kWork);
  history.runner_died();
  history.welcomed(2, {kOne});
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), HasSubstr("no runner of it died"));
}

TEST(AttemptHistory, what_the_daemon_knows_the_end_of_is_not_lost_with_a_runner) {
  AttemptHistory history = one_that_runs();
  history.body_ended(kOne);
  history.told(kOne);
  history.runner_died();
  history.welcomed(2, {kOne});
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), HasSubstr("no runner of it died"));
  EXPECT_THAT(history.judge(ended(EndReason::kSucceeded), false), IsEmpty());
  history.daemon_began();
  history.welcomed(3, {kOne});
  EXPECT_THAT(history.judge(ended(EndReason::kLost), false), IsEmpty()) << "that daemon died too";
}

TEST(AttemptHistory, what_has_begun_is_not_given_back) {
  const auto given_back = ended(EndReason::kLost, "the daemon ended before it was started");
  EXPECT_THAT(one_that_runs().judge(given_back, false), HasSubstr("its body began"));
  EXPECT_THAT(AttemptHistory().judge(given_back, false), IsEmpty());
}

TEST(AttemptHistory, nothing_ends_by_itself_without_having_begun) {
  AttemptHistory history;
  history.recorded({kOne}, 1);
  history.asked(kOne, kWork);
  EXPECT_THAT(history.judge(ended(EndReason::kExit), false), HasSubstr("never began"));
}

TEST(AttemptHistory, nothing_is_cancelled_that_nobody_wants_cancelled) {
  const AttemptHistory history = one_that_runs();
  EXPECT_THAT(history.judge(ended(EndReason::kCancelled), false), HasSubstr("nobody asked"));
  EXPECT_THAT(history.judge(ended(EndReason::kCancelled), true), IsEmpty());
}

TEST(AttemptHistory, a_body_begins_once_and_only_when_asked_for) {
  AttemptHistory history = one_that_runs();
  EXPECT_THAT(history.began(kOne), ElementsAre(HasSubstr("second time")));
  EXPECT_THAT(history.began(kTwo), ElementsAre(HasSubstr("nobody asked for")));
}

TEST(AttemptHistory, equal_work_is_not_done_twice_at_once) {
  AttemptHistory history = one_that_runs();
  history.asked(kTwo, kWork);
  EXPECT_THAT(history.equal_to(kTwo), ElementsAre(kOne));
  EXPECT_THAT(history.began(kTwo), ElementsAre(HasSubstr("while attempt 1 does the same work")));
}

TEST(AttemptHistory, equal_work_may_be_done_again_when_it_ended_or_was_cut_off) {
  AttemptHistory history = one_that_runs();
  history.body_ended(kOne);
  history.asked(kTwo, kWork);
  EXPECT_THAT(history.began(kTwo), IsEmpty());
  history = one_that_runs();
  history.runner_died();
  history.asked(kTwo, kWork);
  EXPECT_THAT(history.began(kTwo), IsEmpty());
}

TEST(AttemptHistory, work_that_is_not_kept_is_equal_to_none) {
  AttemptHistory history;
  history.asked(kOne, {});
  history.asked(kTwo, {});
  EXPECT_THAT(history.equal_to(kTwo), IsEmpty());
}

}  // namespace
}  // namespace mlp::sim
