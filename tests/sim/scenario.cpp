// SPDX-License-Identifier: Apache-2.0
//
// Scenarios from seeds.
#include "tests/sim/scenario.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/sim/draw_recipe.h"
#include "tests/sim/interpreter.h"

namespace mlp::sim {
namespace {

/// Those that a simulation reaches.
constexpr std::array<std::string_view, 53> kPoints{
    "ack.handed", "attempt.published", "cancel.recorded", "collect.before_tell", "collect.begun",
    "collect.log_moved", "collect.log_synced", "collect.output_taken", "collect.told",
    "commit.after_write", "commit.before_write", "generation.begun", "generation.unknown_killed",
    "kill.handed", "object.folder_made", "object.folder_synced", "object.linked",
    "object.mode_set", "object.synced", "recovery.adopt_asked", "recovery.answered",
    "recovery.decided", "recovery.given_back", "recovery.read", "recovery.replayed",
    "recovery.settled", "recovery.synced", "recovery.written", "reply.after", "reply.before",
    "run.end_recorded", "slot.emptied", "slot.made", "slot.thrown_away", "slot.trash_removed",
    "staging.slot_taken", "staging.staged", "start.handed", "start.held_back", "start.released",
    "submit.recorded", "sync.after", "sync.before", "sync.marked", "sync.published",
    "turn.after_act", "turn.before_act", "turn.before_kill", "turn.before_start",
    "turn.evaluation_posted", "turn.kill_told", "turn.recorded_told", "turn.start_told"};

/// A number of times that most simulations still reach.
std::uint64_t most_times(std::string_view point) {
  if (point.empty()) return 400;
  const bool is_rare = point.starts_with("recovery.") || point.starts_with("generation.") ||
                       point.starts_with("cancel.") || point.starts_with("submit.");
  return is_rare ? 4 : 50;
}

constexpr std::size_t kMostTaskRuns = 300;  // of a run

class Drawing {
 public:
  explicit Drawing(std::uint64_t seed) : random_(seed) { scenario_.seed = seed; }

  Scenario draw() {
    scenario_.is_large = chance(8);
    scenario_.cores = 1 + static_cast<std::uint32_t>(random_.below(3));
    draw_projects();
    draw_actions();
    draw_faults();
    return std::move(scenario_);
  }

 private:
  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }

  /// 1 to `most`, small ones as likely as large ones.
  std::uint64_t magnitude(std::uint64_t most) {
    std::uint64_t bound = 2;
    while (bound < most && chance(75)) bound *= 2;
    return 1 + random_.below(std::min(bound, most));
  }

  // A later project may be an earlier one with other arguments, so that part of it is cached.
  void draw_projects() {
    auto tasks = random_tasks(random_, 1 + random_.below(scenario_.is_large ? 6 : 4));
    std::uint64_t count = 1 + random_.below(scenario_.is_large ? 3 : 2);
    for (std::uint32_t i = 0; i < count; ++i) {
      Recipe recipe;
      if (i > 0 && chance(50)) {
        recipe = *scenario_.projects[0].recipe;
      } else {
        const RecipeSize size = scenario_.is_large ? RecipeSize{8, 3} : RecipeSize{4, 2};
        recipe = random_recipe(random_, tasks, size);
      }
      Project project = build_project(i, std::move(recipe), {small(), small()});
      while (is_too_long(project)) {
        project = build_project(i, random_recipe(random_, tasks, {3, 1}), {small(), small()});
      }
      scenario_.projects.push_back(std::move(project));
    }
  }

  // Lists of lists of lists: nothing is found in the ten thousandth task run.
  static bool is_too_long(const Project& project) {
    Fates undisturbed = [](const TaskRunName&) { return TaskRunFate{}; };
    return interpret(project, undisturbed).task_runs.size() > kMostTaskRuns;
  }

  std::int64_t small() { return static_cast<std::int64_t>(random_.below(5)); }

  // ---- actions --------------------------------------------------------------------------------

  void draw_actions() {
    std::uint64_t runs = 1 + random_.below(scenario_.is_large ? 6 : 3);
    for (std::uint32_t key = 0; key < runs; ++key) {
      auto project = static_cast<std::uint32_t>(random_.below(scenario_.projects.size()));
      std::uint64_t step = key == 0 ? 1 : magnitude(200);
      add_action(ActionKind::kSubmit, step, key, project);
      if (chance(15)) add_action(ActionKind::kSubmit, step + magnitude(100), key, project);
      if (chance(4)) add_action(ActionKind::kSubmit, step + magnitude(100), key, 0);
      if (chance(15)) add_action(ActionKind::kCancel, step + magnitude(200), key, 0);
    }
    std::stable_sort(scenario_.actions.begin(), scenario_.actions.end(),
                     [](const Action& a, const Action& b) { return a.step < b.step; });
  }

  void add_action(ActionKind kind, std::uint64_t step, std::uint32_t key, std::uint32_t project) {
    auto id = static_cast<std::uint32_t>(scenario_.actions.size());
    scenario_.actions.push_back({id, kind, step, key, project});
  }

  // ---- faults ---------------------------------------------------------------------------------

  void draw_faults() {
    std::uint64_t count = chance(15) ? 0 : 1 + random_.below(scenario_.is_large ? 6 : 4);
    for (std::uint32_t id = 0; id < count; ++id) {
      Fault fault = draw_fault();
      fault.id = id;
      scenario_.faults.push_back(std::move(fault));
    }
    std::stable_sort(scenario_.faults.begin(), scenario_.faults.end(),
                     [](const Fault& a, const Fault& b) {
                       return a.trigger == b.trigger ? a.number < b.number : a.trigger < b.trigger;
                     });
  }

  Fault draw_fault() {
    Fault fault;
    std::uint64_t what = random_.below(100);
    if (what < 30) {
      fault.kind = FaultKind::kKill;
      draw_trigger(fault);
    } else if (what < 45) {
      fault.kind = FaultKind::kPowerCut;
      draw_trigger(fault);
      // Few batches are un-synced at a time.
      if (chance(50)) fault.kept = static_cast<std::uint32_t>(random_.below(5));
      fault.is_torn = chance(50);
      fault.chance = random_.next();
    } else if (what < 57) {
      fault.kind = FaultKind::kRunnerLost;
      draw_trigger(fault);
    } else if (what < 67) {
      fault.kind = FaultKind::kDiskFull;
      fault.number = magnitude(300);
      fault.lasts = magnitude(60);
    } else if (what < 74) {
      fault.kind = FaultKind::kDiskSlow;
      fault.number = magnitude(300);
      fault.lasts = magnitude(100);
      fault.delay = std::chrono::milliseconds(magnitude(5000));
    } else if (what < 88) {
      fault.kind = chance(50) ? FaultKind::kEventLate : FaultKind::kEventDoubled;
      fault.trigger = Trigger::kEvent;
      fault.number = magnitude(60);
      fault.lasts = magnitude(60);
    } else {
      fault.kind = FaultKind::kClockJump;
      fault.number = magnitude(400);
      fault.delay = std::chrono::minutes(magnitude(3 * 24 * 60)) * (chance(50) ? 1 : -1);
    }
    return fault;
  }

  void draw_trigger(Fault& fault) {
    switch (random_.below(4)) {
      case 0:
        fault.number = magnitude(400);
        return;
      case 1:
        fault.trigger = Trigger::kCrashPoint;
        if (chance(80)) fault.crash_point = kPoints[random_.below(kPoints.size())];
        fault.number = magnitude(most_times(fault.crash_point));
        return;
      case 2:
        fault.trigger = Trigger::kWrite;
        fault.number = magnitude(100);
        return;
      default:
        fault.trigger = Trigger::kFile;
        fault.number = magnitude(400);
    }
  }

  SeededRandom random_;
  Scenario scenario_;
};

}  // namespace

std::vector<std::string_view> crash_points() {
  return {kPoints.begin(), kPoints.end()};
}

Scenario random_scenario(std::uint64_t seed) {
  return Drawing(seed).draw();
}

}  // namespace mlp::sim
