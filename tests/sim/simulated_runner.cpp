// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulated_runner.h"

#include <algorithm>

namespace mlp::sim {
namespace {

using runner::End;

Duration to_duration(std::int64_t ms) {
  return std::chrono::milliseconds(ms);
}

End end_of(const BodyRun& body) {
  switch (body.ending.kind) {
    case EndingKind::kExits: return End::kExit;
    case EndingKind::kSignal: return End::kSignal;
    case EndingKind::kTimesOut: return End::kTimeout;
    default: return End::kSucceeded;
  }
}

}  // namespace

SimulatedRunner::SimulatedRunner(Disk& disk, Clock& clock, std::string data_folder, BodyOf body_of,
                                 OnEnd on_end)
    : disk_(disk),
      clock_(clock),
      data_folder_(std::move(data_folder)),
      body_of_(std::move(body_of)),
      on_end_(std::move(on_end)) {}

// ---- the process --------------------------------------------------------------------------------

void SimulatedRunner::begin() {
  ++generation_;
  is_alive_ = true;
}

void SimulatedRunner::die() {
  is_alive_ = false;
  ++connection_;
  cpus_used_ = 0;
  attempts_.clear();
  queue_.clear();
  unread_.clear();
  reports_.clear();
}

// ---- for a daemon -------------------------------------------------------------------------------

runner::Welcome SimulatedRunner::hello(double cpus) {
  ++connection_;
  unread_.clear();
  reports_.clear();
  cpus_ = cpus;
  start_queued();
  reports_.clear();
  runner::Welcome welcome;
  welcome.generation = generation_;
  for (const auto& [id, attempt] : attempts_) {
    const auto state = attempt.phase == Phase::kQueued    ? runner::HeldState::kQueued
                       : attempt.phase == Phase::kRunning ? runner::HeldState::kRunning
                                                          : runner::HeldState::kEnded;
    welcome.held.push_back({id, attempt.order.slot, state, 1, attempt.ended.start_us,
                            attempt.ended.end_us});
    if (attempt.phase == Phase::kEnded) reports_.emplace_back(attempt.ended);
  }
  return welcome;
}

void SimulatedRunner::send(std::vector<runner::Message> messages) {
  for (runner::Message& message : messages) unread_.push_back(std::move(message));
}

void SimulatedRunner::read_one() {
  runner::Message message = std::move(unread_.front());
  unread_.pop_front();
  if (auto* order = std::get_if<runner::Start>(&message)) {
    start(std::move(*order));
  } else if (const auto* kill_order = std::get_if<runner::Kill>(&message)) {
    kill(*kill_order);
  } else if (const auto* ack = std::get_if<runner::Ack>(&message)) {
    for (const std::uint64_t id : ack->attempts) {
      const auto held = attempts_.find(id);
      if (held != attempts_.end() && held->second.phase == Phase::kEnded) attempts_.erase(held);
    }
  }
}

// ---- attempts -----------------------------------------------------------------------------------

bool SimulatedRunner::has_cpu_for(const runner::Start& order) const {
  return cpus_used_ == 0 || cpus_used_ + order.cpus <= cpus_ + 1e-9;
}

void SimulatedRunner::start(runner::Start order) {
  const auto [held, is_new] = attempts_.try_emplace(order.attempt);
  if (!is_new) return;
  Attempt& attempt = held->second;
  attempt.order = std::move(order);
  attempt.ended.attempt = attempt.order.attempt;
  if (attempt.order.may_wait && (!queue_.empty() || !has_cpu_for(attempt.order))) {
    queue_.push_back(attempt.order.attempt);
    return;
  }
  launch(attempt);
}

void SimulatedRunner::start_queued() {
  while (!queue_.empty() && has_cpu_for(attempts_.at(queue_.front()).order)) {
    Attempt& attempt = attempts_.at(queue_.front());
    queue_.pop_front();
    launch(attempt);
  }
}

void SimulatedRunner::launch(Attempt& attempt) {
  const runner::Start& order = attempt.order;
  attempt.phase = Phase::kRunning;
  attempt.body = body_of_(order);
  attempt.ended.start_us = clock_.now().us;
  cpus_used_ += order.cpus;
  const bool is_timed = order.timeout_ms > 0 && to_duration(order.timeout_ms) < attempt.body.takes;
  if (is_timed) attempt.body.ending = {EndingKind::kTimesOut, 0};
  attempt.ends =
      clock_.steady() + (is_timed ? to_duration(order.timeout_ms) : attempt.body.takes);
  write(attempt, false);
  reports_.emplace_back(runner::Started{order.attempt, 1, attempt.ended.start_us});
}

/// A body that ends early leaves half of what it writes.
void SimulatedRunner::write(const Attempt& attempt, bool is_whole) {
  const auto part = [&](const std::string& bytes) {
    return is_whole ? bytes : bytes.substr(0, bytes.size() / 2);
  };
  for (const WrittenFile& file : attempt.body.files) {
    const std::string path = attempt.order.folder + "/" + file.path;
    for (std::size_t slash = attempt.order.folder.size() + 1;
         (slash = path.find('/', slash)) != std::string::npos; ++slash) {
      (void)disk_.make_folder(path.substr(0, slash), 0700);
    }
    (void)disk_.write(path, part(file.bytes), 0600);
  }
  const bool has_output = !attempt.order.output.empty();
  (void)disk_.write(attempt.order.log, has_output ? "" : part(attempt.body.log), 0600);
  if (has_output) (void)disk_.write(attempt.order.output, part(attempt.body.log), 0600);
}

void SimulatedRunner::kill(const runner::Kill& order) {
  const auto held = attempts_.find(order.attempt);
  if (held == attempts_.end()) return;
  Attempt& attempt = held->second;
  if (attempt.phase == Phase::kEnded || attempt.ended.reason == End::kCancelled) return;
  attempt.ended.reason = End::kCancelled;
  attempt.ends = std::min(attempt.ends, clock_.steady() + to_duration(order.grace_ms));
  if (attempt.phase == Phase::kRunning) return;
  std::erase(queue_, order.attempt);
  end(attempt);
}

std::optional<Duration> SimulatedRunner::next_end() const {
  std::optional<Duration> next;
  for (const auto& [id, attempt] : attempts_) {
    if (attempt.phase != Phase::kRunning) continue;
    next = std::min(next.value_or(attempt.ends), attempt.ends);
  }
  return next;
}

void SimulatedRunner::end_one() {
  Attempt* first = nullptr;
  for (auto& [id, attempt] : attempts_) {
    if (attempt.phase != Phase::kRunning) continue;
    if (first == nullptr || attempt.ends < first->ends) first = &attempt;
  }
  const bool is_cancelled = first->ended.reason == End::kCancelled;
  if (!is_cancelled) {
    first->ended.reason = end_of(first->body);
    first->ended.code = first->body.ending.code;
    write(*first, true);
  }
  cpus_used_ -= first->order.cpus;
  if (cpus_used_ < 1e-9) cpus_used_ = 0;
  end(*first);
  start_queued();
}

void SimulatedRunner::end(Attempt& attempt) {
  attempt.phase = Phase::kEnded;
  attempt.ended.end_us = clock_.now().us;
  on_end_(attempt.order.attempt);
  reports_.emplace_back(attempt.ended);
}

}  // namespace mlp::sim
