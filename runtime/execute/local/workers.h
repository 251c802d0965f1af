// SPDX-License-Identifier: Apache-2.0
//
// A few threads for work that would hold up the executor's own: hashing large files, copying
// folders, preparing environments, deleting what was thrown away.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mlp::execute {

class Workers {
 public:
  explicit Workers(std::size_t threads);
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void post(std::function<void()> work);
  /// What has begun is finished; what waits, and all that comes later, is dropped.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  bool is_over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mlp::execute
