// SPDX-License-Identifier: Apache-2.0
//
// Who gives way when there are too many, or when they hold too much.
#include "daemon/http/server/crowd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mlp::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using std::chrono::milliseconds;

constexpr std::size_t kKib = 1024;

class CrowdTest : public testing::Test {
 protected:
  struct Visitor final : Guest {
    Visitor(CrowdTest& in, std::string named) : test(in), name(std::move(named)) {}
    void give_way() override { test.gone.push_back(name); }
    CrowdTest& test;
    std::string name;
  };

  Visitor& enter(const std::string& name, bool is_known = false) {
    Visitor& visitor = *visitors.emplace_back(std::make_unique<Visitor>(*this, name));
    EXPECT_TRUE(crowd.make_room());
    crowd.enter(visitor);
    if (is_known) crowd.recognise(visitor);
    crowd.waits(visitor);
    return visitor;
  }

  Crowd crowd{{.guests = 4, .strangers = 2, .streams = 2, .held_bytes = 64 * kKib,
               .patience = milliseconds(0)}};
  std::vector<std::unique_ptr<Visitor>> visitors;
  std::vector<std::string> gone;
};

TEST_F(CrowdTest, TheStrangerWhoWaitsLongestMakesRoomForAStranger) {
  enter("first");
  enter("second");
  enter("third");
  EXPECT_THAT(gone, ElementsAre("first"));
  EXPECT_EQ(crowd.guests(), 2u);
}

TEST_F(CrowdTest, StrangersNeverDriveOutThoseWhoAreKnownWhileOneOfThemIsLeft) {
  for (const char* name : {"a", "b", "c"}) enter(name, true);
  for (int i = 0; i < 10; ++i) enter("stranger" + std::to_string(i));
  EXPECT_EQ(gone.size(), 9u);
  EXPECT_THAT(gone, testing::Each(testing::StartsWith("stranger")));
}

TEST_F(CrowdTest, WhenAllAreKnownTheOneIdleForLongestMakesRoom) {
  auto& first = enter("a", true);
  for (const char* name : {"b", "c", "d"}) enter(name, true);
  crowd.waits(first);  // it has just done something
  enter("e", true);
  EXPECT_THAT(gone, ElementsAre("b"));
}

TEST_F(CrowdTest, WhoIsWorkedForStays) {
  for (const char* name : {"a", "b"}) crowd.works(enter(name));
  EXPECT_FALSE(crowd.make_room());
  EXPECT_THAT(gone, IsEmpty());
}

TEST_F(CrowdTest, TheSumOfWhatIsHeldHasOneBound) {
  auto& first = enter("a", true);
  auto& second = enter("b", true);
  EXPECT_TRUE(crowd.hold(first, 40 * kKib));
  EXPECT_TRUE(crowd.hold(second, 24 * kKib));
  EXPECT_THAT(gone, IsEmpty());
  EXPECT_TRUE(crowd.hold(second, 30 * kKib));
  EXPECT_THAT(gone, ElementsAre("a"));
  EXPECT_EQ(crowd.held(), 30 * kKib);
}

TEST_F(CrowdTest, WhoHoldsLittleDoesNotGiveWayForMemory) {
  enter("idle", true);
  auto& large = enter("large", true);
  auto& next = enter("next", true);
  EXPECT_TRUE(crowd.hold(large, 60 * kKib));
  EXPECT_TRUE(crowd.hold(next, 60 * kKib));
  EXPECT_THAT(gone, ElementsAre("large"));
}

TEST_F(CrowdTest, WhatNobodyGivesWayForIsNotHeld) {
  auto& worked_for = enter("a", true);
  EXPECT_TRUE(crowd.hold(worked_for, 60 * kKib));
  crowd.works(worked_for);
  auto& next = enter("b", true);
  EXPECT_FALSE(crowd.hold(next, 10 * kKib));
  EXPECT_TRUE(crowd.hold(next, 1 * kKib)) << "little is always held";
  EXPECT_EQ(crowd.held(), 61 * kKib);
}

TEST(Crowd, ThoseWhoAreKnownAreGivenTimeToSendAndToRead) {
  struct Visitor final : Guest {
    void give_way() override { is_gone = true; }
    bool is_gone = false;
  };
  Crowd crowd({.guests = 9, .strangers = 9, .streams = 9, .held_bytes = 64 * kKib,
               .patience = std::chrono::hours(1)});
  Visitor known, stranger, next;
  for (Visitor* visitor : {&known, &stranger, &next}) {
    crowd.enter(*visitor);
    if (visitor != &stranger) crowd.recognise(*visitor);
    crowd.waits(*visitor);
  }
  EXPECT_TRUE(crowd.hold(known, 30 * kKib));
  EXPECT_TRUE(crowd.hold(stranger, 30 * kKib));
  EXPECT_TRUE(crowd.hold(next, 30 * kKib)) << "a stranger is given none";
  EXPECT_TRUE(stranger.is_gone);
  EXPECT_FALSE(crowd.hold(next, 60 * kKib));
  EXPECT_FALSE(known.is_gone);
}

TEST(Crowd, WhatIsLargeLeavesRoomForWhatIsUsual) {
  struct Visitor final : Guest {
    void give_way() override {}
  };
  Crowd crowd({.guests = 9, .strangers = 9, .streams = 9, .held_bytes = 400 * kKib,
               .patience = std::chrono::hours(1)});
  Visitor large, larger, usual;
  for (Visitor* visitor : {&large, &larger, &usual}) crowd.enter(*visitor);
  EXPECT_TRUE(crowd.hold(large, 300 * kKib));
  EXPECT_FALSE(crowd.hold(larger, 90 * kKib));
  EXPECT_TRUE(crowd.hold(usual, 60 * kKib));
}

TEST_F(CrowdTest, StreamsShareHalfOfWhatMayBeHeld) {
  auto& first = enter("a", true);
  auto& second = enter("b", true);
  auto& third = enter("c", true);
  EXPECT_TRUE(crowd.begin_stream(first));
  EXPECT_EQ(crowd.stream_share(), 32 * kKib);
  EXPECT_TRUE(crowd.begin_stream(second));
  EXPECT_EQ(crowd.stream_share(), 16 * kKib);
  EXPECT_FALSE(crowd.begin_stream(third));
  crowd.leave(first);
  EXPECT_TRUE(crowd.begin_stream(third));
}

TEST_F(CrowdTest, WhoeverLeavesHoldsNothingAndMayLeaveAgain) {
  auto& visitor = enter("a");
  EXPECT_TRUE(crowd.hold(visitor, 10 * kKib));
  crowd.leave(visitor);
  crowd.leave(visitor);
  EXPECT_EQ(crowd.guests(), 0u);
  EXPECT_EQ(crowd.held(), 0u);
  EXPECT_FALSE(crowd.hold(visitor, 1)) << "it is not here any more";
}

}  // namespace
}  // namespace mlp::http
