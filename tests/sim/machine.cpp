// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/machine.h"

#include <algorithm>

#include "runtime/store/attempt_records.h"

namespace mlp::sim {
namespace {

/// Apart from what the scenario was drawn by.
constexpr std::uint64_t kChoices = 0x6368'6f69'6365'73;

}  // namespace

Machine::Machine(const Scenario& given, Trace* told)
    : scenario(given),
      trace(told),
      random(given.seed ^ kChoices),
      trouble(given, clock, effects),
      disk(clock),
      files(disk, trouble, effects),
      witness(given, kv, disk),
      runner(disk, clock, kDataFolder,
             [this](const runner::Start& start) { return witness.body_of(start); },
             [this](std::uint64_t id) { witness.attempts().body_ended(model::AttemptId(id)); }) {
  trouble.on_fault([this](const Fault& fault, const std::string& effect) {
    note([&] { return "fault: " + to_text(fault); });
    if (fault.kind == FaultKind::kRunnerLost) lose_runner();
    if (fault.kind == FaultKind::kKill || fault.kind == FaultKind::kPowerCut) {
      throw Killed{fault, effect};
    }
  });
  kv.before_write([this] {
    decided_for_ = witness.attempts().generation();
    wait_for_space();
  });
  kv.after_write([this](std::uint64_t number) {
    note([&] { return "write " + std::to_string(number); });
    witness.attempts().recorded(live_attempts(), decided_for_);
    trouble.at_write();
  });
}

std::vector<model::AttemptId> Machine::live_attempts() {
  std::vector<model::AttemptId> live;
  const auto found = store::list_live(*kv.view());
  for (const store::Live& each : *found) live.push_back(each.attempt);
  return live;
}

void Machine::lose_runner() {
  if (runner.held() > 0) effects.count("runner lost");
  runner.die();
  witness.attempts().runner_died();
}

void Machine::lose_power(const Fault& fault) {
  SeededRandom chance(fault.chance);
  lose_runner();
  count(disk.power_cut(chance));
  const std::size_t lost = kv.unsynced() - std::min<std::size_t>(fault.kept, kv.unsynced());
  if (lost > 0) effects.count("batch lost");
  if (lost > 0 && fault.is_torn) effects.count("batch torn");
  kv.power_cut(fault.kept, fault.is_torn ? std::optional(chance.next()) : std::nullopt);
  witness.power_was_cut();
}

void Machine::count(const Disk::Forgotten& forgotten) {
  if (forgotten.dropped) effects.count("file dropped");
  if (forgotten.torn) effects.count("file torn");
  if (forgotten.name_dropped) effects.count("name dropped");
  if (forgotten.reordered) effects.count("names reordered");
}

void Machine::count(const EventFate& fate) {
  if (fate.late > 0) effects.count("event late");
  if (fate.doubled > 0) effects.count("event doubled");
}

bool Machine::let_runner_act() {
  const auto end = runner.next_end();
  const bool has_end = end && *end <= clock.steady();
  if (runner.has_unread() && (!has_end || random.below(2) == 0)) {
    runner.read_one();
    return true;
  }
  if (has_end) runner.end_one();
  return has_end;
}

void Machine::wait_for_space() {
  if (trouble.is_disk_full()) effects.count("write waited for space");
  while (trouble.is_disk_full()) {
    trouble.at_step();
    clock.advance(std::chrono::milliseconds(1));
    if (meanwhile) meanwhile();
  }
}

void Machine::note(const std::function<std::string()>& line) const {
  if (trace == nullptr) return;
  trace->tell(std::to_string(trouble.step()) + " " + line());
}

}  // namespace mlp::sim
