// SPDX-License-Identifier: Apache-2.0
//
// What of runner.lock outlives the machine.
#include <gmock/gmock.h>

#include "base/crash_point.h"
#include "runtime/execute/runner/runner_lock.h"
#include "tests/support/temp_folder.h"

namespace mlp::runner {
namespace {

TEST(RunnerLock, ItsNameIsSyncedBeforeItsRunnerServes) {
  const TempFolder folder;
  auto lock = RunnerLock::take(folder.path());
  ASSERT_TRUE(lock);
  std::vector<std::string> points;
  set_crash_handler(
      [](const char* name, void* to) {
        static_cast<std::vector<std::string>*>(to)->emplace_back(name);
      },
      &points);
  const auto identity = lock->write_identity();
  set_crash_handler(nullptr, nullptr);
  ASSERT_TRUE(identity);
  EXPECT_EQ(points.back(), "runner.lock_named");
  EXPECT_EQ(read_runner_lock(folder.path())->identity.generation, 1u);
}

}  // namespace
}  // namespace mlp::runner
