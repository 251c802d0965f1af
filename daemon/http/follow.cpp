// SPDX-License-Identifier: Apache-2.0
//
// One list of waiters; all are woken by each commit, and look for themselves.
#include "daemon/http/follow.h"

namespace mlp::http {

void FollowHub::post_wake(const std::weak_ptr<Waiter>& waiter) {
  post_([waiter] {
    if (auto here = waiter.lock()) here->wake();
  });
}

std::uint64_t FollowHub::latest() {
  std::lock_guard lock(mutex_);
  return commit_;
}

void FollowHub::wait(std::uint64_t seen, std::shared_ptr<Waiter> waiter) {
  std::lock_guard lock(mutex_);
  if (commit_ > seen) return post_wake(waiter);
  // Whoever went away without being woken leaves an empty place.
  waiting_.remove_if([](const auto& other) { return other.expired(); });
  waiting_.push_back(waiter);
}

void FollowHub::published(std::uint64_t commit) {
  std::list<std::weak_ptr<Waiter>> woken;
  {
    std::lock_guard lock(mutex_);
    commit_ = commit;
    woken.swap(waiting_);
  }
  for (const auto& waiter : woken) post_wake(waiter);
}

}  // namespace mlp::http
