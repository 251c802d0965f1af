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

/// Workers hold connections too; they are deleted on the server's thread only.
std::shared_ptr<Connection> make_connection(std::shared_ptr<HttpServer::State> state,
                                            Tcp::socket socket) {
  auto* connection = new Connection(state, std::move(socket));
  return {connection, [state = std::move(state)](Connection* last) {
            net::post(state->loop, [last] { delete last; });
          }};
}

}  // namespace

void HttpServer::State::accept_next() {
  acceptor.async_wait(Tcp::acceptor::wait_read, [this](SystemError error) {
    if (error) return;
    take_ready();
  });
}

void HttpServer::State::take_ready() {
  const int fd =
      ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    if (errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS)
      return accept_next();
    accept_timer.expires_after(kAcceptPause);
    accept_timer.async_wait([this](SystemError error) {
      if (!error) accept_next();
    });
    return;
  }
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  make_room();
  SystemError error;
  Tcp::socket socket(loop);
  socket.assign(acceptor.local_endpoint().protocol(), fd, error);
  if (!error && connections.size() < limits.connections) {
    make_connection(shared_from_this(), std::move(socket))->wait_for_request();
  } else if (error) {
    ::close(fd);
  }
  accept_next();
}

void HttpServer::State::make_room() {
  // close() lets go of the connection only when its pending call comes back; count it as gone now.
  while (connections.size() >= limits.connections && !waiting.empty()) {
    Connection* longest = waiting.front();
    longest->close();
    connections.erase(longest);
  }
}

void HttpServer::State::close_all() {
  SystemError ignored;
  acceptor.close(ignored);
  accept_timer.cancel();
  for (Connection* connection : connections) connection->close();
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::run_after(std::chrono::milliseconds time, std::function<void()> work) {
  auto timer = std::make_shared<net::steady_timer>(state_->loop, time);
  timer->async_wait([timer, state = state_.get(), work = std::move(work)](SystemError error) {
    if (!error) state->post(work);
  });
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(
    const ListenAddress& address, Limits limits, std::function<bool(std::function<void()>)> post) {
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
