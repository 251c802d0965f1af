// SPDX-License-Identifier: Apache-2.0
//
// One pass a bucket.
#include "runtime/fsck/store_check.h"

#include <algorithm>

#include "runtime/fsck/lost_run.h"
#include "runtime/fsck/run_check.h"
#include "runtime/fsck/task_run_check.h"
#include "runtime/model/artifacts.h"
#include "runtime/objects/manifest.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/submit_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::fsck {
namespace {

using store::Bucket;
using store::Family;
using store::KeyReader;

/// Records of a slice: a few milliseconds.
constexpr std::size_t kSlice = 512;

model::RunId run_in(std::string_view key) {
  return model::RunId(KeyReader(key).u64());
}

}  // namespace

StoreCheck::StoreCheck(const store::View& view, Findings& findings, PlanOf plan_of, Unread* unread)
    : view_(view), findings_(findings), plan_of_(std::move(plan_of)), unread_(unread) {}

const std::vector<StoreCheck::Pass>& StoreCheck::passes() {
  static const std::vector<Pass> all = {
      {Family::kRecords, Bucket::kRun, &StoreCheck::look_at_run},
      {Family::kRecords, Bucket::kProjectRun, &StoreCheck::look_at_project_run},
      {Family::kRecords, Bucket::kCounts, &StoreCheck::look_at_part_of_run},
      {Family::kRecords, Bucket::kTaskRun, &StoreCheck::look_at_part_of_run},
      {Family::kRecords, Bucket::kEvent, &StoreCheck::look_at_part_of_run},
      {Family::kRecords, Bucket::kAttempt, &StoreCheck::look_at_attempt},
      {Family::kRecords, Bucket::kLive, &StoreCheck::look_at_live},
      {Family::kRecords, Bucket::kDue, &StoreCheck::look_at_due},
      {Family::kRecords, Bucket::kKey, &StoreCheck::look_at_key},
      {Family::kRecords, Bucket::kObject, &StoreCheck::look_at_object},
      {Family::kRecords, Bucket::kUsedBy, &StoreCheck::look_at_used_by},
      {Family::kRecords, Bucket::kRequest, &StoreCheck::look_at_request},
      {Family::kRecords, Bucket::kSnapshot, &StoreCheck::look_at_snapshot},
      {Family::kBytes, Bucket::kObjectBytes, &StoreCheck::look_at_object_bytes},
      {Family::kBytes, Bucket::kLogBytes, &StoreCheck::look_at_log},
  };
  return all;
}

Result<bool> StoreCheck::advance() {
  if (pass_ == passes().size()) {
    MLP_TRY(check_counters());
    ++pass_;
  }
  if (pass_ > passes().size()) return false;
  const Pass& pass = passes()[pass_];
  const std::size_t most = pass.bucket == Bucket::kRun ? 1 : kSlice;
  std::size_t seen = 0;
  Status failed;
  const std::string from = std::exchange(from_, {});
  MLP_TRY(view_.scan(pass.family, store::bucket_prefix(pass.bucket), from,
                     [&](std::string_view key, std::string_view value) {
                       if (seen == most) from_ = key;
                       if (seen++ == most) return false;
                       ++records_;
                       failed = (this->*pass.look)(key, value);
                       return failed.has_value();
                     }));
  MLP_TRY(failed);
  if (from_.empty()) ++pass_;
  return true;
}

Result<bool> StoreCheck::has_record(const std::string& key) const {
  MLP_ASSIGN(const std::optional<std::string> value, view_.get(Family::kRecords, key));
  return value.has_value();
}

Result<bool> StoreCheck::has_run(model::RunId run) {
  if (run != known_run_ || !run) {
    known_run_ = run;
    MLP_ASSIGN(is_known_run_there_, has_record(store::run_key(run)));
  }
  return is_known_run_there_;
}

Finding& StoreCheck::drop(Kind kind, std::string record, std::string message, Family family,
                          std::string_view key) {
  Finding& finding = findings_.add(kind, std::move(record), std::move(message));
  finding.repair.what = "the record is dropped";
  finding.repair.batch.remove(family, std::string(key));
  return finding;
}

// ---- runs ---------------------------------------------------------------------------------------

Status StoreCheck::look_at_run(std::string_view key, std::string_view) {
  const model::RunId id = run_in(key);
  last_run_ = std::max(last_run_, id);
  Scope scope{view_, findings_};
  const Result<std::optional<model::Run>> run = store::find_run(view_, id);
  std::shared_ptr<const plan::Plan> plan;
  if (plan_of_ && run && *run) {
    Result<std::shared_ptr<const plan::Plan>> found = plan_of_(**run);
    if (found) plan = std::move(found).value();
    const bool goes_on = (*run)->state == model::RunState::kRunning;
    if (!plan && !is_damage(found.error())) return found.error();
    if (!plan && goes_on) return tell_lost_run(scope, **run, found.error());
  }
  scope.plan = plan.get();
  return check_run(scope, id);
}

Status StoreCheck::look_at_project_run(std::string_view key, std::string_view) {
  const std::size_t zero = key.find('\0');
  const bool is_whole = zero != std::string_view::npos && key.size() == zero + 1 + 8;
  const model::RunId id = is_whole ? run_in(key.substr(zero)) : model::RunId();
  const std::string project(key.substr(1, is_whole ? zero - 1 : 0));
  const Result<std::optional<model::Run>> run = store::find_run(view_, id);
  if (!run && run.error().code != ErrorCode::kCorrupt) return run.error();
  if (!run || (*run && (*run)->project == project)) return {};
  drop(Kind::kRunIndex, name_of(id),
       "it is listed among the runs of project `" + project + "`, but is no run of it",
       Family::kRecords, key);
  return {};
}

// Counts, task runs and events.
Status StoreCheck::look_at_part_of_run(std::string_view key, std::string_view) {
  const model::RunId run = run_in(key);
  MLP_ASSIGN(const bool is_there, has_run(run));
  if (is_there) return {};
  drop(Kind::kOrphan, name_of(run), "a record of it is there, but the run itself is not",
       Family::kRecords, key);
  return {};
}

// ---- attempts -----------------------------------------------------------------------------------

Status StoreCheck::look_at_attempt(std::string_view key, std::string_view value) {
  const model::AttemptId id(KeyReader(key).u64());
  last_epoch_ = std::max(last_epoch_, id.value >> model::kEpochShift);
  const Result<model::Attempt> attempt = store::read_attempt(key, value);
  const std::string name = name_of(id);
  if (!attempt) {
    drop(Kind::kUnreadable, name, "its record cannot be read", Family::kRecords, key);
    return {};
  }
  const Scope scope{view_, findings_};
  const auto task_run = store::find_task_run(view_, attempt->task_run);
  if (!task_run && task_run.error().code != ErrorCode::kCorrupt) return task_run.error();
  if (!task_run) return {};  // told with its run
  const bool is_listed =
      *task_run && std::find((*task_run)->attempts.begin(), (*task_run)->attempts.end(), id) !=
                       (*task_run)->attempts.end();
  if (is_listed) return {};
  Finding& finding = drop(Kind::kOrphan, name,
                          "it says that it is a try of " + name_of(scope, attempt->task_run) +
                              ", which knows nothing of it",
                          Family::kRecords, key);
  finding.repair.batch.remove(Family::kRecords, store::live_key(id));
  return {};
}

Status StoreCheck::look_at_live(std::string_view key, std::string_view) {
  const model::AttemptId id(KeyReader(key).u64());
  const auto attempt = store::find_attempt(view_, id);
  if (!attempt && attempt.error().code != ErrorCode::kCorrupt) return attempt.error();
  if (!attempt) return {};  // told by itself
  if (*attempt) return look_at_live_key(**attempt);
  drop(Kind::kLive, name_of(id), "it is listed as live, but has no record: the daemon cannot start",
       Family::kRecords, key);
  return {};
}

// Whether it may be live is told with its task run. No two of one key run at once.
Status StoreCheck::look_at_live_key(const model::Attempt& attempt) {
  const auto run = store::find_run(view_, attempt.task_run.run);
  if (!run && run.error().code != ErrorCode::kCorrupt) return run.error();
  if (!plan_of_ || !run || !*run || (*run)->state != model::RunState::kRunning) return {};
  const auto plan = plan_of_(**run);
  if (!plan) return is_damage(plan.error()) ? Status() : plan.error();  // told with the run
  const plan::TaskId task = attempt.task_run.task;
  const bool is_in_plan = task && task.value <= (*plan)->tasks.size();
  if (!is_in_plan || !(*plan)->definition_of((*plan)->task(task)).is_cached) return {};
  const auto [other, is_first] = live_keys_.try_emplace(attempt.key, attempt.id);
  if (is_first) return {};
  Finding& finding = findings_.add(
      Kind::kLive, name_of(attempt.id),
      "it is live, and so is " + name_of(other->second) +
          ", which has the same key: no two may run at once, so the daemon cannot start");
  return put_end_of_live(view_, attempt, finding.repair);
}

Status StoreCheck::look_at_due(std::string_view key, std::string_view) {
  KeyReader in(key);
  const Instant at{static_cast<std::int64_t>(in.u64())};
  const Result<model::TaskRunId> id = store::read_task_run_id(in);
  if (!id) {
    drop(Kind::kUnreadable, "a back-off", "its record cannot be read", Family::kRecords, key);
    return {};
  }
  const auto task_run = store::find_task_run(view_, *id);
  if (!task_run && task_run.error().code != ErrorCode::kCorrupt) return task_run.error();
  const bool is_right = task_run && *task_run && (*task_run)->due == at &&
                        (*task_run)->state == model::TaskRunState::kBackoff;
  if (is_right) return {};
  drop(Kind::kDue, name_of(Scope{view_, findings_}, *id),
       "a time for its next try is listed, but it does not wait for one", Family::kRecords, key);
  return {};
}

Status StoreCheck::look_at_log(std::string_view key, std::string_view) {
  const model::AttemptId id(KeyReader(key).u64());
  MLP_ASSIGN(const bool is_there, has_record(store::attempt_key(id)));
  if (!is_there) {
    drop(Kind::kOrphan, name_of(id), "its log is there, but the attempt is not", Family::kBytes,
         key);
  }
  return {};
}

// ---- keys and objects ---------------------------------------------------------------------------

Status StoreCheck::look_at_key(std::string_view key, std::string_view value) {
  const Result<store::KeyRecord> record = store::read_key(key, value);
  const std::string name = "key " + KeyReader(key).digest().to_hex();
  if (!record) {
    drop(Kind::kUnreadable, name, "its record cannot be read: its task runs again",
         Family::kRecords, key);
    return {};
  }
  const auto maker = store::find_attempt(view_, record->attempt);
  if (!maker && maker.error().code != ErrorCode::kCorrupt) return maker.error();
  std::string problem;
  if (!maker || !*maker) {
    problem = "which has no record";
  } else if ((*maker)->outcome.reason != model::EndReason::kSucceeded) {
    problem = "which has not succeeded";
  } else if ((*maker)->key && (*maker)->key != record->key) {
    problem = "which has another key";
  }
  if (!problem.empty()) {
    drop(Kind::kKey, name,
         "it stands for the outputs of " + name_of(record->attempt) + ", " + problem +
             ": a task may be said to be cached that is not",
         Family::kRecords, key);
    return {};
  }
  if (*maker) MLP_TRY(check_same_outputs(name, key, **maker, record->outputs));
  return check_key_outputs(name, key, record->outputs);
}

// What the attempt's own task run says that it made.
Status StoreCheck::check_same_outputs(const std::string& name, std::string_view key,
                                      const model::Attempt& maker,
                                      const std::vector<model::Output>& outputs) {
  const auto task_run = store::find_task_run(view_, maker.task_run);
  if (!task_run && task_run.error().code != ErrorCode::kCorrupt) return task_run.error();
  const bool is_its_work = task_run && *task_run && (*task_run)->made_by == maker.id;
  if (!is_its_work || model::objects_of((*task_run)->outputs) == model::objects_of(outputs)) {
    return {};
  }
  drop(Kind::kKey, name,
       "it stands for other outputs than " + name_of(maker.id) +
           " made: a task may be said to be cached that is not",
       Family::kRecords, key);
  return {};
}

Status StoreCheck::check_key_outputs(const std::string& name, std::string_view key,
                                     const std::vector<model::Output>& outputs) {
  for (const Digest& object : model::objects_of(outputs)) {
    MLP_ASSIGN(const bool is_there, has_record(store::object_key(object)));
    if (is_there) continue;
    drop(Kind::kKey, name,
         "it stands for " + name_of_object(object) + ", which the store has no record of",
         Family::kRecords, key);
    return {};
  }
  return {};
}

Status StoreCheck::look_at_object(std::string_view key, std::string_view value) {
  const Result<store::ObjectRecord> record = store::read_object(key, value);
  const std::string name = name_of_object(KeyReader(key).digest());
  if (!record) {
    drop(Kind::kUnreadable, name, "its record cannot be read: the object is lost", Family::kRecords,
         key);
    return {};
  }
  if ((record->places & store::kInStore) == 0) return {};
  if (unread_ && !unread_->is_next(key, findings_)) return {};
  MLP_TRY(look_at_bytes(*record, name));
  if (unread_) unread_->read(key, findings_);
  return {};
}

Status StoreCheck::look_at_bytes(const store::ObjectRecord& record, const std::string& name) {
  MLP_ASSIGN(const std::optional<std::string> bytes,
             store::find_object_bytes(view_, record.digest));
  const bool is_whole = bytes && sha256(*bytes) == record.digest;
  ++objects_;
  object_bytes_ += bytes ? bytes->size() : 0;
  if (is_whole) {
    const Scope scope{view_, findings_};
    return record.is_manifest ? check_manifest(scope, record.digest, *bytes) : Status();
  }
  Finding& finding = findings_.add(
      bytes ? Kind::kDamagedObject : Kind::kMissingObject, name,
      std::string(bytes ? "its bytes are damaged: they have another digest"
                        : "its bytes are not in the store") +
          "; who needs it fails by its name, and the next run makes it anew");
  finding.repair.what = "it is recorded as lost";
  finding.repair.lost.push_back(record.digest);
  return {};
}

Status StoreCheck::look_at_object_bytes(std::string_view key, std::string_view) {
  const Digest digest = KeyReader(key).digest();
  MLP_ASSIGN(const bool is_there, has_record(store::object_key(digest)));
  if (!is_there) {
    drop(Kind::kOrphan, name_of_object(digest), "its bytes are there, but no record of it",
         Family::kBytes, key);
  }
  return {};
}

Status StoreCheck::look_at_used_by(std::string_view key, std::string_view) {
  KeyReader in(key);
  const Digest digest = in.digest();
  const model::RunId run(in.u64());
  MLP_ASSIGN(const bool is_there, has_run(run));
  if (!is_there) {
    drop(Kind::kOrphan, name_of_object(digest),
         "it is said to be read by " + name_of(run) + ", which is not there", Family::kRecords, key);
  }
  return {};
}

// ---- submits ------------------------------------------------------------------------------------

Status StoreCheck::look_at_request(std::string_view key, std::string_view value) {
  const Result<store::RequestRecord> request = store::read_request(key, value);
  if (!request) {
    drop(Kind::kUnreadable, "a request", "its record cannot be read", Family::kRecords, key);
    return {};
  }
  MLP_ASSIGN(const bool is_there, has_run(request->run));
  if (!is_there) {
    drop(Kind::kRequest, "a request of " + request->principal,
         "it is said to have made " + name_of(request->run) + ", which is not there: repeated, it "
         "would be answered with that run",
         Family::kRecords, key);
  }
  return {};
}

Status StoreCheck::look_at_snapshot(std::string_view key, std::string_view) {
  const Digest digest = KeyReader(key).digest();
  const Scope scope{view_, findings_};
  return check_object_known(scope, Kind::kMissingOutput, "snapshot " + digest.to_hex(),
                            "its list of files", digest);
}

// ---- counters -----------------------------------------------------------------------------------

Status StoreCheck::check_counters() {
  const Result<store::Meta> meta = store::get_meta(view_);
  if (!meta) {
    if (meta.error().code != ErrorCode::kCorrupt) return meta.error();
    findings_.add_of_store(Kind::kUnreadable, meta.error().message);
    return {};
  }
  if (meta->last_run < last_run_.value) {
    Finding& finding = findings_.add_of_store(
        Kind::kCounter, "the next run would get the number of " + name_of(last_run_) +
                            " or one before it once more");
    finding.repair.what = "the next one gets the number after it";
    finding.repair.least.last_run = last_run_.value;
  }
  if (meta->daemon_epoch < last_epoch_) {
    Finding& finding =
        findings_.add_of_store(Kind::kCounter,
                      "attempts have numbers of a later daemon than the store knows; theirs could "
                      "be given a second time");
    finding.repair.what = "the store counts on from the latest";
    finding.repair.least.daemon_epoch = last_epoch_;
  }
  return {};
}

// ---- together -----------------------------------------------------------------------------------

Status check_store(const store::View& view, Findings& findings, PlanOf plan_of) {
  StoreCheck check(view, findings, std::move(plan_of));
  for (bool has_more = true; has_more;) {
    MLP_ASSIGN(has_more, check.advance());
  }
  return {};
}

Status check_manifest(const Scope& scope, const Digest& digest, std::string_view bytes) {
  const Result<objects::Manifest> manifest = objects::decode_manifest(bytes);
  const std::string name = "folder " + digest.to_hex();
  if (!manifest) {
    scope.findings.add(Kind::kUnreadable, name,
                       "its list of files cannot be read: " + manifest.error().message);
    return {};
  }
  for (const objects::ManifestEntry& entry : manifest->entries) {
    if (entry.kind != objects::EntryKind::kFile) continue;
    MLP_TRY(check_object_known(scope, Kind::kMissingOutput, name, "its file `" + entry.path + "`",
                               entry.digest));
  }
  return {};
}

}  // namespace mlp::fsck
