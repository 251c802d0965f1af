// SPDX-License-Identifier: Apache-2.0
//
// A real server on a free port with routes of the test's own, and a client that sends bytes as
// given.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "daemon/http/context.h"
#include "daemon/http/server/http_server.h"

namespace mlp::http {

/// A TCP connection to 127.0.0.1. Reads wait at most 10 s.
class RawClient {
 public:
  explicit RawClient(const std::string& address);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other side has closed.
  bool send(std::string_view bytes);
  /// Until the other side closes, or nothing came for 10 s.
  std::string read_all();
  /// Until `mark` has been seen.
  std::string read_until(std::string_view mark);
  /// True when the other side closes within 10 s.
  bool is_closed_by_server();
  void close();

 private:
  int fd_;
};

class TestServer {
 public:
  TestServer(std::vector<Route> routes, Limits limits = Limits());
  ~TestServer();

  std::string address() const { return server_->address(); }
  /// Sends a whole request on a connection of its own, and reads the whole answer.
  std::string ask(const std::string& request) const;
  /// "GET /x HTTP/1.1" with Host, the token and `Connection: close`, and further header lines.
  std::string request(const std::string& line, const std::string& headers = "",
                      const std::string& body = "") const;

  std::string token;
  Authenticator& authenticator() { return *authenticator_; }
  Context& context() { return context_; }
  void run_after(std::chrono::milliseconds time, std::function<void()> work) {
    server_->run_after(time, std::move(work));
  }
  bool is_busy = false;  // no worker takes anything

 private:
  std::vector<Route> routes_;
  SystemClock clock_;
  Context context_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<Workers> workers_;
};

/// Streams made here and not yet forgotten.
extern std::atomic<int> open_streams;
/// A stream that never gives anything.
Response make_silent_stream(std::string keep_alive);
/// Answers how many bytes came; refuses with 422 at "stop!".
UploadSink count_bytes(const Request& request, Context& context);

/// The status of an answer, or 0.
int status_of(const std::string& answer);
/// Resident memory of this process, without what malloc keeps of what was freed.
std::uint64_t resident_kib();
std::string body_of(const std::string& answer);

}  // namespace mlp::http
