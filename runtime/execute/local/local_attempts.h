// SPDX-License-Identifier: Apache-2.0
//
// What happens to each attempt of the local executor, from start() to recorded(): environment,
// slot, staging, the runner, collecting, the engine's answer. On the executor's thread only; long
// work goes to workers and comes back through `post`.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/workers.h"
#include "runtime/environment/environment.h"
#include "runtime/execute/executor.h"
#include "runtime/execute/local/collect.h"
#include "runtime/execute/local/local_executor.h"
#include "runtime/execute/local/runner_link.h"
#include "runtime/execute/local/slots.h"
#include "runtime/execute/local/staging.h"
#include "runtime/execute/local/task_files.h"

namespace mlp::execute {

/// Which attempts have a log that is still in a slot. Thread-safe.
class LiveLogs {
 public:
  void add(model::AttemptId attempt, std::string path);
  void remove(model::AttemptId attempt);
  std::optional<std::string> find(model::AttemptId attempt) const;

 private:
  mutable std::mutex mutex_;
  std::map<model::AttemptId, std::string> paths_;
};

struct LocalParts {
  const LocalConfig& config;
  Files& files;
  TaskFiles& task_files;
  objects::ObjectStore& objects;
  environment::Environments& environments;
  ViewSupplier view;
  ExecutorEvents& events;
  Clock& clock;
  RunnerLink& link;
  Workers& file_workers;
  Workers& environment_workers;
  LiveLogs& logs;
  /// Runs something on the executor's thread, soon.
  std::function<void(std::function<void()>)> post;
};

inline constexpr Duration kSpaceAgain = std::chrono::milliseconds(200);

class LocalAttempts {
 public:
  explicit LocalAttempts(LocalParts parts);

  /// What the store says is live; settled by the first Welcome.
  void adopt(std::vector<AttemptStart> live);
  void start(AttemptStart attempt);
  void kill(model::AttemptId attempt);
  void recorded(model::AttemptId attempt);

  /// After each connect: what the runner holds decides what is running, ended, lost or unknown.
  void settle(const runner::Welcome& welcome);
  /// Of the runner that was settled with last. Any thread.
  std::string place() const { return "local/" + std::to_string(generation_.load()); }
  /// The connection is gone: starts wait until settle().
  void disconnected() { is_connected_ = false; }
  void handle(const runner::Message& message);

  /// Some attempts found the disk full: while it is so, call try_again() each kSpaceAgain.
  bool waits_for_space() const { return !waiting_for_space_.empty(); }
  void try_again();

 private:
  enum class State : std::uint8_t {
    kNew,         // waits for the runner to be there
    kPreparing,   // its environment is being made
    kStaging,     // inputs are being staged by a worker
    kSent,        // the runner has it
    kCollecting,  // a worker looks at its outputs
    kTold,        // the engine knows how it ended
    kUnknown,     // the runner has it, the store does not: killed and thrown away
  };

  struct Attempt {
    AttemptStart start;
    State state = State::kNew;
    std::uint64_t generation = 0;  // of the runner its slot belongs to
    std::optional<SlotNumber> slot;
    bool is_in_runner = false;  // it was sent, or found there
    bool is_adopted = false;    // what is in its slot is not known
    bool is_kill_asked = false;
    bool has_log_in_slot = false;  // told with its content; the slot's file still has it
    std::string lost_because;      // set: it ends as lost, whatever its process says
    std::vector<std::string> output_paths;
    Staged staged;
    runner::Ended end;
  };
  using Id = model::AttemptId;

  CollectTools collect_tools() const {
    return {parts_.files, parts_.task_files, parts_.objects};
  }
  const plan::TaskDefinition& definition_of(const Attempt& attempt) const;
  const plan::Environment& environment_of(const Attempt& attempt) const;
  Attempt* find(Id id, State state);

  void begin(Attempt& attempt);
  void prepare_environment(Attempt& attempt);
  void environment_prepared(const Digest& fingerprint, const Status& status);
  void stage(Attempt& attempt);
  void staged(Id id, std::uint64_t generation, Result<Staged> result);
  Status launch(Attempt& attempt);
  Result<runner::Start> make_start(Attempt& attempt, const BodyScope& scope);
  void end_early(Attempt& attempt, model::EndReason reason, const std::string& message);
  void fail_staging(Attempt& attempt, const Error& error);
  void begin_later(Attempt& attempt);

  void ended(const runner::Ended& end);
  void collect_end(Attempt& attempt);
  void collected(Id id, std::uint64_t generation, Collected result);
  void tell(Attempt& attempt, Collected result);
  void spread_damage(Id finder, const std::vector<LinkedInput>& damaged);
  void lose(Attempt& attempt, std::string why);
  void forget(Attempt& attempt);
  void settle_new_generation(const runner::Welcome& welcome);
  Status prepare_folders();
  std::vector<Id> settle_held(const runner::Welcome& welcome);
  std::vector<Id> take_gone(const std::vector<Id>& held);

  LocalParts parts_;
  Slots slots_;
  Staging staging_;
  bool is_connected_ = false;
  bool is_adopting_ = false;  // `adopted` has not been told yet
  std::atomic<std::uint64_t> generation_{0};
  std::vector<SlotNumber> used_slots_;  // of this generation, when it was met
  bool has_folders_ = false;            // of this generation
  std::map<Id, Attempt> attempts_;
  std::map<Digest, std::vector<Id>> waiting_for_environment_;
  std::set<Id> waiting_for_space_;  // to begin, or to be collected
};

}  // namespace mlp::execute
