// SPDX-License-Identifier: Apache-2.0
//
// Asks malloc how much is free, and the system how much is resident.
#include "daemon/mlpd/memory_keeper.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdio>

namespace mlp::mlpd {
namespace {

/// Free bytes that are worth looking through all of malloc's lists.
constexpr std::uint64_t kWorthIt = 4ULL << 20;
/// A smaller change of what is resident or used is no reason to give back again.
constexpr std::uint64_t kChange = 1ULL << 20;

/// proc(5), statm: the second number, in pages.
std::uint64_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long pages = 0;
  const bool is_read = std::fscanf(file, "%*u %lu", &pages) == 1;
  std::fclose(file);
  return is_read ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

bool is_other(std::uint64_t now, std::uint64_t before) {
  return (now > before ? now - before : before - now) >= kChange;
}

}  // namespace

bool MemoryKeeper::look() {
  const struct mallinfo2 now = ::mallinfo2();
  const bool has_changed = is_other(now.uordblks, used_after_) ||
                           is_other(resident_bytes(), resident_after_);
  if (!has_changed || now.fordblks < kWorthIt) return false;
  ::malloc_trim(0);
  used_after_ = now.uordblks;
  resident_after_ = resident_bytes();
  return true;
}

}  // namespace mlp::mlpd
