// SPDX-License-Identifier: Apache-2.0
//
// Which working folder an attempt gets.
#include "runtime/execute/local/slots.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace mlp::execute {
namespace {

class WorksAtOnce final : public Workers {
 public:
  void post(std::function<void()> work) override { work(); }
};

// A daemon that is killed between throwing a slot's folder away and telling the runner leaves an
// ended attempt behind that still names the slot: the next daemon ends its use once more.
TEST(Slots, OneThatTheRunnerStillNamesIsNotGivenAwayThoughItsFolderIsGone) {
  const TempFolder data;
  WorksAtOnce workers;
  const SlotTools tools{real_files(), real_task_files(), workers};
  Slots before(tools, data.path(), 1);
  ASSERT_TRUE(before.begin_generation(1, {}));
  const auto first = before.take();
  ASSERT_TRUE(first);
  before.discard(*first);

  Slots after(tools, data.path(), 2);
  ASSERT_TRUE(after.begin_generation(1, {*first}));
  const auto second = after.take();
  ASSERT_TRUE(second);
  EXPECT_NE(*second, *first);
  after.discard(*first);
  EXPECT_TRUE(real_files().stat(after.paths(*second).folder));
}

}  // namespace
}  // namespace mlp::execute
