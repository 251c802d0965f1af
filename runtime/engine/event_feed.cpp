// SPDX-License-Identifier: Apache-2.0
//
// Listeners in the order in which they came.
#include "runtime/engine/event_feed.h"

namespace mlp::engine {

std::uint64_t EventFeed::subscribe(Listener listener) {
  std::lock_guard lock(mutex_);
  listeners_.emplace(++last_, std::move(listener));
  return last_;
}

void EventFeed::unsubscribe(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  listeners_.erase(id);
}

void EventFeed::publish(std::uint64_t commit) {
  std::lock_guard lock(mutex_);
  for (const auto& [id, listener] : listeners_) listener(commit);
}

}  // namespace mlp::engine
