// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/trouble.h"

#include <algorithm>

#include "base/crash_point.h"

namespace mlp::sim {
namespace {

/// What it counts as where it ends the daemon.
std::string effect_of(const Fault& fault, std::string_view crash_point) {
  if (fault.kind == FaultKind::kPowerCut) return "power cut";
  switch (fault.trigger) {
    case Trigger::kCrashPoint: return killed_at(crash_point);
    case Trigger::kWrite: return "killed after a write";
    case Trigger::kFile: return "killed after a file operation";
    default: return "killed at a step";
  }
}

}  // namespace

Trouble::Trouble(const Scenario& scenario, ManualClock& clock, Effects& effects)
    : clock_(clock), effects_(effects) {
  for (const Fault& fault : scenario.faults) {
    Pending& pending = fault.trigger == Trigger::kStep         ? steps_
                       : fault.trigger == Trigger::kWrite      ? writes_
                       : fault.trigger == Trigger::kFile       ? files_
                       : fault.trigger == Trigger::kEvent      ? events_
                                                               : points_[fault.crash_point];
    pending.push_back(&fault);
  }
  const auto sort = [](Pending& pending) {
    std::stable_sort(pending.begin(), pending.end(),
                     [](const Fault* a, const Fault* b) { return a->number > b->number; });
  };
  for (Pending* pending : {&steps_, &writes_, &files_, &events_}) sort(*pending);
  for (auto& [name, pending] : points_) sort(pending);
  set_crash_handler(
      [](const char* name, void* self) { static_cast<Trouble*>(self)->at_crash_point(name); },
      this);
}

Trouble::~Trouble() {
  set_crash_handler(nullptr, nullptr);
}

void Trouble::meet(Pending& pending, std::uint64_t count, std::string_view crash_point) {
  while (!pending.empty() && pending.back()->number <= count) {
    const Fault& fault = *pending.back();
    pending.pop_back();
    happen(fault, crash_point);
  }
}

void Trouble::happen(const Fault& fault, std::string_view crash_point) {
  switch (fault.kind) {
    case FaultKind::kDiskFull:
      full_until_ = std::max(full_until_, step_ + fault.lasts);
      break;
    case FaultKind::kDiskSlow:
      slow_until_ = step_ + fault.lasts;
      slow_by_ = fault.delay;
      break;
    case FaultKind::kClockJump:
      clock_.jump(fault.delay);
      effects_.count(fault.delay < Duration(0) ? "clock backward" : "clock forward");
      break;
    case FaultKind::kEventLate:
      fate_.late = fault.lasts;
      break;
    case FaultKind::kEventDoubled:
      fate_.doubled = std::max<std::uint64_t>(fault.lasts, 1);
      break;
    case FaultKind::kKill:
    case FaultKind::kRunnerLost:
    case FaultKind::kPowerCut:
      break;
  }
  if (told_) told_(fault, effect_of(fault, crash_point));
}

void Trouble::take_time() {
  if (step_ >= slow_until_) return;
  clock_.advance(slow_by_);
  effects_.count("disk slow");
}

void Trouble::at_crash_point(std::string_view name) {
  for (const std::string_view each : {name, std::string_view()}) {
    auto reached = reached_.find(each);
    if (reached == reached_.end()) reached = reached_.emplace(std::string(each), 0).first;
    ++reached->second;
    const auto pending = points_.find(each);
    if (pending != points_.end()) meet(pending->second, reached->second, name);
  }
}

std::vector<std::string> Trouble::reached() const {
  std::vector<std::string> names;
  for (const auto& [name, count] : reached_) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

void Trouble::at_write() {
  take_time();
  meet(writes_, ++write_);
}

void Trouble::at_file() {
  take_time();
  meet(files_, ++file_);
}

EventFate Trouble::at_event() {
  fate_ = {};
  meet(events_, ++event_);
  return fate_;
}

void Trouble::at_step() {
  meet(steps_, ++step_);
}

}  // namespace mlp::sim
