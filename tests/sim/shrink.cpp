// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/shrink.h"

#include "tests/sim/edit.h"

namespace mlp::sim {

Scenario shrink(Scenario scenario, const Fails& fails, std::size_t most) {
  bool is_smaller = true;
  while (is_smaller) {
    is_smaller = false;
    for (const std::string& edit : possible_edits(scenario)) {
      Scenario candidate = scenario;
      // A part may be gone with one that was taken away before.
      if (!apply_edit(candidate, edit)) continue;
      if (most-- == 0) return scenario;
      if (!fails(candidate)) continue;
      scenario = std::move(candidate);
      is_smaller = true;
    }
  }
  return scenario;
}

}  // namespace mlp::sim
