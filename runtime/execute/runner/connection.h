// SPDX-License-Identifier: Apache-2.0
//
// One end of the socket between mlpd and mlp-runner: buffered frames over a non-blocking Unix
// socket, and how its address is made. Single-threaded.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/execute/runner/protocol.h"

namespace mlp::runner {

class Connection {
 public:
  Connection() = default;
  /// Takes a connected, non-blocking socket over.
  explicit Connection(int fd) : fd_(fd) {}
  ~Connection() { close(); }
  Connection(Connection&& other) noexcept { *this = std::move(other); }
  Connection& operator=(Connection&& other) noexcept;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  void close();

  /// Appends to the buffer; flush() sends. kLimit when the message is too large for a frame.
  Status send(const Message& message) { return append_frame(message, out_); }
  /// Sends what the socket takes; the rest waits. An error means the other side is gone.
  Status flush();
  bool has_unsent() const { return sent_ < out_.size(); }

  /// Everything that has arrived. An error means the other side is gone or speaks nonsense.
  Result<std::vector<Message>> receive();

 private:
  int fd_ = -1;
  std::string out_;
  std::size_t sent_ = 0;
  std::string in_;
};

/// Listens on `folder`/runner.sock, mode 0600, replacing a stale one. The folder's path may be of
/// any length.
Result<int> listen_in(const std::string& folder);
/// Connects to `folder`/runner.sock; kUnavailable when nobody listens.
Result<int> connect_to(const std::string& folder);
/// The user at the other end of a Unix socket (SO_PEERCRED).
Result<unsigned> peer_user(int fd);

}  // namespace mlp::runner
