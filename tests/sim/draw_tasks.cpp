// SPDX-License-Identifier: Apache-2.0
//
// What tasks take, yield and do.
#include "tests/sim/draw_recipe.h"
#include "tests/support/plan_builder.h"

namespace mlp::sim {
namespace {

using plan::RetryClass;
using plan::RetryRule;

bool chance(Random& random, std::uint64_t percent) { return random.below(100) < percent; }

Ending random_mishap(Random& random, bool has_timeout) {
  switch (random.below(8)) {
    case 0: return {EndingKind::kSignal, random.below(2) == 0 ? 9 : 11};
    case 1: return {EndingKind::kBadOutput, 0};
    case 2: return {has_timeout ? EndingKind::kTimesOut : EndingKind::kExits, 1};
    case 3: return {EndingKind::kExits, 75};
    default: return {EndingKind::kExits, static_cast<std::int32_t>(1 + random.below(3))};
  }
}

std::vector<Ending> random_endings(Random& random, bool has_timeout) {
  std::vector<Ending> endings;
  if (chance(random, 65)) return {Ending{}};
  std::uint64_t mishaps = 1 + random.below(3);
  for (std::uint64_t i = 0; i < mishaps; ++i) {
    endings.push_back(random_mishap(random, has_timeout));
  }
  if (chance(random, 65)) endings.push_back({});
  return endings;
}

std::vector<RetryClass> random_classes(Random& random) {
  switch (random.below(8)) {
    case 0: return {RetryClass::kLost};
    case 1: return {RetryClass::kTimeout};
    case 2: return {RetryClass::kOutput};
    case 3: return {RetryClass::kError, RetryClass::kLost};
    case 4: return {RetryClass::kError, RetryClass::kTimeout, RetryClass::kOutput};
    default: return {RetryClass::kError};
  }
}

RetryRule random_rule(Random& random) {
  RetryRule rule;
  rule.classes = random_classes(random);
  rule.tries = static_cast<std::uint32_t>(random.below(4));
  if (rule.classes.front() == RetryClass::kError && chance(random, 20)) rule.exit_codes = {75};
  if (chance(random, 50)) {
    auto from = static_cast<std::int64_t>(1 + random.below(5));
    rule.backoff_from = test::seconds(from);
    if (chance(random, 50)) rule.backoff_to = test::seconds(4 * from);
  }
  return rule;
}

std::vector<InputKind> random_inputs(Random& random) {
  std::vector<InputKind> inputs;
  std::uint64_t count = random.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    switch (random.below(8)) {
      case 0: inputs.push_back(InputKind::kNumbers); break;
      case 1:
      case 2: inputs.push_back(InputKind::kArtifact); break;
      case 3: inputs.push_back(InputKind::kFiles); break;
      default: inputs.push_back(InputKind::kNumber);
    }
  }
  if (chance(random, 10)) inputs.push_back(InputKind::kCores);
  return inputs;
}

std::vector<OutputKind> random_outputs(Random& random) {
  std::vector<OutputKind> outputs{OutputKind::kNumber};
  if (chance(random, 40)) outputs.push_back(OutputKind::kNumbers);
  if (chance(random, 40)) outputs.push_back(OutputKind::kFile);
  if (chance(random, 10)) outputs.push_back(OutputKind::kFolder);
  if (chance(random, 10)) outputs.push_back(OutputKind::kFiles);
  return outputs;
}

RecipeTask random_task(Random& random, const std::string& name) {
  RecipeTask task;
  task.name = name;
  task.inputs = random_inputs(random);
  task.outputs = random_outputs(random);
  bool has_timeout = chance(random, 40);
  if (has_timeout) task.timeout_s = static_cast<std::int64_t>(600 + random.below(4) * 600);
  task.behaviour.endings = random_endings(random, has_timeout);
  task.behaviour.takes = std::chrono::milliseconds(random.below(4) == 0 ? random.below(60'000)
                                                                        : random.below(300));
  if (chance(random, 30)) task.behaviour.file_bytes = 17'000 + random.below(8) * 5'000;
  task.behaviour.salt = random.below(1000);
  std::uint64_t rules = random.below(3);
  for (std::uint64_t i = 0; i < rules; ++i) task.retry.push_back(random_rule(random));
  task.cpus = chance(random, 85) ? 1 : static_cast<std::int64_t>(random.below(5));
  task.is_cached = chance(random, 80);
  task.is_printed = chance(random, 10);
  return task;
}

}  // namespace

std::vector<RecipeTask> random_tasks(Random& random, std::size_t count) {
  std::vector<RecipeTask> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back(random_task(random, "t" + std::to_string(i)));
  }
  return tasks;
}

}  // namespace mlp::sim
