// SPDX-License-Identifier: Apache-2.0
//
// Any bytes sent to a real server on loopback: it answers HTTP or closes, and never fails inside.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "daemon/http/server/http_server.h"
#include "tests/fuzz/target.h"

namespace mlp::http {
struct Context {};
}  // namespace mlp::http

namespace mlp::fuzz {
namespace {

using namespace http;

Response echo(const Request& request, Context&) {
  Response response;
  response.body = request.path + request.body;
  return response;
}

UploadSink swallow(const Request&, Context&) {
  UploadSink sink;
  sink.write = [](std::string_view) { return std::optional<Response>(); };
  sink.finish = [](const Answer& answer) { answer(Response()); };
  return sink;
}

/// Handlers run on the server's own thread: what one input does has ended when its answer has.
class Server {
 public:
  Server() : authenticator_("mlp_none", clock_), admission_(routes_, authenticator_, {}) {
    auto listening =
        HttpServer::listen({"127.0.0.1", 0}, Limits(), [](Lane, std::function<void()> work) {
          work();
          return true;
        });
    MLP_CHECK(listening);
    server_ = std::move(*listening);
    const std::string address = server_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    server_->start(admission_, context_);
  }

  /// All that is answered until the server closes, which it does since nothing more will be sent.
  std::string ask(std::string_view bytes) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port_);
    // A reset instead of a farewell: thousands of connections a second would wait for nothing.
    const linger at_once{1, 0};
    MLP_CHECK(::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    // After many thousands the system's ports are used up for a moment.
    while (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      MLP_CHECK(errno == EADDRNOTAVAIL);
      ::usleep(1000);
    }
    static_cast<void>(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    ::shutdown(fd, SHUT_WR);
    std::string answer;
    char buffer[16 * 1024];
    for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(fd);
    return answer;
  }

 private:
  std::vector<Route> routes_{{Method::kGet, "/a/{rest...}", Permission::kAnonymous, echo},
                             {Method::kPost, "/b", Permission::kAnonymous, echo},
                             {Method::kPut, "/c/{name}", Permission::kAnonymous, swallow}};
  SystemClock clock_;
  Authenticator authenticator_;
  Admission admission_;
  Context context_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

}  // namespace

void take(std::string_view input) {
  // Never ended: its thread would be waited for after the fuzzer has said its last.
  static const Server& server = *new Server;
  const std::string answer = server.ask(input);
  MLP_CHECK(answer.empty() || answer.starts_with("HTTP/1.1 "));
  MLP_CHECK(!answer.starts_with("HTTP/1.1 500"));
}

}  // namespace mlp::fuzz
