// SPDX-License-Identifier: Apache-2.0
//
// Named places where a test may end the process, as kill -9 would. A name is `area.what`, given
// once in the sources; what is named has been done. Costs one relaxed load where nothing is armed.
//
//   MLP_CRASH_AT=commit.after_write     ends the process there, at the first time it is reached
//   MLP_CRASH_AT=commit.after_write:3   at the third
//   MLP_CRASH_LOG=FILE                  appends each name to FILE when it is first reached, and
//                                       name:hit where the process ends
#pragma once

#include <atomic>

namespace mlp {

/// Called instead of what the environment asks for, on the thread that reached it; may throw.
using CrashHandler = void (*)(const char* name, void* context);
/// For tests in one process. null: as the environment says again. Any thread.
void set_crash_handler(CrashHandler handler, void* context);

extern std::atomic<bool> g_crash_points_armed;
void reach_crash_point(const char* name);

}  // namespace mlp

#define CRASH_POINT(name)                                              \
  do {                                                                 \
    if (::mlp::g_crash_points_armed.load(std::memory_order_relaxed)) { \
      ::mlp::reach_crash_point(name);                                  \
    }                                                                  \
  } while (false)
