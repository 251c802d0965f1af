// SPDX-License-Identifier: Apache-2.0
//
// Counts everything anew and compares.
#include "runtime/schedule/invariants.h"

#include <cmath>
#include <map>

namespace mlp::schedule {
namespace {

using model::TaskRunState;

class Inspection {
 public:
  explicit Inspection(const Core& core) : core_(core) {}

  std::vector<std::string> run() {
    for (const auto& [id, run] : core_.runs) inspect(*run);
    double granted = 0;
    for (const auto& [id, entry] : core_.live) granted += entry->cpus;
    for (const auto& [id, attempt] : core_.unclaimed) granted += attempt.cpus;
    expect(std::abs(granted - core_.resources.used()) < 1e-3,
           "the cpus of live attempts are those that are granted");
    expect(running_ == core_.live.size(), "each live attempt has one running task run");
    expect(queued_ == core_.queue.size(), "the ready queue holds what is queued for resources");
    expect(timed_ == core_.timers.size(), "each back-off has one timer");
    return std::move(violations_);
  }

 private:
  /// A name is made only where it is told.
  template <typename NameOf>
  void expect(bool holds, const char* sentence, const NameOf& name_of) {
    if (!holds) violations_.push_back(std::string("not so: ") + sentence + " (" + name_of() + ")");
  }
  void expect(bool holds, const char* sentence) {
    if (!holds) violations_.push_back(std::string("not so: ") + sentence);
  }

  void inspect(const RunState& run) {
    const auto name = [&] { return "run " + run.spec.id.to_string(); };
    std::uint64_t waiting_to_start = 0;
    for (const Frame& frame : run.frames) {
      std::uint32_t open = 0;
      for (const Slot& slot : frame.slots) {
        open += slot.outcome == OutcomeKind::kOpen ? 1 : 0;
        if (slot.task) waiting_to_start += inspect(*slot.task) ? 1 : 0;
        if (slot.items) inspect(*slot.items);
      }
      expect(open == frame.open, "a frame counts its open statements", name);
      expect(open > 0 || frame.waits_for > 0 || !run.evaluations.empty(),
             "a finished frame is gone", name);
    }
    expect(waiting_to_start == run.waiting_to_start, "a run counts what waits to start", name);
    for (const TaskCounts& counts : run.counts) inspect(counts.counts, name);
  }

  // True when it waits to start.
  bool inspect(const TaskEntry& entry) {
    TaskRunState state = entry.record.state;
    const auto name = [&] {
      return model::task_run_name(entry.record.id, entry.frame->run->plan());
    };
    expect(static_cast<bool>(entry.live) == (state == TaskRunState::kRunning),
           "only a running task run has a live attempt", name);
    expect(entry.timer.has_value() == (state == TaskRunState::kBackoff),
           "only a task run in back-off has a timer", name);
    expect(!entry.queued || state == TaskRunState::kQueued,
           "what is in the ready queue is queued", name);
    running_ += entry.live ? 1 : 0;
    queued_ += entry.queued ? 1 : 0;
    timed_ += entry.timer ? 1 : 0;
    return state == TaskRunState::kReady || state == TaskRunState::kQueued;
  }

  void inspect(const ForState& items) {
    std::uint64_t pending = 0;
    for (const ItemRange& range : items.pending) pending += range.to - range.from;
    expect(items.live <= items.limit, "a `for` keeps its limit");
    expect(items.settled + items.live + pending <= items.total, "an item is in one place only");
    if (items.stream == nullptr) {
      expect(items.settled + items.live + pending == items.total, "no item is forgotten");
    }
  }

  template <typename NameOf>
  void inspect(const model::Counts& counts, const NameOf& name) {
    std::uint64_t sum = counts.waiting + counts.queued + counts.running + counts.backoff +
                        counts.ran + counts.hit + counts.failed + counts.skipped + counts.cancelled;
    expect(sum == counts.total, "the counts of a task add up", name);
  }

  const Core& core_;
  std::vector<std::string> violations_;
  std::uint64_t running_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t timed_ = 0;
};

}  // namespace

std::vector<std::string> find_violations(const Core& core) {
  return Inspection(core).run();
}

}  // namespace mlp::schedule
