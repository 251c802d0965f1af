// SPDX-License-Identifier: Apache-2.0
//
// The HTTP server: one thread, every limit, no idea of what the routes do. The one door to
// Boost.Beast and Boost.Asio is connection.{h,cpp} and http_server.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "daemon/http/server/admission.h"
#include "daemon/http/server/listen_address.h"
#include "daemon/http/server/route.h"

namespace mlp::http {

struct Limits {
  std::size_t head_bytes = 32 * 1024;
  std::size_t headers = 100;
  std::size_t target_bytes = 8 * 1024;
  std::uint64_t body_bytes = 8 * 1024 * 1024;         // JSON
  std::uint64_t upload_bytes = 5ULL << 30;            // streamed to a sink
  std::uint64_t upload_rate = 1024;                   // bytes a second, at least
  std::size_t connections = 4096;                     // then the one idle for longest is closed
  std::size_t strangers = 512;                        // connections that have shown no token yet
  std::size_t streams = 2048;                         // answers that follow something
  std::size_t held_bytes = 24 * 1024 * 1024;          // in memory for all connections together
  std::chrono::milliseconds patience{1'000};          // with a known client, when that is too much
  std::chrono::milliseconds request_time{30'000};     // for a head, for a JSON body
  std::chrono::milliseconds idle_time{60'000};        // between two requests
  std::chrono::milliseconds write_time{30'000};       // for one piece of an answer to be taken
  std::chrono::milliseconds keep_alive_time{15'000};  // silence of a stream before it says so
  std::size_t piece_bytes = 64 * 1024;                // read or written at once
};

/// Runs work on a worker of a lane; false when too much waits there already.
using Post = std::function<bool(Lane lane, std::function<void()> work)>;

class HttpServer {
 public:
  /// Binds and listens, but answers nobody before start(). kConflict: the address is in use.
  /// A request that `post` does not take gets 503.
  static Result<std::unique_ptr<HttpServer>> listen(const ListenAddress& address, Limits limits,
                                                    Post post);
  ~HttpServer();

  /// "127.0.0.1:7450", with the port that was found for 0.
  std::string address() const;
  /// Serves on a thread of its own. `admission` and `context` must outlive the server.
  void start(const Admission& admission, Context& context);
  /// Closes every connection and ends the thread. Answers that come later go nowhere.
  void stop();

  /// Posts `work` to the followers' lane after `time`; never after stop(). Any thread.
  void run_after(std::chrono::milliseconds time, std::function<void()> work);

  class State;

 private:
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace mlp::http
