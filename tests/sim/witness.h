// SPDX-License-Identifier: Apache-2.0
//
// Sees what the daemon promises and what it does, over all its lives, and says what of it breaks a
// promise. Knows the records, not the engine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/execute/executor.h"
#include "runtime/execute/runner/protocol.h"
#include "runtime/store/memory_kv.h"
#include "tests/sim/attempt_history.h"
#include "tests/sim/disk.h"
#include "tests/sim/scenario.h"

namespace mlp::sim {

class Witness {
 public:
  Witness(const Scenario& scenario, store::MemoryKv& kv, const Disk& disk);

  /// The engine asks for a start: it must be written, never asked for before, and needed: nobody
  /// else does the same, and nobody has done it.
  void started(const execute::AttemptStart& start);
  /// The runner starts it: once, and on inputs that are whole.
  BodyRun body_of(const runner::Start& start);
  /// A client submits; it may never get an answer.
  void asked(std::uint32_t key, std::uint32_t project) { requests_[key].insert(project); }
  /// Its answer is no. Warranted only where another project has the key.
  void refused(std::uint32_t key, std::uint32_t project, const Error& answer);
  /// A client was told that its request made this run.
  void promised(model::RunId run, std::uint32_t key, std::uint32_t project);
  /// A client asks for it; it may never get an answer.
  void asked_cancel(model::RunId run) { cancels_asked_.insert(run); }
  void promised_cancel(model::RunId run);
  /// Warranted only where the run has ended.
  void refused_cancel(model::RunId run, const Error& answer);
  /// Anybody may have seen it now.
  void published(const store::View& view);
  void power_was_cut();
  /// A daemon is there again: nothing that was promised may be gone.
  void recovered();

  /// What happens to attempts: who sees it tells it here.
  AttemptHistory& attempts() { return attempts_; }
  /// An end that is in the store.
  void check_end(const model::Attempt& record);

  void violated(const std::string& sentence);
  const std::vector<std::string>& violations() const { return violations_; }

  bool is_cancel_asked(model::RunId run) const { return cancels_asked_.contains(run); }
  /// Of a run, by its record.
  const Project* project_of(model::RunId run) const;
  /// What the body of an attempt prints into its log; none: it was never started.
  std::optional<std::string> log_of(model::AttemptId attempt) const;

 private:
  std::uint32_t errors_before(model::AttemptId attempt) const;
  void check_needed(const execute::AttemptStart& start, const store::View& view);
  void check_inputs(const execute::AttemptStart& start, const std::string& folder);

  struct Promise {
    std::uint32_t key = 0;
    std::uint32_t project = 0;
    bool is_cancelled = false;
    model::RunState state = model::RunState::kRunning;  // as published
  };

  store::MemoryKv& kv_;
  const Disk& disk_;
  std::map<Digest, const Project*> projects_;  // by plan and arguments
  std::map<model::AttemptId, execute::AttemptStart> starts_;
  AttemptHistory attempts_;
  std::map<std::uint64_t, std::string> logs_;  // of the attempts that the runner started
  std::map<model::RunId, Promise> promises_;
  std::set<model::RunId> cancels_asked_;
  std::map<std::uint32_t, model::RunId> runs_;  // by client key
  std::map<std::uint32_t, std::set<std::uint32_t>> requests_;  // by client key: projects
  std::uint64_t published_ = 0;  // the last commit anybody saw
  std::vector<std::string> violations_;
};

}  // namespace mlp::sim
