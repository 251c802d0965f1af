// SPDX-License-Identifier: Apache-2.0
//
// What lives longer than a daemon: the disk, the store on it, the runner, the clock, chance; and
// the witness, who has seen everything and forgets nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "runtime/store/memory_kv.h"
#include "tests/sim/disk.h"
#include "tests/sim/effects.h"
#include "tests/sim/scenario.h"
#include "tests/sim/simulated_files.h"
#include "tests/sim/simulated_runner.h"
#include "tests/sim/trace.h"
#include "tests/sim/trouble.h"
#include "tests/sim/witness.h"

namespace mlp::sim {

inline const std::string kDataFolder = "/data";

struct Machine {
  Machine(const Scenario& given, Trace* told);

  void lose_runner();
  /// As the store has it: started and not ended.
  std::vector<model::AttemptId> live_attempts();
  /// Both the kernel's cache and the runner are gone.
  void lose_power(const Fault& fault);
  /// An event that is late, or comes twice.
  void count(const EventFate& fate);
  /// One thing the runner does by itself, if anything is due; false: nothing is.
  bool let_runner_act();
  /// While the disk is full the caller waits for it here; others go on by `meanwhile`. May throw.
  void wait_for_space();

  void note(const std::function<std::string()>& line) const;

  const Scenario& scenario;
  Trace* trace;
  ManualClock clock;
  SeededRandom random;
  Effects effects;
  Trouble trouble;
  Disk disk;
  SimulatedFiles files;
  store::MemoryKv kv;
  Witness witness;
  SimulatedRunner runner;
  std::uint64_t synced_mark = 0;  // the file `synced`
  std::function<void()> meanwhile;

 private:
  void count(const Disk::Forgotten& forgotten);

  std::uint64_t decided_for_ = 0;  // generation of the runner when a batch was decided
};

}  // namespace mlp::sim
