// SPDX-License-Identifier: Apache-2.0
//
// All that is decided before a simulation begins: projects, what clients do, what goes wrong.
// Data only. Drawn from a seed; a smaller one is the drawn one with edits (shrink.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "tests/sim/project.h"

namespace mlp::sim {

enum class ActionKind : std::uint8_t { kSubmit, kCancel };

/// What a client does, at this step of the simulation or at the first later one where a daemon
/// serves. A client whose request got no answer repeats it, with the same key, until it gets one.
struct Action {
  std::uint32_t id = 0;  // its place in the drawn scenario
  ActionKind kind = ActionKind::kSubmit;
  std::uint64_t step = 0;
  /// The client key. Two submissions with one key: the second, if of the same project, gives the
  /// run of the first, else it is refused. kCancel: of the run that this key made, if any.
  std::uint32_t key = 0;
  std::uint32_t project = 0;  // kSubmit: Project::id
};

/// When a fault happens: the `number`-th time (from 1) since the simulation began.
enum class Trigger : std::uint8_t {
  kStep,        // of the simulation
  kCrashPoint,  // that `crash_point` is reached
  kWrite,       // that a batch was written to the key-value store
  kFile,        // that an operation on a file was done
  kEvent,       // that the runner or a helper tells the daemon something
};

enum class FaultKind : std::uint8_t {
  kKill,          // the daemon dies as by kill -9; the runner and the files live on
  kRunnerLost,    // the runner dies with what it runs; the daemon lives on
  kPowerCut,      // both die; un-synced writes and files are kept, torn or dropped
  kDiskFull,      // for `lasts`: nothing can be added
  kDiskSlow,      // for `lasts`: each operation takes `delay` longer
  kEventLate,     // kEvent: comes after `lasts` further steps
  kEventDoubled,  // kEvent: comes now, and again after `lasts` further steps
  kClockJump,     // wall time jumps by `delay`, which may be negative
};

struct Fault {
  std::uint32_t id = 0;  // its place in the drawn scenario
  FaultKind kind = FaultKind::kKill;
  Trigger trigger = Trigger::kStep;
  std::uint64_t number = 1;
  std::string crash_point;     // kCrashPoint
  std::uint64_t lasts = 0;     // steps
  Duration delay{0};
  std::uint32_t kept = 0;      // kPowerCut: un-synced batches that survive, the oldest
  bool is_torn = false;        // kPowerCut: the first one lost is half written
  std::uint64_t chance = 0;    // kPowerCut: decides for each un-synced file what is left of it
};

struct Scenario {
  std::uint64_t seed = 0;     // also of every choice the simulation makes
  bool is_large = false;      // 8 in 100 are: more tasks, runs and faults
  std::uint32_t cores = 2;
  std::vector<Project> projects;
  std::vector<Action> actions;  // by step
  std::vector<Fault> faults;    // those with Trigger::kStep by number
  std::vector<std::string> edits;  // what was taken away from the drawn one, a line each
};

/// The crash points at which a daemon may be killed, by name.
std::vector<std::string_view> crash_points();

/// The same seed gives the same scenario everywhere. Most are small: a few tasks, 1 to 3 runs.
Scenario random_scenario(std::uint64_t seed);

/// What scenario files hold: the seed and the edits, then all of it in words, as comments.
std::string to_text(const Scenario& scenario);
/// The reverse of to_text; words of comments are not looked at.
Result<Scenario> read_scenario(std::string_view text);

std::string to_text(const Action& action);
std::string to_text(const Fault& fault);

}  // namespace mlp::sim
