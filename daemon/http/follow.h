// SPDX-License-Identifier: Apache-2.0
//
// Wakes those who follow a run when a commit was published. It holds no events: a follower reads
// the store at its own pace.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

namespace mlp::http {

/// Any thread.
class FollowHub {
 public:
  /// `post` runs work on a worker and must not block.
  explicit FollowHub(std::function<void(std::function<void()>)> post) : post_(std::move(post)) {}

  /// The commit published last; 0 before the first. Ask before taking a view.
  std::uint64_t latest();

  /// Someone who waits; forgotten when the last owner lets go of it.
  struct Waiter {
    std::function<void()> wake;
  };
  /// Posts `wake` once, as soon as a commit above `seen` has been published.
  void wait(std::uint64_t seen, std::shared_ptr<Waiter> waiter);
  /// Called by the engine's sync thread.
  void published(std::uint64_t commit);

 private:
  void post_wake(const std::weak_ptr<Waiter>& waiter);

  std::function<void(std::function<void()>)> post_;
  std::mutex mutex_;
  std::uint64_t commit_ = 0;
  std::list<std::weak_ptr<Waiter>> waiting_;
};

}  // namespace mlp::http
