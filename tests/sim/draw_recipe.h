// SPDX-License-Identifier: Apache-2.0
//
// Random tasks and recipes.
#pragma once

#include <vector>

#include "base/random.h"
#include "tests/sim/recipe.h"

namespace mlp::sim {

/// Tasks that the projects of a scenario share, so that keys are equal across runs.
std::vector<RecipeTask> random_tasks(Random& random, std::size_t count);

struct RecipeSize {
  std::size_t pieces = 4;  // at most so many in a block
  std::uint32_t depth = 1; // blocks in blocks
};

Recipe random_recipe(Random& random, std::vector<RecipeTask> tasks, RecipeSize size);

}  // namespace mlp::sim
