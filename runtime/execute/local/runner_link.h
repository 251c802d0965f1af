// SPDX-License-Identifier: Apache-2.0
//
// Seam: messages to and from the runner. The real one is a socket to mlp-runner, which it finds or
// starts. Single-threaded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/execute/runner/connection.h"
#include "runtime/execute/runner/protocol.h"

namespace mlp::execute {

class RunnerLink {
 public:
  virtual ~RunnerLink() = default;
  /// Finds the runner or starts one, says Hello and waits for its Welcome. When the runner before
  /// is dead its survivors are gone on return. kConflict when it serves a newer daemon.
  virtual Result<runner::Welcome> connect() = 0;
  /// Buffered; sent by flush().
  virtual Status send(const runner::Message& message) = 0;
  /// An error here or in receive() means that the connection is gone.
  virtual Status flush() = 0;
  virtual Result<std::vector<runner::Message>> receive() = 0;
  /// For poll; -1 without a connection.
  virtual int fd() const = 0;
  virtual bool has_unsent() const = 0;
  virtual void close() = 0;
};

struct RunnerLinkOptions {
  std::string data_folder;
  std::string folder_id;
  std::uint64_t epoch = 1;
  std::string runner_program;
  double cpus = 1;
  std::uint64_t log_limit = 0;
};

std::unique_ptr<RunnerLink> make_runner_link(RunnerLinkOptions options);

}  // namespace mlp::execute
