// SPDX-License-Identifier: Apache-2.0
//
// View, sync, publish, release.
#include "runtime/engine/sync_thread.h"

#include "base/crash_point.h"

namespace mlp::engine {

SyncThread::SyncThread(store::Kv& kv, std::function<void(std::uint64_t)> mark_synced)
    : kv_(kv), mark_synced_(std::move(mark_synced)) {}

void SyncThread::written(std::uint64_t commit, std::vector<Release> releases) {
  {
    std::lock_guard lock(mutex_);
    written_ = std::max(written_, commit);
    for (Release& release : releases) releases_.push_back(std::move(release));
  }
  changed_.notify_one();
}

// All that is in the view was written before the sync, so nobody sees what is not durable.
bool SyncThread::sync() {
  std::uint64_t commit;
  bool is_new;
  std::vector<Release> releases;
  {
    std::lock_guard lock(mutex_);
    if (!has_work()) return false;
    commit = written_;
    is_new = has_new();
    releases = std::exchange(releases_, {});
  }
  if (is_new) {
    CRASH_POINT("sync.before");
    std::shared_ptr<const store::View> view = kv_.view();
    MLP_CHECK(kv_.sync().has_value());  // a failed sync ends the process inside the store
    CRASH_POINT("sync.after");
    if (mark_synced_) mark_synced_(commit);
    CRASH_POINT("sync.marked");
    std::lock_guard lock(mutex_);
    view_ = std::move(view);
    synced_ = commit;
  }
  for (Release& release : releases) {
    CRASH_POINT("reply.before");
    release();
    CRASH_POINT("reply.after");
  }
  if (is_new) feed_.publish(commit);
  CRASH_POINT("sync.published");
  return true;
}

void SyncThread::start() {
  thread_ = std::thread([this] { loop(); });
}

void SyncThread::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SyncThread::loop() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return has_work() || is_stopping_; });
    }
    auto next = std::chrono::steady_clock::now() + kSyncInterval;
    bool did = sync();
    std::unique_lock lock(mutex_);
    if (is_stopping_ && !did) return;
    changed_.wait_until(lock, next, [this] { return is_stopping_; });
  }
}

std::shared_ptr<const store::View> SyncThread::view() const {
  std::lock_guard lock(mutex_);
  return view_;
}

std::uint64_t SyncThread::synced() const {
  std::lock_guard lock(mutex_);
  return synced_;
}

}  // namespace mlp::engine
