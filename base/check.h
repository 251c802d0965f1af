// SPDX-License-Identifier: Apache-2.0
//
// MLP_CHECK: our own bugs. On in release; prints the condition and its place, then aborts.
// Never for bad input: that is a Diagnostic, a Result or an Outcome.
#pragma once

namespace mlp {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace mlp

#define MLP_CHECK(condition)                                          \
  do {                                                                \
    if (!(condition)) ::mlp::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
