// SPDX-License-Identifier: Apache-2.0
//
// The daemon as a whole: built in order, stopped in reverse. The only place that knows concrete
// classes.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "base/result.h"
#include "daemon/mlpd/config.h"
#include "daemon/mlpd/exit_code.h"

namespace mlp::mlpd {

/// Why it did not start.
struct StartFailure {
  ExitCode exit_code = kStoreRefused;
  std::string message;
};

class Daemon {
 public:
  static std::variant<std::unique_ptr<Daemon>, StartFailure> start(const Config& config);
  ~Daemon();

  std::string address() const;
  /// Returns when a client has asked for the end or `interrupt` was called.
  void wait();
  /// Safe in a signal handler.
  void interrupt();
  /// Ends in reverse order; what runs goes on in the runner, unless a client asked for its end too.
  void stop();

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace mlp::mlpd
