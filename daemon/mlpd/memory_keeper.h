// SPDX-License-Identifier: Apache-2.0
//
// Gives freed memory back to the system: malloc keeps what a flood of requests has left.
#pragma once

#include <cstdint>

namespace mlp::mlpd {

/// One thread.
class MemoryKeeper {
 public:
  /// Gives back what is free, when that is worth it and something has changed since the last time.
  /// True when it did.
  bool look();

 private:
  std::uint64_t used_after_ = 0;  // bytes, when something was given back last
  std::uint64_t resident_after_ = 0;
};

}  // namespace mlp::mlpd
