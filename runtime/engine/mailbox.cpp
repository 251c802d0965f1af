// SPDX-License-Identifier: Apache-2.0
//
// A mutex, a deque, two conditions.
#include "runtime/engine/mailbox.h"

#include <algorithm>
#include <chrono>

namespace mlp::engine {

bool Mailbox::try_post(Message& message) {
  {
    std::lock_guard lock(mutex_);
    if (messages_.size() >= kMailboxCapacity || is_closed_) return false;
    messages_.push_back(std::move(message));
  }
  filled_.notify_one();
  return true;
}

void Mailbox::post(Message message) {
  {
    std::unique_lock lock(mutex_);
    emptied_.wait(lock, [this] { return messages_.size() < kMailboxCapacity || is_closed_; });
    if (is_closed_) return;
    messages_.push_back(std::move(message));
  }
  filled_.notify_one();
}

std::vector<Message> Mailbox::drain(std::size_t most) {
  std::vector<Message> drained;
  {
    std::lock_guard lock(mutex_);
    std::size_t count = std::min(most, messages_.size());
    drained.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      drained.push_back(std::move(messages_.front()));
      messages_.pop_front();
    }
  }
  if (!drained.empty()) emptied_.notify_all();
  return drained;
}

void Mailbox::wait(std::optional<Duration> patience) {
  std::unique_lock lock(mutex_);
  auto is_due = [this] { return !messages_.empty() || is_woken_ || is_closed_; };
  if (patience) {
    filled_.wait_for(lock, *patience, is_due);
  } else {
    filled_.wait(lock, is_due);
  }
  is_woken_ = false;
}

void Mailbox::wake() {
  {
    std::lock_guard lock(mutex_);
    is_woken_ = true;
  }
  filled_.notify_one();
}

void Mailbox::close() {
  {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  filled_.notify_all();
  emptied_.notify_all();
}

}  // namespace mlp::engine
