// SPDX-License-Identifier: Apache-2.0
//
// A handler hears of each point that is reached; without one nothing happens. Dying at a point is
// tried with whole programs (tests/crash).
#include "base/crash_point.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace mlp {
namespace {

void reach_two() {
  CRASH_POINT("test.first");
  CRASH_POINT("test.second");
}

void note(const char* name, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
}

void refuse(const char* name, void*) {
  throw std::runtime_error(name);
}

TEST(CrashPoint, AHandlerHearsOfEachPointUntilItIsTakenAway) {
  std::vector<std::string> names;
  set_crash_handler(note, &names);
  reach_two();
  EXPECT_EQ(names, (std::vector<std::string>{"test.first", "test.second"}));
  set_crash_handler(nullptr, nullptr);
  reach_two();
  EXPECT_EQ(names.size(), 2u);
}

TEST(CrashPoint, AHandlerMayThrowAndBeReachedAgain) {
  set_crash_handler(refuse, nullptr);
  EXPECT_THROW(reach_two(), std::runtime_error);
  EXPECT_THROW(reach_two(), std::runtime_error);
  set_crash_handler(nullptr, nullptr);
}

}  // namespace
}  // namespace mlp
