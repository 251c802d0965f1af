// SPDX-License-Identifier: Apache-2.0
//
// The state of a run that is being carried out: a tree of frames. A frame is one instance of a
// block: the root, an item of a `for`, the taken arm of an `if`, a called pipeline. Data only; who
// changes it is block_machine.h (statements) and task_machine.h, dispatch.h (task runs).
//
// Cost of a waiting task run: its frame (about 150 bytes) and its slot (72), plus a TaskEntry
// (about 500) from the moment it is ready. Nothing exists for items of a `for` that are not
// expanded.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "compiler/plan/evaluate.h"
#include "runtime/model/run.h"
#include "runtime/schedule/layout.h"

namespace mlp::schedule {

/// Both clocks of one moment: wall time for records, steady time (never jumps) for waits.
struct Now {
  Instant wall;
  Duration steady{0};
};

enum class OutcomeKind : std::uint8_t {
  kOpen,  // not settled
  kValue,
  kFailed,   // it failed itself
  kSkipped,  // something it needs has no value
  kCancelled,
  kUnknown,  // forecasts only: depends on a task that would run
};

/// How a statement or a block ended.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kOpen;
  plan::Value value;  // kValue
  std::string error;  // kFailed: one sentence
  StatementId cause;  // kSkipped: the statement that failed; kUnknown: the one not known
  /// kFailed: an expression could not be computed. Neither `call()?` nor `tolerate` hides that, nor
  /// does a failure elsewhere.
  bool is_fault = false;
};

struct Frame;
struct RunState;

/// A task run from the moment its inputs are there.
struct TaskEntry {
  Frame* frame = nullptr;
  std::uint32_t slot = 0;
  model::TaskRun record;
  std::vector<plan::Value> inputs;
  bool is_cached = true;
  bool holds_key = false;  // leads or waits for its key (key_table.h)
  double cpus = 1;         // granted while an attempt is live
  model::AttemptId live;
  plan::LastAttempt last;
  std::optional<std::list<TaskEntry*>::iterator> queued;    // place in the ready queue
  std::optional<std::pair<Duration, std::uint64_t>> timer;  // place among the timers
};

/// Items [from, to) of a `for`, still to be expanded.
struct ItemRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// A `for` from the moment its lists are known: a range, not its items.
struct ForState {
  Frame* frame = nullptr;
  std::uint32_t slot = 0;
  std::vector<plan::Value> lists;    // one a source; null for a streamed one
  std::vector<std::uint64_t> sizes;  // of the lists
  std::uint64_t total = 0;           // product of the sizes
  std::uint64_t limit = 0;           // live items at once
  ForState* stream = nullptr;        // the `for` whose items it takes, until that one has its list
  std::deque<ItemRange> pending;
  std::uint64_t live = 0;  // items with a frame
  std::uint64_t settled = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t unknown = 0;
  bool has_fault = false;             // Frame::has_fault of an item
  bool is_listed = false;             // in RunState::expandable
  std::vector<plan::Value> results;   // by item, where something reads them
  std::vector<OutcomeKind> outcomes;  // by item, where some item failed or another `for` streams
  std::vector<ForState*> followers;   // `for`s that stream this one and are open
  std::string error;                  // of the first item that failed
  StatementId cause;                  // of skipped or unknown items
};

struct Waiter {
  Frame* frame = nullptr;
  std::uint32_t slot = 0;  // or kResult: of the frame itself
  bool is_stream = false;  // released when the `for` begins, not when it ends
};

/// A statement of a frame.
struct Slot {
  plan::Value value;
  std::unique_ptr<TaskEntry> task;               // kCall, while it is ready, queued, running …
  /// kFor: from its begin to its end; of one that others stream and that has no value, as long as
  /// the frame.
  std::unique_ptr<ForState> items;
  std::unique_ptr<std::vector<Waiter>> waiters;  // statements of inner frames
  std::uint32_t waits_for = 0;                   // open statements it awaits
  StatementId cause;
  OutcomeKind outcome = OutcomeKind::kOpen;
  bool has_begun = false;  // kFor: its lists are known
};

struct Frame {
  RunState* run = nullptr;
  Frame* parent = nullptr;        // none for the root
  std::uint32_t parent_slot = 0;  // of the kFor, kIf or kBlock it belongs to
  std::uint32_t item = 0;         // of a kFor
  const BlockLayout* layout = nullptr;
  std::vector<Slot> slots;
  std::uint32_t open = 0;        // slots not settled
  std::uint32_t waits_for = 0;   // open statements of outer frames that its result reads
  bool has_failed = false;
  bool has_fault = false;  // of what failed, an expression that could not be computed
  bool has_unknown = false;
  StatementId outer_cause;  // something was skipped for this statement outside, the outermost
  std::string error;        // of the first statement that failed
  std::list<Frame>::iterator self;

  const plan::Block& block() const { return *layout->block; }
};

/// Digest of a task run's key; nullopt in a forecast where the task never ran: a miss for certain.
using KeyOf = std::function<std::optional<Digest>(std::uint32_t definition,
                                                  const std::vector<plan::Value>& inputs)>;
/// What is recorded of a task run of a run that is taken up again.
using Known = std::function<std::optional<model::TaskRun>(const model::TaskRunId&)>;

/// All the scheduler needs to know of a run.
struct RunSpec {
  model::RunId id;
  std::shared_ptr<const Layout> layout;
  std::vector<std::pair<StatementId, plan::Value>> arguments;  // sorted by statement
  KeyOf key_of;
  Known known;               // empty for a new run
  /// Of a run that is taken up again, what was counted of each task, by TaskId - 1; empty for a new
  /// run. Stands until the replay has met as much.
  std::vector<model::Counts> counted;
  /// Of a run that is taken up again, before the restart or since: its replay cancels all that is not
  /// recorded as ended, and so comes to an end.
  bool is_cancel_asked = false;
  bool is_forecast = false;  // nothing starts: what would run is unknown
};

/// Task runs of a task by state, and what is still to be found out about their number.
struct TaskCounts {
  model::Counts counts;
  std::int64_t unresolved = 0;  // `for`s and `if`s around it that are not decided
  bool is_dirty = false;
};

/// An attempt that lived through a restart, until the replay reaches its task run.
struct Adopted {
  model::AttemptId id;
  model::TaskRunId task_run;
  double cpus = 1;
  Digest key;  // none where the task is never a hit
};

struct RunState {
  RunSpec spec;
  std::list<Frame> frames;             // the first is the root
  std::vector<ForState*> expandable;   // the innermost last: depth first keeps few frames
  std::list<TaskEntry*> ready;         // wait for resources
  std::uint64_t waiting_to_start = 0;  // entries that are ready or queued
  std::uint64_t live = 0;              // attempts
  std::map<std::uint64_t, std::pair<Frame*, std::uint32_t>> evaluations;  // by token
  std::vector<TaskCounts> counts;                                         // by TaskId - 1
  std::vector<TaskId> dirty;  // counts that changed since they were taken
  bool is_cancelled = false;
  bool is_over = false;
  bool is_listed = false;   // in ReadyQueue's round
  bool is_touched = false;  // in Core::touched
  bool is_counted = false;  // in Core::counted

  const plan::Plan& plan() const { return spec.layout->plan(); }
  const Layout& layout() const { return *spec.layout; }
};

/// In place of a slot: the result of the block itself.
inline constexpr std::uint32_t kResult = 0xffffffff;

const plan::Statement& statement_of(const Frame& frame, std::uint32_t slot);
/// The slot of a statement of the frame's block or an outer one.
Slot& slot_of(Frame& frame, StatementId id);
/// The frame that holds it.
Frame& frame_of(Frame& frame, StatementId id);
/// The items of the `for`s around a frame, outermost first.
model::Items items_of(const Frame& frame);
model::TaskRunId task_run_id(const Frame& frame, TaskId task);

}  // namespace mlp::schedule
