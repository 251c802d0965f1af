// SPDX-License-Identifier: Apache-2.0
//
// The one way to the engine's thread: a bounded queue, many senders, one reader. Senders from
// outside are refused when it is full, executors and helpers wait; the reader never waits for room.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "base/time.h"
#include "runtime/engine/message.h"

namespace mlp::engine {

/// About 8 full turns: enough to keep the engine busy, few enough to bound memory and waiting.
inline constexpr std::size_t kMailboxCapacity = 4'096;

class Mailbox {
 public:
  /// False when it is full: the message is still the caller's.
  bool try_post(Message& message);
  /// Waits for room. Never from the engine's thread. Dropped after close().
  void post(Message message);
  /// At most `most`, in order; does not wait.
  std::vector<Message> drain(std::size_t most);
  /// Returns when something is there, after `patience` (none: for ever), or after wake().
  void wait(std::optional<Duration> patience);
  void wake();
  /// Nobody waits any more, for room or for messages.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable emptied_;
  std::deque<Message> messages_;
  bool is_woken_ = false;
  bool is_closed_ = false;
};

}  // namespace mlp::engine
