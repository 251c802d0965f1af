// SPDX-License-Identifier: Apache-2.0
//
// Those who wait for a commit: each is woken, none takes the turn of others, none is remembered.
#include "daemon/http/follow.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace mlp::http {
namespace {

class FollowTest : public testing::Test {
 protected:
  std::shared_ptr<FollowHub::Waiter> wait(std::uint64_t seen) {
    auto waiter = std::make_shared<FollowHub::Waiter>();
    waiter->wake = [this] { ++woken; };
    hub.wait(seen, waiter);
    return waiter;
  }
  void run_all() {
    while (!posted.empty()) {
      const auto work = std::move(posted.front());
      posted.pop_front();
      work();
    }
  }

  std::deque<std::function<void()>> posted;
  FollowHub hub{[this](std::function<void()> work) { posted.push_back(std::move(work)); }};
  int woken = 0;
};

TEST_F(FollowTest, EachIsWokenOnceByACommit) {
  std::vector<std::shared_ptr<FollowHub::Waiter>> kept;
  for (int i = 0; i < 100; ++i) kept.push_back(wait(0));
  hub.published(1);
  hub.published(2);
  run_all();
  EXPECT_EQ(woken, 100);
}

TEST_F(FollowTest, WhoMissedACommitIsWokenAtOnce) {
  hub.published(5);
  const auto waiter = wait(4);
  run_all();
  EXPECT_EQ(woken, 1);
}

TEST_F(FollowTest, AThousandWhoWaitLeaveTurnsToOthers) {
  std::vector<std::shared_ptr<FollowHub::Waiter>> kept;
  for (int i = 0; i < 1000; ++i) kept.push_back(wait(0));
  hub.published(1);
  int woken_before = -1;
  ASSERT_EQ(posted.size(), 1u) << "one piece of work for all of them";
  posted.push_back([&] { woken_before = woken; });  // a request that comes now
  run_all();
  EXPECT_LT(woken_before, 50);
  EXPECT_EQ(woken, 1000);
}

TEST_F(FollowTest, WhoHasGoneIsNotWoken) {
  wait(0).reset();
  hub.published(1);
  run_all();
  EXPECT_EQ(woken, 0);
}

}  // namespace
}  // namespace mlp::http
