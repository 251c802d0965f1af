// SPDX-License-Identifier: Apache-2.0
//
// Reads addresses and opens listening sockets.
#include "daemon/http/server/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mlp::http {
namespace {

constexpr int kListenBacklog = 512;

Result<sockaddr_storage> make_socket_address(const ListenAddress& address, socklen_t& size) {
  sockaddr_storage storage{};
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    size = sizeof *v6;
  } else {
    return Error{ErrorCode::kInvalid, "`" + address.host + "` is no IP address to listen on"};
  }
  return storage;
}

}  // namespace

Result<int> open_listener(const ListenAddress& address) {
  socklen_t size = 0;
  MLP_ASSIGN(const sockaddr_storage storage, make_socket_address(address, size));
  const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return Error{ErrorCode::kIo, std::string("socket: ") + std::strerror(errno)};
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0 &&
      ::listen(fd, kListenBacklog) == 0) {
    return fd;
  }
  const int error = errno;
  ::close(fd);
  const auto code = error == EADDRINUSE ? ErrorCode::kConflict : ErrorCode::kIo;
  return Error{code,
               address.host + ":" + std::to_string(address.port) + ": " + std::strerror(error)};
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  Error wrong{ErrorCode::kInvalid,
              "`" + std::string(text) + "` is no address; write it as 127.0.0.1:7450"};
  if (colon == std::string_view::npos || colon == 0) return wrong;
  ListenAddress address;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with("[") && host.ends_with("]")) host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  const std::string port(text.substr(colon + 1));
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos)
    return wrong;
  const int number = std::stoi(port);
  if (number > 65535) return wrong;
  address.port = static_cast<std::uint16_t>(number);
  return address;
}

}  // namespace mlp::http
