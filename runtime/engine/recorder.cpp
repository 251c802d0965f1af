// SPDX-License-Identifier: Apache-2.0
//
// Records of one turn.
#include "runtime/engine/recorder.h"

#include "base/crash_point.h"
#include "runtime/cache/cache_key.h"
#include "runtime/model/artifacts.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/count_records.h"
#include "runtime/store/event_records.h"
#include "runtime/store/run_records.h"

namespace mlp::engine {
namespace {

// `last used` is kept to the hour; writing it more often would cost a record for each hit.
constexpr Duration kUseNoted = std::chrono::hours(1);

}  // namespace

Status Recorder::load() {
  MLP_ASSIGN(store::Meta meta, store::get_meta(latest_));
  commit_ = meta.commit;
  last_run_ = meta.last_run;
  return {};
}

// ---- reads ------------------------------------------------------------------------------------

Result<std::optional<store::RequestRecord>> Recorder::find_request(const std::string& principal,
                                                                   const std::string& client_key) {
  auto found = requests_.find({principal, client_key});
  if (found != requests_.end()) return std::optional(found->second);
  return store::find_request(latest_, principal, client_key);
}

Result<std::optional<Hit>> Recorder::find_hit(const Digest& key) {
  auto found = keys_.find(key);
  if (found != keys_.end()) return std::optional<Hit>(Hit{found->second, {}});
  return engine::find_hit(latest_, key, now_);
}

// ---- runs -------------------------------------------------------------------------------------

model::Run Recorder::submitted(const Submission& submission, const PreparedPlan& prepared) {
  model::Run run;
  run.id = model::RunId(++last_run_);
  run.project = submission.project;
  run.by = submission.by;
  run.pipeline = prepared.plan->pipeline;
  run.path = prepared.plan->path;
  run.plan = prepared.object.digest;
  run.snapshot = submission.snapshot;
  run.arguments = submission.arguments;
  run.environments = prepared.environments;
  run.retry_of = submission.retry_of;
  run.trigger = submission.trigger;
  run.submitted = now_;
  store::put_last_run(batch_, last_run_);
  store::put_run(batch_, run);
  put_object(prepared.object, {});
  for (const model::NewObject& object : submission.objects) put_object(object, {});
  for (const auto& [id, value] : submission.arguments) put_contents(value, {});
  if (submission.snapshot) {
    store::put_snapshot(batch_, {submission.snapshot, submission.project, submission.by, now_});
  }
  if (!submission.client_key.empty()) {
    store::RequestRecord request{submission.by, submission.client_key, run.id, submission.request,
                                 now_ + store::kRequestKept};
    store::put_request(batch_, request);
    requests_.emplace(std::pair(submission.by, submission.client_key), request);
  }
  transitions(run.id).run_state = model::RunState::kRunning;
  return run;
}

void Recorder::cancel_asked(const model::Run& run) {
  store::put_run(batch_, run);
  transitions(run.id).cancel_asked = true;
}

void Recorder::run_ended(const model::Run& run) {
  store::put_run(batch_, run);
  if (run.result) put_contents(*run.result, {});
  transitions(run.id).run_state = run.state;
}

void Recorder::forget(const store::RequestRecord& request) {
  if (requests_.contains({request.principal, request.client_key})) return;
  store::remove_request(batch_, request);
}

Result<std::optional<std::uint64_t>> Recorder::forget_events(model::RunId run, std::uint64_t after,
                                                             std::size_t limit) {
  return store::remove_transitions(latest_, batch_, run, after, limit);
}

void Recorder::counts(const std::vector<schedule::Scheduler::ChangedCounts>& changed) {
  for (const auto& [run, task, counts] : changed) store::put_counts(batch_, run, task, counts);
}

// ---- task runs and attempts -------------------------------------------------------------------

void Recorder::task_run_changed(const schedule::TaskRunChanged& changed) {
  const model::TaskRun& record = changed.record;
  store::put_task_run(batch_, record);
  auto due = due_.find(record.id);
  if (due != due_.end()) {
    store::remove_due(batch_, due->second, record.id);
    due_.erase(due);
  }
  if (record.state == model::TaskRunState::kBackoff) {
    store::put_due(batch_, {record.due, record.id, changed.remaining});
    due_.emplace(record.id, record.due);
  }
  model::Transition transition{record.id.task, record.id.items, record.state, record.source,
                               record.made_by};
  if (!transition.attempt && !record.attempts.empty()) {
    transition.attempt = record.attempts.back();
  }
  transitions(record.id.run).tasks.push_back(std::move(transition));
}

model::Attempt Recorder::started(ActiveRun& run, const schedule::Start& start,
                                 const std::string& place) {
  const PreparedPlan& prepared = *run.prepared;
  const model::NewObject& base = prepared.bases[start.definition];
  model::Attempt attempt;
  attempt.id = start.id;
  attempt.task_run = start.task_run;
  attempt.number = start.number;
  attempt.cpus = start.cpus;
  attempt.given = now_;
  attempt.key = start.key;
  attempt.base = base.digest;
  attempt.inputs = cache::encode_inputs(
      cache::key_inputs(prepared.plan->definitions[start.definition], start.inputs));
  store::put_attempt(batch_, attempt);
  store::put_live(batch_, attempt.id, place);
  run.has_base.resize(prepared.bases.size());
  if (!run.has_base[start.definition]) put_object(base, {});
  run.has_base[start.definition] = true;
  for (const plan::Value& input : start.inputs) put_contents(input, {});
  put_used(run, start.task_run.task, start.inputs);
  return attempt;
}

void Recorder::attempt_ended(model::Attempt attempt, const execute::AttemptEnded& end) {
  attempt.outcome = end.outcome;
  attempt.usage = end.usage;
  attempt.started = end.started;
  attempt.ended = end.ended ? end.ended : now_;
  attempt.log = {end.log_size, end.log_is_file};
  store::put_attempt(batch_, attempt);
  store::remove_live(batch_, attempt.id);
  if (!end.log_is_file && !end.log.empty()) store::put_log(batch_, attempt.id, end.log);
}

void Recorder::published(const Digest& key, model::AttemptId made_by,
                         const std::vector<model::Output>& outputs) {
  store::KeyRecord record{key, made_by, outputs, {}};
  store::put_key(batch_, record);
  keys_.insert_or_assign(key, std::move(record));
}

// ---- objects ----------------------------------------------------------------------------------

void Recorder::put_object(const model::NewObject& object, model::AttemptId made_by) {
  if (!objects_.insert(object.digest).second) return;
  Result<std::optional<store::ObjectRecord>> known = store::find_object(latest_, object.digest);
  if (known && *known && (*known)->places != 0) return used_again({**known});
  store::put_object(batch_, object, made_by, now_);
}

// What this turn puts anew is there, whatever was found before.
void Recorder::object_lost(const Digest& digest) {
  if (objects_.contains(digest)) return;
  Result<std::optional<store::ObjectRecord>> known = store::find_object(latest_, digest);
  if (!known || !*known || (*known)->places != store::kInFile) return;
  (*known)->places = 0;
  store::put_object_record(batch_, **known);
}

void Recorder::used_again(const std::vector<store::ObjectRecord>& objects) {
  for (store::ObjectRecord object : objects) {
    if (now_ - object.last_used < kUseNoted) continue;
    object.last_used = now_;
    store::put_object_record(batch_, object);
  }
}

// Files that an expression made (`text(…)`) come into the store with what first names them.
void Recorder::put_contents(const plan::Value& value, model::AttemptId made_by) {
  if (value.kind() < plan::ValueKind::kList) return;
  std::vector<plan::Artifact> artifacts;
  model::collect_artifacts(value, artifacts);
  for (const plan::Artifact& artifact : artifacts) {
    if (!artifact.content) continue;
    put_object({artifact.digest, artifact.size, false, *artifact.content, false}, made_by);
  }
}

void Recorder::put_used(ActiveRun& run, model::TaskId task,
                        const std::vector<plan::Value>& inputs) {
  std::vector<plan::Artifact> artifacts;
  for (const plan::Value& input : inputs) {
    if (input.kind() >= plan::ValueKind::kList) model::collect_artifacts(input, artifacts);
  }
  for (const plan::Artifact& artifact : artifacts) {
    if (run.used.size() >= kUsedRemembered) run.used.clear();
    if (!run.used.emplace(artifact.digest, task).second) continue;
    store::put_used_by(batch_, artifact.digest, run.record.id, task);
  }
}

// ---- the batch --------------------------------------------------------------------------------

void Recorder::write() {
  ++commit_;
  store::put_commit(batch_, commit_);
  for (auto& [run, changed] : transitions_) {
    changed.commit = commit_;
    changed.at = now_;
    store::put_transitions(batch_, run, changed);
  }
  CRASH_POINT("commit.before_write");
  MLP_CHECK(kv_.write(batch_).has_value());  // the store waits for space, or ends the process
  CRASH_POINT("commit.after_write");
  batch_ = {};
  transitions_.clear();
  keys_.clear();
  objects_.clear();
  requests_.clear();
}

}  // namespace mlp::engine
