// SPDX-License-Identifier: Apache-2.0
//
// One task run with its attempts.
#include "runtime/fsck/task_run_check.h"

#include <algorithm>

#include "runtime/cache/cache_key.h"
#include "runtime/fsck/flow_check.h"
#include "runtime/model/artifacts.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/buckets.h"
#include "runtime/store/object_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::fsck {
namespace {

using model::EndReason;
using model::TaskRunState;

Result<bool> has(const store::View& view, store::Family family, const std::string& key) {
  MLP_ASSIGN(const std::optional<std::string> value, view.get(family, key));
  return value.has_value();
}

void end_attempt(Repair& repair, model::Attempt attempt) {
  repair.what = "the attempt is recorded as ended";
  store::remove_live(repair.batch, attempt.id);
  if (attempt.outcome.reason != EndReason::kNone) return;
  attempt.outcome = {EndReason::kLost, 0, "the record of its end was lost"};
  attempt.ended = attempt.given;
  store::put_attempt(repair.batch, attempt);
}

void make_due(Repair& repair, model::TaskRun task_run, Instant since) {
  repair.what = "it is due at once: what was published is found, anything else runs again";
  task_run.state = TaskRunState::kBackoff;
  task_run.due = since;
  store::put_task_run(repair.batch, task_run);
  store::put_due(repair.batch, {since, task_run.id, Duration(0)});
}

class TaskRunCheck {
 public:
  TaskRunCheck(const Scope& scope, const model::Run& run, const model::TaskRun& task_run)
      : scope_(scope), run_(run), task_run_(task_run), name_(name_of(scope, task_run.id)) {}

  Status check() {
    if (!check_state()) return {};
    for (std::size_t i = 0; i < task_run_.attempts.size(); ++i) MLP_TRY(check_attempt(i));
    if (commits_ > 1) {
      add(Kind::kCommittedTwice, std::to_string(commits_) +
                                     " of its attempts were committed; at most one may be");
    }
    MLP_TRY(check_done());
    MLP_TRY(check_due());
    return check_flow(scope_, task_run_);
  }

 private:
  bool is(TaskRunState state) const { return task_run_.state == state; }
  Finding& add(Kind kind, std::string message) {
    return scope_.findings.add(kind, name_, std::move(message));
  }

  // ---- its state --------------------------------------------------------------------------------

  bool check_state() {
    if (task_run_.state < TaskRunState::kRunning || task_run_.state > TaskRunState::kCancelled) {
      Finding& finding = add(Kind::kTaskRunState, "its record has a state that is never stored: " +
                                                      std::string(to_text(task_run_.state)));
      drop(finding.repair);
      return false;
    }
    if (!model::is_final(task_run_.state) && !is_in_plan()) {
      Finding& finding = add(Kind::kTaskRunState, "it is " + std::string(to_text(task_run_.state)) +
                                                      " but not in its run's plan");
      drop(finding.repair);
      return false;
    }
    const bool has_attempt = !task_run_.attempts.empty();
    if (!has_attempt && (is(TaskRunState::kRunning) || is(TaskRunState::kBackoff))) {
      Finding& finding = add(Kind::kTaskRunState,
                             "it is " + std::string(to_text(task_run_.state)) +
                                 " but no attempt of it was ever started");
      drop(finding.repair);
      return false;
    }
    if (run_.state == model::RunState::kRunning || model::is_final(task_run_.state)) return true;
    Finding& finding = add(Kind::kTaskRunState, "it is " + std::string(to_text(task_run_.state)) +
                                                    " although its run has ended: " +
                                                    std::string(to_text(run_.state)));
    end_as_cancelled(finding.repair, "it is recorded as cancelled");
    return true;
  }

  bool is_in_plan() const {
    const plan::Plan* plan = scope_.plan;
    const model::TaskRunId& id = task_run_.id;
    return plan == nullptr || (id.task && id.task.value <= plan->tasks.size() &&
                               id.items.size() == plan->task(id.task).depth);
  }

  void drop(Repair& repair) const {
    repair.what = "the record is dropped; an unfinished run runs it again";
    repair.batch.remove(store::Family::kRecords, store::task_run_key(task_run_.id));
    if (task_run_.due) store::remove_due(repair.batch, task_run_.due, task_run_.id);
  }

  void end_as_cancelled(Repair& repair, std::string what) {
    repair.what = std::move(what);
    model::TaskRun ended = task_run_;
    ended.state = TaskRunState::kCancelled;
    ended.ended = run_.ended;
    if (task_run_.due) store::remove_due(repair.batch, task_run_.due, task_run_.id);
    ended.due = {};
    store::put_task_run(repair.batch, ended);
  }

  void run_again(Repair& repair, Instant since) {
    if (run_.state != model::RunState::kRunning) {
      return end_as_cancelled(repair, "it is recorded as cancelled");
    }
    make_due(repair, task_run_, since);
  }

  // ---- its attempts -----------------------------------------------------------------------------

  Status check_attempt(std::size_t index) {
    const model::AttemptId id = task_run_.attempts[index];
    Result<std::optional<model::Attempt>> found = store::find_attempt(scope_.view, id);
    const bool is_damaged = !found && found.error().code == ErrorCode::kCorrupt;
    if (!found && !is_damaged) return found.error();
    if (is_damaged || !*found) {
      tell_no_record(index, is_damaged);
      return {};
    }
    const model::Attempt& attempt = **found;
    MLP_ASSIGN(const bool is_of_another, belongs_to_another(attempt));
    if (is_of_another) {
      tell_not_ours(index, attempt);
      return {};
    }
    if (attempt.outcome.reason == EndReason::kSucceeded) ++commits_;
    if (attempt.task_run != task_run_.id || attempt.number != index + 1) {
      Finding& finding =
          add(Kind::kAttempt, "its " + name_of(id) + " says that it is try " +
                                  std::to_string(attempt.number) + " of " +
                                  name_of(scope_, attempt.task_run));
      model::Attempt mended = attempt;
      mended.task_run = task_run_.id;
      mended.number = static_cast<std::uint32_t>(index + 1);
      finding.repair.what = "the attempt's record is corrected";
      store::put_attempt(finding.repair.batch, mended);
    }
    MLP_TRY(check_live(attempt, index + 1 == task_run_.attempts.size()));
    return check_start(attempt);
  }

  Result<bool> belongs_to_another(const model::Attempt& attempt) const {
    if (attempt.task_run == task_run_.id) return false;
    const auto other = store::find_task_run(scope_.view, attempt.task_run);
    if (!other && other.error().code != ErrorCode::kCorrupt) return other.error();
    if (!other || !*other) return false;
    const auto& its = (*other)->attempts;
    return std::find(its.begin(), its.end(), attempt.id) != its.end();
  }

  void tell_not_ours(std::size_t index, const model::Attempt& attempt) {
    Finding& finding = add(Kind::kAttempt, "its " + name_of(attempt.id) + " is a try of " +
                                               name_of(scope_, attempt.task_run));
    model::TaskRun mended = task_run_;
    mended.attempts.erase(mended.attempts.begin() + static_cast<std::ptrdiff_t>(index));
    if (!model::is_final(task_run_.state) && mended.attempts.empty()) {
      return drop(finding.repair);
    }
    finding.repair.what = "the attempt is left to the other";
    if (!is(TaskRunState::kRunning)) return store::put_task_run(finding.repair.batch, mended);
    make_due(finding.repair, std::move(mended), attempt.given);
  }

  void tell_no_record(std::size_t index, bool is_damaged) {
    const model::AttemptId id = task_run_.attempts[index];
    Finding& finding =
        add(is_damaged ? Kind::kUnreadable : Kind::kAttempt,
            "its " + name_of(id) + (is_damaged ? " cannot be read" : " has no record") +
                ": what it was given and how it ended is not known any more");
    const bool is_last = index + 1 == task_run_.attempts.size();
    model::Attempt rebuilt;
    rebuilt.id = id;
    rebuilt.task_run = task_run_.id;
    rebuilt.number = static_cast<std::uint32_t>(index + 1);
    rebuilt.given = rebuilt.ended = task_run_.ended ? task_run_.ended : run_.submitted;
    const bool made_them = is(TaskRunState::kDone) && task_run_.made_by == id;
    rebuilt.outcome.reason = made_them ? EndReason::kSucceeded : EndReason::kLost;
    rebuilt.outcome.message = "its record was lost";
    store::Batch& batch = finding.repair.batch;
    if (is_last && is(TaskRunState::kRunning)) run_again(finding.repair, rebuilt.given);
    store::put_attempt(batch, rebuilt);
    store::remove_live(batch, id);
    finding.repair.what = "a record without them is put in its place";
  }

  // An attempt is live exactly while it has not ended, and then its task run is running it.
  Status check_live(const model::Attempt& attempt, bool is_last) {
    MLP_ASSIGN(const bool is_listed,
               has(scope_.view, store::Family::kRecords, store::live_key(attempt.id)));
    const bool should_live = is_last && is(TaskRunState::kRunning);
    const bool has_ended = attempt.outcome.reason != EndReason::kNone;
    if (should_live && has_ended) {
      Finding& finding = add(Kind::kLive, "it is running, but its last attempt has ended: " +
                                              std::string(to_text(attempt.outcome.reason)));
      run_again(finding.repair, attempt.ended);
      store::remove_live(finding.repair.batch, attempt.id);
    } else if (should_live && !is_listed) {
      Finding& finding =
          add(Kind::kLive, "its " + name_of(attempt.id) +
                               " runs but is not among the live ones, so nobody waits for its end");
      finding.repair.what = "it is listed among the live ones";
      store::put_live(finding.repair.batch, attempt.id, "local");
    } else if (!should_live && (is_listed || !has_ended)) {
      Finding& finding = add(Kind::kLive, "it is " + std::string(to_text(task_run_.state)) +
                                              ", but its " + name_of(attempt.id) + " is " +
                                              (has_ended ? "listed as live" : "said to run"));
      end_attempt(finding.repair, attempt);
    } else if (should_live && attempt.key != task_run_.key) {
      Finding& finding = add(Kind::kLive, "it is running with another key than its " +
                                              name_of(attempt.id) + ": the daemon cannot start");
      return put_end_of_live(scope_.view, attempt, finding.repair);
    }
    return {};
  }

  // Nothing starts before its inputs are written.
  Status check_start(const model::Attempt& attempt) {
    if (!attempt.base) return {};  // put in place of a lost record
    const std::string record = name_ + ", " + name_of(attempt.id);
    MLP_TRY(check_object_known(scope_, Kind::kMissingInput, record,
                               "the description of its task", attempt.base));
    const Result<std::vector<cache::KeyInput>> inputs = cache::decode_inputs(attempt.inputs);
    if (!inputs) {
      scope_.findings.add(Kind::kUnreadable, record,
                          "what it was started on cannot be read: " + inputs.error().message);
      return {};
    }
    for (const cache::KeyInput& input : *inputs) {
      MLP_TRY(check_value(scope_, Kind::kMissingInput, record, "its input `" + input.name + "`",
                          input.value));
    }
    return check_log(record, attempt);
  }

  Status check_log(const std::string& record, const model::Attempt& attempt) {
    if (attempt.log.is_file || attempt.log.size == 0) return {};
    MLP_ASSIGN(const bool is_there,
               has(scope_.view, store::Family::kBytes, store::log_bytes_key(attempt.id)));
    if (is_there) return {};
    Finding& finding = scope_.findings.add(Kind::kMissingLog, record,
                                           "what it printed is gone from the store");
    model::Attempt mended = attempt;
    mended.log = {};
    finding.repair.what = "its log is recorded as empty";
    store::put_attempt(finding.repair.batch, mended);
    return {};
  }

  // ---- its end ----------------------------------------------------------------------------------

  Status check_done() {
    if (!is(TaskRunState::kDone)) return {};
    if (task_run_.source == model::Source::kNone || !task_run_.made_by) {
      add(Kind::kAttempt, "it is done, but no attempt is named that made its outputs");
      return {};
    }
    const bool has_run = task_run_.source == model::Source::kRan;
    if (has_run && (task_run_.attempts.empty() || task_run_.attempts.back() != task_run_.made_by)) {
      add(Kind::kAttempt, "it ran, but its outputs are said to be of " +
                              name_of(task_run_.made_by) + ", which is not its last attempt");
    }
    MLP_TRY(check_maker());
    for (const model::Output& output : task_run_.outputs) {
      const std::string what = "its output `" + output.name + "`";
      if (output.digest) {
        MLP_TRY(check_object_known(scope_, Kind::kMissingOutput, name_, what, output.digest));
      }
      MLP_TRY(check_value(scope_, Kind::kMissingOutput, name_, what, output.value));
    }
    return {};
  }

  Status check_maker() {
    const Result<std::optional<model::Attempt>> maker =
        store::find_attempt(scope_.view, task_run_.made_by);
    if (!maker && maker.error().code != ErrorCode::kCorrupt) return maker.error();
    const bool is_own = !task_run_.attempts.empty() && task_run_.attempts.back() == task_run_.made_by;
    if (is_own && (!maker || !*maker)) return {};  // told above
    if (!maker || !*maker) {
      add(Kind::kAttempt, "the " + name_of(task_run_.made_by) +
                              " that made its outputs has no readable record: where they come from "
                              "is not known any more");
    } else if ((*maker)->outcome.reason != EndReason::kSucceeded) {
      add(Kind::kAttempt, "the " + name_of(task_run_.made_by) +
                              " that made its outputs has not succeeded: " +
                              std::string(to_text((*maker)->outcome.reason)));
    }
    return {};
  }

  Status check_due() {
    if (!is(TaskRunState::kBackoff)) return {};
    MLP_ASSIGN(const bool is_listed,
               has(scope_.view, store::Family::kRecords,
                   store::due_key(task_run_.due, task_run_.id)));
    if (is_listed) return {};
    Finding& finding = add(Kind::kDue, "it waits for its next try, but the time of it is not listed");
    finding.repair.what = "it is listed";
    store::put_due(finding.repair.batch, {task_run_.due, task_run_.id, Duration(0)});
    return {};
  }

  const Scope& scope_;
  const model::Run& run_;
  const model::TaskRun& task_run_;
  std::string name_;
  int commits_ = 0;
};

}  // namespace

Status check_task_run(const Scope& scope, const model::Run& run, const model::TaskRun& task_run) {
  return TaskRunCheck(scope, run, task_run).check();
}

Status put_end_of_live(const store::View& view, const model::Attempt& attempt, Repair& repair) {
  MLP_ASSIGN(std::optional<model::TaskRun> task_run,
             store::find_task_run(view, attempt.task_run));
  end_attempt(repair, attempt);
  const bool runs_it = task_run && task_run->state == TaskRunState::kRunning &&
                       !task_run->attempts.empty() && task_run->attempts.back() == attempt.id;
  if (!runs_it) return {};
  make_due(repair, std::move(*task_run), attempt.given);
  repair.what = "the attempt is recorded as ended, its task runs again";
  return {};
}

Status check_object_known(const Scope& scope, Kind kind, const std::string& record,
                          const std::string& what, const Digest& object) {
  MLP_ASSIGN(const bool is_known,
             has(scope.view, store::Family::kRecords, store::object_key(object)));
  if (is_known) return {};
  Finding& finding =
      scope.findings.add(kind, record, what + " is " + name_of_object(object) +
                                           ", which the store has no record of: who needs it fails "
                                           "by its name, and the next run makes it anew");
  finding.repair.what = "the object is recorded as lost";
  finding.repair.lost.push_back(object);
  return {};
}

Status check_value(const Scope& scope, Kind kind, const std::string& record,
                   const std::string& what, const plan::Value& value) {
  if (value.kind() < plan::ValueKind::kList) return {};
  std::vector<plan::Artifact> artifacts;
  model::collect_artifacts(value, artifacts);
  for (const plan::Artifact& artifact : artifacts) {
    MLP_TRY(check_object_known(scope, kind, record, what, artifact.digest));
  }
  return {};
}

}  // namespace mlp::fsck
