// SPDX-License-Identifier: Apache-2.0
//
// The first process of an attempt: from clone to execve. The only code that runs in the child,
// which shares the runner's memory until then, so it makes system calls and nothing else.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "runtime/execute/runner/protocol.h"

namespace mlp::runner {

/// What the child does, as pointers that stay valid until start_child returns.
struct ChildOrder {
  const char* program = nullptr;  // path that is executed
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* folder = nullptr;
  const char* log = nullptr;     // made or emptied; standard error
  const char* output = nullptr;  // standard output; null: the log
  const Limit* limits = nullptr;
  std::size_t limit_count = 0;
};

/// `pid` 0: nothing was started. Otherwise `error` is 0, or the errno of the call named by
/// `failed`, and the child has ended by itself (reap it as any other).
struct ChildStart {
  pid_t pid = 0;
  int error = 0;
  const char* failed = "";
};

/// Returns after the child has called execve, or ended. All signals are blocked meanwhile.
ChildStart start_child(const ChildOrder& order);

}  // namespace mlp::runner
