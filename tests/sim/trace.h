// SPDX-License-Identifier: Apache-2.0
//
// What happens in a simulation, for people: a line each. Costs nothing where nobody reads it.
#pragma once

#include <functional>
#include <string>

namespace mlp::sim {

struct Trace {
  std::function<void(const std::string& line)> tell;
};

}  // namespace mlp::sim
