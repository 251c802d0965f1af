// SPDX-License-Identifier: Apache-2.0
//
// Makes what was written durable and visible: takes a view, syncs, publishes the view, stores the
// commit number, releases what waited for it. At most every kSyncInterval, at once when idle.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/time.h"
#include "runtime/engine/event_feed.h"
#include "runtime/store/kv.h"

namespace mlp::engine {

/// One sync for many batches: more often costs throughput, less often costs followers time.
inline constexpr Duration kSyncInterval = std::chrono::milliseconds(10);

class SyncThread {
 public:
  using Release = std::function<void()>;

  SyncThread(store::Kv& kv, std::function<void(std::uint64_t)> mark_synced);
  ~SyncThread() { stop(); }
  SyncThread(const SyncThread&) = delete;
  SyncThread& operator=(const SyncThread&) = delete;

  /// From the engine: `commit` is written; the releases run once it is synced (or at once where it
  /// was), on the sync thread.
  void written(std::uint64_t commit, std::vector<Release> releases);
  /// One round, on the calling thread; false when there was nothing to do.
  bool sync();

  void start();
  /// After a last round. Idempotent.
  void stop();

  std::shared_ptr<const store::View> view() const;
  std::uint64_t synced() const;
  EventFeed& feed() { return feed_; }

 private:
  void loop();
  bool has_new() const { return written_ > synced_ || view_ == nullptr; }
  bool has_work() const { return has_new() || !releases_.empty(); }

  store::Kv& kv_;
  std::function<void(std::uint64_t)> mark_synced_;
  EventFeed feed_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
  std::vector<Release> releases_;
  std::shared_ptr<const store::View> view_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace mlp::engine
