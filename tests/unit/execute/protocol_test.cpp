// SPDX-License-Identifier: Apache-2.0
//
// Frames between mlpd and mlp-runner: whole, in pieces, too large, and nonsense.
#include <gtest/gtest.h>

#include "base/random.h"
#include "runtime/execute/runner/protocol.h"

namespace mlp::runner {
namespace {

Start some_start() {
  Start start;
  start.attempt = 1ULL << 40 | 7;
  start.slot = 3;
  start.arguments = {"sh", "-c", std::string("a\0b\xff\n", 5)};
  start.environment = {"A=1"};
  start.folder = "/data/work/1/3/task";
  start.timeout_ms = 1500;
  start.limits = {{4, 0, 0}};
  start.may_wait = true;
  start.cpus = 0.5;
  return start;
}

TEST(RunnerProtocol, AStartComesBackAsItWas) {
  std::string bytes;
  ASSERT_TRUE(append_frame(some_start(), bytes));
  std::string_view rest = bytes;
  Message message;
  ASSERT_TRUE(*take_frame(rest, message));
  EXPECT_TRUE(rest.empty());
  const Start& start = std::get<Start>(message);
  EXPECT_EQ(start.attempt, 1ULL << 40 | 7);
  EXPECT_EQ(start.arguments[2], std::string("a\0b\xff\n", 5));
  EXPECT_EQ(start.timeout_ms, 1500);
  EXPECT_EQ(start.limits.at(0).resource, 4u);
  EXPECT_TRUE(start.may_wait);
  EXPECT_EQ(start.cpus, 0.5);
}

TEST(RunnerProtocol, AnAckOfNothingIsStillAnAck) {
  std::string bytes;
  ASSERT_TRUE(append_frame(Ack{}, bytes));
  std::string_view rest = bytes;
  Message message;
  const auto taken = take_frame(rest, message);
  ASSERT_TRUE(taken && *taken);
  EXPECT_TRUE(std::get<Ack>(message).attempts.empty());
}

TEST(RunnerProtocol, WordsThatAreNoUtf8ComeBackAsTheyWere) {
  Ended ended;
  ended.message = "cannot start '\xff'";
  std::string bytes;
  ASSERT_TRUE(append_frame(ended, bytes));
  std::string_view rest = bytes;
  Message message;
  const auto taken = take_frame(rest, message);
  ASSERT_TRUE(taken && *taken);
  EXPECT_EQ(std::get<Ended>(message).message, ended.message);
}

TEST(RunnerProtocol, AFrameThatComesInPiecesIsTakenWhenItIsWhole) {
  std::string bytes;
  ASSERT_TRUE(append_frame(some_start(), bytes));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::string_view part = std::string_view(bytes).substr(0, length);
    Message message;
    const auto taken = take_frame(part, message);
    ASSERT_TRUE(taken) << length;
    EXPECT_FALSE(*taken) << length;
    EXPECT_EQ(part.size(), length);
  }
}

TEST(RunnerProtocol, AMessageOverOneMebibyteIsRefused) {
  Start start = some_start();
  start.arguments.push_back(std::string(1 << 20, 'x'));
  std::string bytes;
  const Status refused = append_frame(start, bytes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_TRUE(bytes.empty());
}

TEST(RunnerProtocol, NonsenseIsAnErrorAndNeverMore) {
  SeededRandom random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    ASSERT_TRUE(append_frame(some_start(), bytes));
    for (int change = 0; change < 4; ++change) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.next());
    }
    std::string_view rest = bytes;
    Message message;
    const auto taken = take_frame(rest, message);
    if (!taken) {
      EXPECT_TRUE(taken.error().code == ErrorCode::kCorrupt ||
                  taken.error().code == ErrorCode::kUnsupported);
    }
  }
}

}  // namespace
}  // namespace mlp::runner
