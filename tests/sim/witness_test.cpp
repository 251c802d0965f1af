// SPDX-License-Identifier: Apache-2.0
//
// Answers that a client may get, and those that break a promise.
#include <gmock/gmock.h>

#include "tests/sim/witness.h"

namespace mlp::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WitnessTest : public testing::Test {
 protected:
  Scenario scenario_;
  store::MemoryKv kv_;
  ManualClock clock_;
  Disk disk_{clock_};
  Witness witness_{scenario_, kv_, disk_};
};

constexpr std::uint32_t kKey = 1, kProject = 7, kOther = 8;
const Error kUsed{ErrorCode::kConflict, "this request key was used"};

TEST_F(WitnessTest, a_key_may_be_refused_to_a_second_project) {
  witness_.asked(kKey, kOther);
  witness_.asked(kKey, kProject);
  witness_.promised(model::RunId(1), kKey, kOther);
  witness_.refused(kKey, kProject, kUsed);
  EXPECT_THAT(witness_.violations(), IsEmpty());
}

TEST_F(WitnessTest, a_key_is_not_refused_to_whom_it_was_promised) {
  witness_.asked(kKey, kOther);
  witness_.asked(kKey, kProject);
  witness_.promised(model::RunId(1), kKey, kProject);
  witness_.refused(kKey, kProject, kUsed);
  EXPECT_THAT(witness_.violations(), ElementsAre(HasSubstr("is refused")));
}

TEST_F(WitnessTest, a_key_that_nobody_else_has_is_not_refused) {
  witness_.asked(kKey, kProject);
  witness_.refused(kKey, kProject, kUsed);
  EXPECT_THAT(witness_.violations(), ElementsAre(HasSubstr("is refused")));
}

TEST_F(WitnessTest, no_other_reason_for_a_refusal_is_good) {
  witness_.asked(kKey, kOther);
  witness_.asked(kKey, kProject);
  witness_.refused(kKey, kProject, {ErrorCode::kUnavailable, "too much to do"});
  EXPECT_THAT(witness_.violations(), ElementsAre(HasSubstr("too much to do")));
}

TEST_F(WitnessTest, a_cancel_is_refused_only_for_a_run_that_has_ended) {
  witness_.refused_cancel(model::RunId(1), {ErrorCode::kConflict, "run 1 has ended"});
  EXPECT_THAT(witness_.violations(), ElementsAre(HasSubstr("a cancel of run 1 is refused")));
}

}  // namespace
}  // namespace mlp::sim
