// SPDX-License-Identifier: Apache-2.0
//
// What was freed goes back to the system.
#include "daemon/mlpd/memory_keeper.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/sanitized.h"

namespace mlp::mlpd {
namespace {

TEST(MemoryKeeper, GivesBackWhatWasFreedInTheMiddleAndThenLetsItBe) {
  if (test::kIsSanitized) GTEST_SKIP() << "the sanitizer's malloc keeps what is freed";
  MemoryKeeper keeper;
  std::vector<std::unique_ptr<char[]>> pieces;
  for (int i = 0; i < 20'000; ++i) pieces.push_back(std::make_unique<char[]>(1000));
  const auto last = std::move(pieces.back());  // malloc itself gives back only what is at the end
  pieces.clear();
  EXPECT_TRUE(keeper.look());
  EXPECT_FALSE(keeper.look()) << "nothing has changed since";
}

TEST(MemoryKeeper, SeesThatWhatWasUsedTheLastTimeIsFreeNow) {
  if (test::kIsSanitized) GTEST_SKIP() << "the sanitizer's malloc keeps what is freed";
  MemoryKeeper keeper;
  std::vector<std::unique_ptr<char[]>> pieces;
  for (int i = 0; i < 40'000; ++i) pieces.push_back(std::make_unique<char[]>(1000));
  for (int i = 0; i < 20'000; ++i) pieces[static_cast<std::size_t>(i)].reset();
  EXPECT_TRUE(keeper.look());
  const auto last = std::move(pieces.back());
  pieces.clear();
  EXPECT_TRUE(keeper.look());
}

}  // namespace
}  // namespace mlp::mlpd
