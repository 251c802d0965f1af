// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/connection.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mlp::runner {
namespace {

constexpr int kBacklog = 4;  // one daemon connects; a second only while it takes over

Error socket_error(const std::string& what) {
  const ErrorCode code =
      errno == ENOENT || errno == ECONNREFUSED ? ErrorCode::kUnavailable : ErrorCode::kIo;
  return {code, what + ": " + std::strerror(errno)};
}

/// sun_path holds 107 bytes; through the open folder any path fits.
struct Address {
  int folder = -1;
  sockaddr_un name{};

  explicit Address(const std::string& path) {
    folder = ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    name.sun_family = AF_UNIX;
    std::snprintf(name.sun_path, sizeof name.sun_path, "/proc/self/fd/%d/runner.sock", folder);
  }
  ~Address() {
    if (folder >= 0) ::close(folder);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

}  // namespace

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  out_ = std::move(other.out_);
  sent_ = std::exchange(other.sent_, 0);
  in_ = std::move(other.in_);
  return *this;
}

void Connection::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  out_.clear();
  in_.clear();
  sent_ = 0;
}

Status Connection::flush() {
  while (has_unsent()) {
    const ssize_t n = ::send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return {};
    if (n < 0) return socket_error("cannot send to the other end of runner.sock");
    sent_ += static_cast<std::size_t>(n);
  }
  out_.clear();
  sent_ = 0;
  return {};
}

Result<std::vector<Message>> Connection::receive() {
  constexpr std::size_t kChunk = 64 * 1024;
  while (true) {
    const std::size_t before = in_.size();
    in_.resize(before + kChunk);
    const ssize_t n = ::recv(fd_, in_.data() + before, kChunk, 0);
    in_.resize(before + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n == 0) return Error{ErrorCode::kUnavailable, "the other end of runner.sock has closed"};
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) return socket_error("cannot read from runner.sock");
    if (n < static_cast<ssize_t>(kChunk) || in_.size() > kFrameLimit) break;
  }
  std::vector<Message> messages;
  std::string_view rest = in_;
  while (true) {
    Message message;
    MLP_ASSIGN(const bool is_whole, take_frame(rest, message));
    if (!is_whole) break;
    messages.push_back(std::move(message));
  }
  in_.erase(0, in_.size() - rest.size());
  return messages;
}

Result<int> listen_in(const std::string& folder) {
  const Address address(folder);
  if (address.folder < 0) return socket_error("cannot open the data folder");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return socket_error("cannot make a socket");
  ::unlink(address.name.sun_path);
  const mode_t before = ::umask(0177);
  const int bound = ::bind(fd, address.get(), sizeof address.name);
  ::umask(before);
  if (bound == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const Error error = socket_error("cannot listen on runner.sock");
  ::close(fd);
  return error;
}

Result<int> connect_to(const std::string& folder) {
  const Address address(folder);
  if (address.folder < 0) return socket_error("cannot open the data folder");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return socket_error("cannot make a socket");
  if (::connect(fd, address.get(), sizeof address.name) == 0) return fd;
  const Error error = socket_error("cannot connect to runner.sock");
  ::close(fd);
  return error;
}

Result<unsigned> peer_user(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
    return socket_error("cannot tell who is at the other end of runner.sock");
  }
  return who.uid;
}

}  // namespace mlp::runner
