// SPDX-License-Identifier: Apache-2.0
//
// The one thread that decides and writes. Everything reaches it as a message; a turn drains the
// mailbox, decides (runtime/schedule, pure), writes one batch and acts on it. It knows no HTTP, no
// processes and no files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "base/workers.h"
#include "runtime/engine/submission.h"
#include "runtime/store/kv.h"

namespace mlp::engine {

/// What an engine stands on. Everything must outlive it.
struct EngineParts {
  store::Kv& kv;
  execute::Executor& executor;
  Workers& workers;
  Clock& clock;
  Random& random;
  /// Stores the commit number that a sync has covered (the file `synced`). Called on the sync
  /// thread.
  std::function<void(std::uint64_t commit)> mark_synced;
  /// Of this daemon; greater than any before it and synced already. Upper bits of each AttemptId.
  std::uint64_t epoch = 1;
  /// Attempts at once: the sum of their `cpus` never exceeds this.
  double cores = 1;
  /// Asked before new attempts start, on the engine's thread; must be quick. False: too little disk
  /// space, nothing new starts, ends and cancels are recorded. Empty: always true.
  std::function<bool()> may_start;
  /// Bytes of an artifact, for `read(x)` at run time; called by workers.
  std::function<Result<std::string>(const plan::Artifact&)> read_artifact;
  /// Whether the bytes of a hit's outputs may be used; called by workers, may take long. Empty: the
  /// records of objects are believed.
  std::function<bool(const std::vector<model::Output>&)> are_whole = {};
  /// Ask it also where all outputs are values of the store, which has checksums of its own.
  bool are_values_looked_at = false;
};

/// Numbers for health and status pages, as of the last turn.
struct EngineStatus {
  std::uint64_t active_runs = 0;
  std::uint64_t live_attempts = 0;
  std::uint64_t queued = 0;  // task runs that wait for resources
  std::uint64_t commit = 0;  // last written
  std::uint64_t synced = 0;  // last synced and published
  bool is_paused = false;    // may_start() said no
};

class Engine {
 public:
  explicit Engine(EngineParts parts);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Before run(): reads the unfinished runs, has the executor settle every live attempt, and only
  /// then decides. An error (kCorrupt, kUnsupported) names the record; the engine must not be run.
  Status recover();
  /// Turns until stop(), on the calling thread; it also keeps the sync thread.
  void run();
  /// Any thread. What is running goes on in its executor; nothing is lost.
  void stop();
  /// One turn without waiting; false when there was nothing to do. For tests instead of run().
  bool turn();
  /// One sync and the replies it releases; false when nothing was unsynced. For tests.
  bool sync();

  // Any thread.
  void submit(Submission submission, Reply<Submitted> reply);
  /// kNotFound: no such run; kConflict: it has ended. Asking twice is no error.
  void cancel(model::RunId run, Reply<void> reply);
  /// Records objects (uploads). Those present already are only marked as used.
  void put_objects(std::vector<execute::NewObject> objects, Reply<void> reply);

  /// Its file is missing or was moved away: it counts as missing from now on. Dropped when there is
  /// too much to do: who needs it finds out again.
  void object_lost(const Digest& digest);

  /// What the executor calls; valid while the engine lives. Blocks when the mailbox is full.
  execute::ExecutorEvents executor_events();

  /// The last published view: everything in it is synced. Any thread.
  std::shared_ptr<const store::View> view() const;

  /// `published` is called on the sync thread with each commit that became visible. Must not block.
  using SubscriberId = std::uint64_t;
  SubscriberId subscribe(std::function<void(std::uint64_t commit)> published);
  /// When it returns `published` is not running and will not be called again.
  void unsubscribe(SubscriberId id);

  EngineStatus status() const;
  /// What does not hold of its decisions between two turns (schedule/invariants.h). For tests that
  /// call turn().
  std::vector<std::string> find_violations() const;

  struct State;  // engine_state.h: for the files of this folder

 private:
  std::unique_ptr<State> state_;
};

}  // namespace mlp::engine
