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
  /// `post` runs work on a worker and must not block. However many are woken, one piece of work at
  /// a time is posted for them, so that others have their turn.
  explicit FollowHub(std::function<void(std::function<void()>)> post) : post_(std::move(post)) {}

  /// The commit published last; 0 before the first. Ask before taking a view.
  std::uint64_t latest();

  /// Someone who waits; forgotten when the last owner lets go of it.
  struct Waiter {
    std::function<void()> wake;
  };
  /// Has `wake` called once on a worker, as soon as a commit above `seen` has been published.
  void wait(std::uint64_t seen, std::shared_ptr<Waiter> waiter);
  /// Called by the engine's sync thread.
  void published(std::uint64_t commit);

 private:
  void post_pump();
  void pump();

  std::function<void(std::function<void()>)> post_;
  std::mutex mutex_;
  std::uint64_t commit_ = 0;
  std::list<std::weak_ptr<Waiter>> waiting_;
  std::list<std::weak_ptr<Waiter>> woken_;  // and not yet called
  std::size_t alive_ = 0;  // of waiting_, when those who went away were taken out last
  bool is_pumping_ = false;
};

}  // namespace mlp::http
