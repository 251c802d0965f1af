// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpd/disk_watch.h"

#include <algorithm>

#include "base/text.h"

namespace mlp::mlpd {

http::DiskState DiskWatch::judge() const {
  http::DiskState state;
  const auto free = folder_.free_bytes();
  if (!free) return state;
  state.free_bytes = *free;
  const std::uint64_t min_free = folder_.options().min_free_bytes;
  const std::string where = human_size(*free) + " free at " + folder_.path();
  state.is_full = space_.is_waiting || *free < std::min(kLeastFree, min_free / 4);
  state.is_low = state.is_full || *free < min_free;
  if (space_.is_waiting) {
    state.reason = "the disk is full: a write to the store waits for space, " + where;
  } else if (state.is_full) {
    state.reason = "the disk is full: " + where;
  } else if (state.is_low) {
    state.reason = "the disk is almost full: " + where + ", `store.min_free` is " + human_size(min_free);
  }
  return state;
}

http::DiskState DiskWatch::look() {
  http::DiskState now = judge();
  const std::lock_guard lock(mutex_);
  const bool is_same = now.is_low == last_.is_low && now.is_full == last_.is_full;
  if (now.is_low) now.since = is_same ? last_.since : clock_.now();
  last_ = now;
  return now;
}

}  // namespace mlp::mlpd
