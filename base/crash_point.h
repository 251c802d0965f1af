// SPDX-License-Identifier: Apache-2.0
//
// Named places where a test may end the process, as kill -9 would: MLP_CRASH_AT=commit.after_write.
// Costs one relaxed load where no name is set.
#pragma once

#include <atomic>

namespace mlp {

extern std::atomic<bool> g_crash_points_armed;
/// Ends the process by SIGKILL when `name` is the armed one.
void reach_crash_point(const char* name);

}  // namespace mlp

#define CRASH_POINT(name)                                                     \
  do {                                                                        \
    if (::mlp::g_crash_points_armed.load(std::memory_order_relaxed)) ::mlp::reach_crash_point(name); \
  } while (false)
