// SPDX-License-Identifier: Apache-2.0
//
// Those who submit and cancel: each repeats its request until it gets an answer, over the daemon's
// deaths. What it is told is a promise, which the witness keeps in mind.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/engine/engine.h"
#include "tests/sim/machine.h"

namespace mlp::sim {

class Clients {
 public:
  explicit Clients(Machine& machine);

  /// Asks what is due and has no answer yet; false: there was nothing to ask.
  bool ask(engine::Engine& engine);
  /// Nobody answers what was asked.
  void daemon_died();
  bool are_done() const;

 private:
  enum class State : std::uint8_t { kWaits, kAsked, kAnswered };
  struct Request {
    const Action* action = nullptr;
    State state = State::kWaits;
    model::RunId run;  // that a submission made
  };

  void submit(engine::Engine& engine, Request& request);
  void cancel(engine::Engine& engine, Request& request);
  void submitted(Request& request, const Result<engine::Submitted>& answer);
  void cancelled(Request& request, model::RunId run, const Status& answer);
  /// kAnswered with the run, if the key made one; another state: it is not known yet.
  Request find_run(const Action& cancel) const;

  Machine& machine_;
  std::vector<Request> requests_;  // never grows after the start
};

}  // namespace mlp::sim
