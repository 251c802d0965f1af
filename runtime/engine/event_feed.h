// SPDX-License-Identifier: Apache-2.0
//
// Tells subscribers which commit was published. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace mlp::engine {

class EventFeed {
 public:
  using Listener = std::function<void(std::uint64_t commit)>;

  std::uint64_t subscribe(Listener listener);
  /// When it returns the listener is not running and is not called again. Not from a listener.
  void unsubscribe(std::uint64_t id);
  void publish(std::uint64_t commit);

 private:
  std::mutex mutex_;  // held while listeners run, so that unsubscribe() waits for them
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t last_ = 0;
};

}  // namespace mlp::engine
