// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulated_link.h"

#include <algorithm>

namespace mlp::sim {

Result<runner::Welcome> SimulatedLink::connect() {
  close();
  constexpr std::uint64_t kFailsOneIn = 8;
  if (machine_.random.below(kFailsOneIn) == 0) {
    return Error{ErrorCode::kUnavailable, "the runner does not answer"};
  }
  if (!machine_.runner.is_alive()) machine_.runner.begin();
  // What an earlier daemon sent is read before the Hello, or goes with its connection.
  while (machine_.runner.has_unread() && machine_.random.below(4) != 0) machine_.runner.read_one();
  runner::Welcome welcome = machine_.runner.hello(cpus_);
  machine_.note([&] {
    return "runner " + std::to_string(welcome.generation) + " welcomes the daemon, holds " +
           std::to_string(welcome.held.size());
  });
  machine_.witness.attempts().welcomed(welcome.generation, machine_.live_attempts());
  connection_ = machine_.runner.connection();
  is_open_ = true;
  return welcome;
}

Status SimulatedLink::send(const runner::Message& message) {
  if (const auto* start = std::get_if<runner::Start>(&message)) {
    machine_.witness.attempts().sent(model::AttemptId(start->attempt));
  }
  unsent_.push_back(message);
  return {};
}

Status SimulatedLink::flush() {
  if (is_broken()) return Error{ErrorCode::kIo, "the runner has hung up"};
  machine_.runner.send(std::exchange(unsent_, {}));
  return {};
}

bool SimulatedLink::has_news() const {
  if (!is_open_) return false;
  const auto is_due = [&](const auto& each) { return each.first <= machine_.trouble.step(); };
  return is_broken() || machine_.runner.has_reports() ||
         std::any_of(delayed_.begin(), delayed_.end(), is_due);
}

Result<std::vector<runner::Message>> SimulatedLink::receive() {
  if (is_broken()) return Error{ErrorCode::kIo, "the runner has hung up"};
  const std::uint64_t step = machine_.trouble.step();
  for (runner::Message& report : machine_.runner.take_reports()) {
    const EventFate fate = machine_.trouble.at_event();
    machine_.count(fate);
    if (fate.doubled > 0) delayed_.emplace_back(step + fate.doubled, report);
    delayed_.emplace_back(step + fate.late, std::move(report));
  }
  std::vector<runner::Message> arrived;
  std::erase_if(delayed_, [&](auto& each) {
    if (each.first > step) return false;
    arrived.push_back(std::move(each.second));
    return true;
  });
  return arrived;
}

void SimulatedLink::close() {
  is_open_ = false;
  unsent_.clear();
  delayed_.clear();
}

}  // namespace mlp::sim
