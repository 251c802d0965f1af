// SPDX-License-Identifier: Apache-2.0
//
// Turns what happened into records: one batch a turn, with its commit number. The only writer of
// the store. Decides nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/active_run.h"
#include "runtime/engine/hit.h"
#include "runtime/engine/submission.h"
#include "runtime/model/transition.h"
#include "runtime/schedule/scheduler.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/submit_records.h"

namespace mlp::engine {

class Recorder {
 public:
  explicit Recorder(store::Kv& kv) : kv_(kv), latest_(kv) {}

  /// From the store, once.
  Status load();
  void set_now(Instant now) { now_ = now; }

  // reads that see what this turn's batch will write
  /// One that is old still counts until it is forgotten.
  Result<std::optional<store::RequestRecord>> find_request(const std::string& principal,
                                                           const std::string& client_key);
  Result<std::optional<Hit>> find_hit(const Digest& key);
  const store::View& latest() const { return latest_; }

  // what happened
  model::Run submitted(const Submission& submission, const PreparedPlan& prepared);
  void cancel_asked(const model::Run& run);
  void run_ended(const model::Run& run);
  void task_run_changed(const schedule::TaskRunChanged& changed);
  /// `place`: where its executor starts it.
  model::Attempt started(ActiveRun& run, const schedule::Start& start, const std::string& place);
  /// An attempt that is live no more. `end`: its log and objects.
  void attempt_ended(model::Attempt attempt, const execute::AttemptEnded& end);
  void published(const Digest& key, model::AttemptId made_by,
                 const std::vector<model::Output>& outputs);
  void used_again(const std::vector<store::ObjectRecord>& objects);
  void put_object(const model::NewObject& object, model::AttemptId made_by);
  /// The record of a large object says from now on that its bytes are nowhere.
  void object_lost(const Digest& digest);
  /// What is too old (forgetting.h). A request that came anew in this turn stays.
  void forget(const store::RequestRecord& request);
  /// As store::remove_transitions.
  Result<std::optional<std::uint64_t>> forget_events(model::RunId run, std::uint64_t after,
                                                     std::size_t limit);
  void counts(const std::vector<schedule::Scheduler::ChangedCounts>& changed);
  /// Back-offs found at recovery: their records go when they end.
  void know_due(const store::Due& due) { due_.emplace(due.task_run, due.at); }

  bool has_changes() const { return !batch_.empty() || !transitions_.empty(); }
  /// Writes the batch; it is in the log when this returns.
  void write();
  /// Of the last batch written.
  std::uint64_t commit() const { return commit_; }

 private:
  void put_contents(const plan::Value& value, model::AttemptId made_by);
  void put_used(ActiveRun& run, model::TaskId task, const std::vector<plan::Value>& inputs);
  model::Transitions& transitions(model::RunId run) { return transitions_[run]; }

  store::Kv& kv_;
  store::LatestView latest_;
  Instant now_;
  std::uint64_t commit_ = 0;
  std::uint64_t last_run_ = 0;
  std::map<model::TaskRunId, Instant> due_;  // of task runs in back-off

  // of this turn
  store::Batch batch_;
  std::map<model::RunId, model::Transitions> transitions_;
  std::map<Digest, store::KeyRecord> keys_;
  std::set<Digest> objects_;
  std::map<std::pair<std::string, std::string>, store::RequestRecord> requests_;
};

}  // namespace mlp::engine
