// SPDX-License-Identifier: Apache-2.0
//
// Accepts connections and owns the thread they live on.
#include "daemon/http/server/http_server.h"

#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include "daemon/http/server/connection.h"

namespace mlp::http {
namespace {

/// No free descriptor: this long before accepting again.
constexpr std::chrono::milliseconds kAcceptPause{200};
/// Accepted at once, before others have their turn.
constexpr int kAcceptedAtOnce = 16;
/// A peer that has vanished without a word is found after this, in seconds (tcp(7)).
constexpr int kKeepIdle = 60;
constexpr int kKeepInterval = 15;
constexpr int kKeepCount = 4;

/// Workers hold connections too; they are deleted on the server's thread only.
std::shared_ptr<Connection> make_connection(std::shared_ptr<HttpServer::State> state,
                                            Tcp::socket socket) {
  auto* connection = new Connection(state, std::move(socket));
  return {connection, [state = std::move(state)](Connection* last) {
            net::post(state->loop, [last] { delete last; });
          }};
}

/// Bytes the kernel keeps for a client that does not read (it doubles them); its own choice is up
/// to 4 MiB for each.
constexpr int kSendBuffer = 64 * 1024;
/// Said to a connection when nobody can give way for it.
constexpr std::string_view kNoRoom =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

void set_options(int fd) {
  const auto set = [fd](int level, int name, int value) {
    ::setsockopt(fd, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdle);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kKeepInterval);
  set(IPPROTO_TCP, TCP_KEEPCNT, kKeepCount);
}

}  // namespace

void HttpServer::State::accept_next() {
  acceptor.async_wait(Tcp::acceptor::wait_read, [this](SystemError error) {
    if (error) return;
    take_ready();
  });
}

void HttpServer::State::take_ready() {
  int left = kAcceptedAtOnce;
  while (left > 0 && take_one()) --left;
  const bool is_out_of_means =
      left > 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS);
  if (!is_out_of_means) return accept_next();
  accept_timer.expires_after(kAcceptPause);
  accept_timer.async_wait([this](SystemError error) {
    if (!error) accept_next();
  });
}

/// False, with errno, when there is none.
bool HttpServer::State::take_one() {
  const int fd =
      ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return false;
  set_options(fd);
  SystemError error;
  Tcp::socket socket(loop);
  socket.assign(acceptor.local_endpoint().protocol(), fd, error);
  if (error) {
    ::close(fd);
  } else if (crowd.make_room()) {
    make_connection(shared_from_this(), std::move(socket))->wait_for_request();
  } else {
    ::send(fd, kNoRoom.data(), kNoRoom.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  return true;
}

void HttpServer::State::run_after(std::chrono::milliseconds time, std::function<void()> work) {
  if (is_closed) return;
  timers.emplace_front(loop, time);
  timers.front().async_wait(
      [this, place = timers.begin(), work = std::move(work)](SystemError error) mutable {
        timers.erase(place);
        if (!error) post(Lane::kFollow, std::move(work));
      });
}

void HttpServer::State::close_all() {
  SystemError ignored;
  is_closed = true;
  acceptor.close(ignored);
  accept_timer.cancel();
  for (net::steady_timer& timer : timers) timer.cancel();
  for (Connection* connection : connections) connection->close();
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::run_after(std::chrono::milliseconds time, std::function<void()> work) {
  net::post(state_->loop, [state = state_.get(), time, work = std::move(work)]() mutable {
    state->run_after(time, std::move(work));
  });
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(
    const ListenAddress& address, Limits limits, Post post) {
  MLP_ASSIGN(const int fd, open_listener(address));
  auto state = std::make_shared<State>(limits, std::move(post));
  SystemError error;
  const bool is_v6 = address.host.find(':') != std::string::npos;
  state->acceptor.assign(is_v6 ? Tcp::v6() : Tcp::v4(), fd, error);
  if (error) return Error{ErrorCode::kIo, "listen: " + error.message()};
  const auto port = std::to_string(state->acceptor.local_endpoint().port());
  state->address = (is_v6 ? "[" + address.host + "]" : address.host) + ":" + port;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

std::string HttpServer::address() const {
  return state_->address;
}

void HttpServer::start(const Admission& admission, Context& context) {
  state_->admission = &admission;
  state_->context = &context;
  state_->accept_next();
  state_->thread = std::thread([state = state_.get()] {
    ::pthread_setname_np(::pthread_self(), "http");
    state->loop.run();
  });
}

void HttpServer::stop() {
  if (!state_->thread.joinable()) return;
  net::post(state_->loop, [state = state_.get()] { state->close_all(); });
  state_->thread.join();
  state_->loop.restart();
  state_->loop.poll();  // what was posted since the last turn lets go of its connections
}

}  // namespace mlp::http
