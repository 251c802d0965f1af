// SPDX-License-Identifier: Apache-2.0
//
// What is staged on the executor's own thread, which must not be held up.
#include "runtime/execute/local/staging.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace mlp::execute {
namespace {

AttemptStart attempt_with_file(std::uint64_t size) {
  auto plan = std::make_shared<plan::Plan>();
  plan->definitions.emplace_back();
  plan::Artifact file;
  file.name = "data.csv";
  file.size = size;
  AttemptStart attempt;
  attempt.plan = std::move(plan);
  attempt.inputs = {plan::Value::of_artifact(std::move(file))};
  return attempt;
}

bool is_light(objects::Verify verify, std::uint64_t size) {
  const TempFolder temp;
  objects::ObjectStore objects(real_files(), temp.path(), verify);
  return Staging(real_files(), objects, {}).is_light(attempt_with_file(size));
}

TEST(Staging, ALargeInputThatIsHashedFirstDoesNotHoldUpTheExecutor) {
  EXPECT_TRUE(is_light(objects::Verify::kPresence, 2 * kCopiedInput));
  EXPECT_FALSE(is_light(objects::Verify::kContent, 2 * kCopiedInput));
  EXPECT_TRUE(is_light(objects::Verify::kContent, kCopiedInput));
}

}  // namespace
}  // namespace mlp::execute
