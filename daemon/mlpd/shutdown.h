// SPDX-License-Identifier: Apache-2.0
//
// How the daemon comes to its end: signals, and clients that ask for it.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/result.h"
#include "daemon/http/server/message.h"
#include "runtime/engine/engine.h"

namespace mlp::mlpd {

/// Any thread, but wait().
class Shutdown {
 public:
  Shutdown();
  ~Shutdown();
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  /// POST /api/v1/shutdown: refuses, or begins the end. `mode` as in wire::ShutdownRequest.
  http::Response ask(const std::string& mode, const engine::Engine& engine);
  /// Tell it of each published commit: the last running attempt may have ended.
  void look(const engine::Engine& engine);

  /// Nothing new starts any more.
  bool is_draining() const { return is_draining_; }
  /// The runner ends too.
  bool ends_runner() const { return ends_runner_; }

  /// Safe in a signal handler.
  void interrupt();
  /// Returns after interrupt(), which may have been before.
  void wait();

 private:
  std::atomic<bool> is_draining_{false};
  std::atomic<bool> ends_runner_{false};
  int wake_;  // an eventfd
};

}  // namespace mlp::mlpd
