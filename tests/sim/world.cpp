// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/world.h"

#include <algorithm>

namespace mlp::sim {
namespace {

constexpr std::uint64_t kMostSteps = 200'000;
constexpr std::uint64_t kMostIdle = 2'000;      // one after the other: nothing will happen any more
constexpr std::uint64_t kLongestDeath = 30;     // steps until a daemon is started again
constexpr std::int64_t kShortTime = 200;        // us; of a thing done
constexpr std::int64_t kLongTime = 50'000;      // us; once in a while
constexpr std::int64_t kIdleTime = 60'000'000;  // us; the longest while nobody has anything to do

}  // namespace

World::World(const Scenario& scenario, Trace* trace)
    : machine_(scenario, trace), clients_(machine_), checks_(machine_) {
  machine_.meanwhile = [this] { (void)let_somebody_act(); };
}

SimulationResult World::run() {
  while (!is_over()) step();
  if (daemon_ && is_serving_) checks_.check_end(daemon_->engine());
  SimulationResult result;
  result.violations = machine_.witness.violations();
  result.state = checks_.digest();
  result.steps = machine_.trouble.step();
  result.effects = machine_.effects;
  result.crash_points = machine_.trouble.reached();
  daemon_.reset();
  return result;
}

bool World::is_over() {
  if (is_hopeless_ || !machine_.witness.violations().empty()) return true;
  if (machine_.trouble.step() > kMostSteps || idle_ > kMostIdle) {
    machine_.witness.violated("nothing comes to an end: " + checks_.describe());
    return true;
  }
  const bool is_quiet = idle_ > 0 && is_serving_ && clients_.are_done();
  return is_quiet && daemon_->engine().status().active_runs == 0 && machine_.runner.held() == 0 &&
         !daemon_->has_delayed();
}

void World::step() {
  try {
    machine_.trouble.at_step();
    go_on();
  } catch (const Killed& end) {
    die(end);
  }
}

void World::go_on() {
  const bool is_long = machine_.random.below(16) == 0;
  const auto bound = static_cast<std::uint64_t>(is_long ? kLongTime : kShortTime);
  machine_.clock.advance(Duration(static_cast<std::int64_t>(machine_.random.below(bound))));
  if (!daemon_ && machine_.trouble.step() >= down_until_) return begin_daemon();
  if (is_serving_ && clients_.ask(daemon_->engine())) daemon_->wake();
  const bool did = let_somebody_act();
  idle_ = did ? 0 : idle_ + 1;
  if (!did) let_time_pass();
  if (did && is_serving_) checks_.check_step(daemon_->engine());
}

bool World::let_somebody_act() {
  const bool is_runner_first = machine_.random.below(3) == 0;
  if (is_runner_first && machine_.let_runner_act()) return true;
  if (daemon_ && daemon_->act()) return true;
  return !is_runner_first && machine_.let_runner_act();
}

void World::let_time_pass() {
  const std::int64_t most = kIdleTime;
  Duration by(std::min(most, std::int64_t{1000} << std::min<std::uint64_t>(idle_, 20)));
  const auto end = machine_.runner.next_end();
  if (end) by = std::clamp(*end - machine_.clock.steady(), Duration(0), by);
  machine_.clock.advance(by);
  if (daemon_) daemon_->wake();
}

// ---- daemons ------------------------------------------------------------------------------------

void World::begin_daemon() {
  machine_.witness.attempts().daemon_began();
  daemon_ = std::make_unique<SimulatedDaemon>(machine_);
  const Status started = daemon_->start();
  if (started) {
    is_serving_ = true;
    machine_.witness.recovered();
    return checks_.check_recovered(daemon_->engine());
  }
  machine_.note([&] { return "the daemon does not start: " + started.error().message; });
  daemon_.reset();
  down_until_ = machine_.trouble.step() + 1;
  if (started.error().code == ErrorCode::kNoSpace) return;
  is_hopeless_ = true;
  machine_.witness.violated("no daemon can start: " + started.error().message);
}

void World::die(const Killed& end) {
  if (daemon_) machine_.effects.count(end.effect);
  machine_.note([&] { return std::string(daemon_ ? "the daemon dies" : "nobody dies"); });
  is_serving_ = false;
  daemon_.reset();
  clients_.daemon_died();
  idle_ = 0;
  if (end.fault.kind == FaultKind::kPowerCut) machine_.lose_power(end.fault);
  down_until_ = machine_.trouble.step() + machine_.random.below(kLongestDeath);
}

}  // namespace mlp::sim
