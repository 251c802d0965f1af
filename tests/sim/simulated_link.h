// SPDX-License-Identifier: Apache-2.0
//
// A daemon's connection to the simulated runner. What was sent arrives later, or is lost with the
// connection; what the runner tells may come late, or twice.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "runtime/execute/local/runner_link.h"
#include "tests/sim/machine.h"

namespace mlp::sim {

class SimulatedLink final : public execute::RunnerLink {
 public:
  SimulatedLink(Machine& machine, double cpus) : machine_(machine), cpus_(cpus) {}

  Result<runner::Welcome> connect() override;
  Status send(const runner::Message& message) override;
  Status flush() override;
  Result<std::vector<runner::Message>> receive() override;
  int fd() const override { return is_open_ ? kSomeDescriptor : -1; }
  bool has_unsent() const override { return !unsent_.empty(); }
  void close() override;

  /// receive() would give something, or say that the connection is gone.
  bool has_news() const;

 private:
  static constexpr int kSomeDescriptor = 3;
  bool is_broken() const { return connection_ != machine_.runner.connection(); }

  Machine& machine_;
  double cpus_;
  bool is_open_ = false;
  std::uint64_t connection_ = 0;
  std::vector<runner::Message> unsent_;
  std::deque<std::pair<std::uint64_t, runner::Message>> delayed_;  // by step, not sorted
};

}  // namespace mlp::sim
