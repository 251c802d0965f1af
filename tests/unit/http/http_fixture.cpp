// SPDX-License-Identifier: Apache-2.0
//
// Sockets by hand, so that tests can send what no client library would.
#include "tests/unit/http/http_fixture.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

namespace mlp::http {
namespace {

constexpr int kPatienceMs = 10'000;

bool wait_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, kPatienceMs) == 1;
}

}  // namespace

RawClient::RawClient(const std::string& address)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
}

RawClient::~RawClient() {
  close();
}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawClient::read_all() {
  return read_until("");
}

std::string RawClient::read_until(std::string_view mark) {
  std::string got;
  char buffer[64 * 1024];
  while (wait_readable(fd_)) {
    const auto count = ::recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    got.append(buffer, static_cast<std::size_t>(count));
    if (!mark.empty() && got.find(mark) != std::string::npos) break;
  }
  return got;
}

bool RawClient::is_closed_by_server() {
  char byte = 0;
  return wait_readable(fd_) && ::recv(fd_, &byte, 1, 0) <= 0;
}

TestServer::TestServer(std::vector<Route> routes, Limits limits)
    : token(make_token()), routes_(std::move(routes)) {
  workers_ = make_worker_pool(2);
  authenticator_ = std::make_unique<Authenticator>(token, clock_);
  context_.authenticator = authenticator_.get();
  context_.clock = &clock_;
  context_.files = &real_files();
  admission_ = std::make_unique<Admission>(routes_, *authenticator_, std::vector<std::string>{});
  const auto post = [this](Lane, std::function<void()> work) {
    if (is_busy) return false;
    workers_->post(std::move(work));
    return true;
  };
  auto server = HttpServer::listen({"127.0.0.1", 0}, limits, post);
  EXPECT_TRUE(server);
  server_ = std::move(*server);
  context_.address = server_->address();
  server_->start(*admission_, context_);
}

TestServer::~TestServer() {
  server_->stop();
  workers_.reset();
}

std::string TestServer::ask(const std::string& request) const {
  RawClient client(address());
  client.send(request);
  return client.read_all();
}

std::string TestServer::request(const std::string& line, const std::string& headers,
                                const std::string& body) const {
  std::string text = line + "\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token +
                     "\r\nConnection: close\r\n" + headers;
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

std::uint64_t resident_kib() {
  ::malloc_trim(0);
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") {
      std::uint64_t kib = 0;
      status >> kib;
      return kib;
    }
  }
  return 0;
}

std::atomic<int> open_streams{0};

Response make_silent_stream(std::string keep_alive) {
  ++open_streams;
  auto guard = std::shared_ptr<int>(new int(0), [](int* last) {
    --open_streams;
    delete last;
  });
  auto kept = std::make_shared<Give>();
  Response response;
  response.keep_alive = std::move(keep_alive);
  response.stream = [guard, kept](std::size_t, const Give& give) { *kept = give; };
  return response;
}

UploadSink count_bytes(const Request&, Context&) {
  auto count = std::make_shared<std::uint64_t>(0);
  UploadSink sink;
  sink.write = [count](std::string_view bytes) -> std::optional<Response> {
    *count += bytes.size();
    if (bytes.find("stop!") != std::string_view::npos)
      return refusal(422, "unprocessable", "told to");
    return std::nullopt;
  };
  sink.finish = [count](const Answer& answer) { answer(json_response({{"count", *count}})); };
  return sink;
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace mlp::http
