// SPDX-License-Identifier: Apache-2.0
//
// One list of those who wait and one of those who are to be woken; they look for themselves.
#include "daemon/http/follow.h"

#include <vector>

namespace mlp::http {
namespace {

/// Woken before others have their turn.
constexpr std::size_t kWokenAtOnce = 16;

}  // namespace

std::uint64_t FollowHub::latest() {
  std::lock_guard lock(mutex_);
  return commit_;
}

void FollowHub::wait(std::uint64_t seen, std::shared_ptr<Waiter> waiter) {
  {
    std::lock_guard lock(mutex_);
    const bool is_due = commit_ > seen;
    // Whoever went away without being woken leaves an empty place.
    if (waiting_.size() >= 2 * alive_ + kWokenAtOnce) {
      waiting_.remove_if([](const auto& other) { return other.expired(); });
      alive_ = waiting_.size();
    }
    (is_due ? woken_ : waiting_).push_back(waiter);
    if (!is_due || is_pumping_) return;
    is_pumping_ = true;
  }
  post_pump();
}

void FollowHub::published(std::uint64_t commit) {
  {
    std::lock_guard lock(mutex_);
    commit_ = commit;
    woken_.splice(woken_.end(), waiting_);
    alive_ = 0;
    if (woken_.empty() || is_pumping_) return;
    is_pumping_ = true;
  }
  post_pump();
}

void FollowHub::post_pump() {
  post_([this] { pump(); });
}

void FollowHub::pump() {
  std::vector<std::weak_ptr<Waiter>> due;
  {
    std::lock_guard lock(mutex_);
    for (; due.size() < kWokenAtOnce && !woken_.empty(); woken_.pop_front()) {
      due.push_back(std::move(woken_.front()));
    }
  }
  for (const auto& waiter : due) {
    if (auto here = waiter.lock()) here->wake();
  }
  {
    std::lock_guard lock(mutex_);
    is_pumping_ = !woken_.empty();
    if (!is_pumping_) return;
  }
  post_pump();
}

}  // namespace mlp::http
