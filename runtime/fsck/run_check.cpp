// SPDX-License-Identifier: Apache-2.0
//
// One run: first the run itself, then one pass over its task runs, then what is counted and told of
// them.
#include "runtime/fsck/run_check.h"

#include <map>

#include "runtime/fsck/task_run_check.h"
#include "runtime/store/buckets.h"
#include "runtime/store/count_records.h"
#include "runtime/store/event_records.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::fsck {
namespace {

using model::TaskRunState;
using store::Family;

/// Events of larger runs are read but not compared: the states of so many are kept in memory for it.
constexpr std::size_t kMaxCompared = 200'000;
constexpr std::size_t kEventsAtOnce = 256;


void add_to(model::Counts& counts, const model::TaskRun& task_run) {
  ++counts.total;
  switch (task_run.state) {
    case TaskRunState::kRunning:
      ++counts.running;
      break;
    case TaskRunState::kBackoff:
      ++counts.backoff;
      break;
    case TaskRunState::kDone:
      ++(task_run.source == model::Source::kHit ? counts.hit : counts.ran);
      break;
    case TaskRunState::kFailed:
      ++counts.failed;
      break;
    case TaskRunState::kSkipped:
      ++counts.skipped;
      break;
    case TaskRunState::kCancelled:
      ++counts.cancelled;
      break;
    default:
      break;
  }
}

std::uint64_t sum_of(const model::Counts& counts) {
  return counts.waiting + counts.queued + counts.running + counts.backoff + counts.ran +
         counts.hit + counts.failed + counts.skipped + counts.cancelled;
}

std::string describe(const model::Counts& counts) {
  return std::to_string(counts.ran) + " ran, " + std::to_string(counts.hit) + " cached, " +
         std::to_string(counts.failed) + " failed, " + std::to_string(counts.skipped) +
         " skipped, " + std::to_string(counts.cancelled) + " cancelled, " +
         std::to_string(counts.running) + " running, " + std::to_string(counts.backoff) +
         " in back-off";
}

class RunCheck {
 public:
  RunCheck(const Scope& scope, const model::Run& run)
      : scope_(scope), run_(run), name_(name_of(run.id)) {}

  Status check() {
    MLP_TRY(check_record());
    MLP_TRY(check_task_runs());
    MLP_TRY(check_counts());
    return check_events();
  }

 private:
  bool has_ended() const { return run_.state != model::RunState::kRunning; }

  // ---- the run itself ---------------------------------------------------------------------------

  Status check_record() {
    if (run_.state < model::RunState::kRunning || run_.state > model::RunState::kCancelled) {
      scope_.findings.add(Kind::kUnreadable, name_, "its record has no state that there is");
    }
    MLP_ASSIGN(const std::optional<std::string> listed,
               scope_.view.get(Family::kRecords, store::project_run_key(run_.project, run_.id)));
    if (!listed) {
      Finding& finding = scope_.findings.add(Kind::kRunIndex, name_,
                                             "it is not listed among the runs of its project");
      finding.repair.what = "it is listed";
      store::put_run(finding.repair.batch, run_);
    }
    if (has_ended() && !run_.ended) {
      scope_.findings.add(Kind::kTaskRunState, name_, "it has ended, but no time of it is known");
    }
    if (run_.state == model::RunState::kCancelled && !run_.cancel_asked) {
      scope_.findings.add(Kind::kTaskRunState, name_, "it is cancelled, but nobody asked for it");
    }
    return check_objects();
  }

  Status check_objects() {
    const Kind kind = Kind::kMissingOutput;
    MLP_TRY(check_object_known(scope_, kind, name_, "its plan", run_.plan));
    if (run_.snapshot) {
      MLP_TRY(check_object_known(scope_, kind, name_, "its snapshot", run_.snapshot));
    }
    for (const auto& [statement, value] : run_.arguments) {
      MLP_TRY(check_value(scope_, kind, name_, "a parameter", value));
    }
    if (run_.result) MLP_TRY(check_value(scope_, kind, name_, "its result", *run_.result));
    return {};
  }

  // ---- its task runs ----------------------------------------------------------------------------

  Status check_task_runs() {
    Status failed;
    MLP_TRY(scope_.view.scan(Family::kRecords, store::task_runs_prefix(run_.id), {},
                             [&](std::string_view key, std::string_view bytes) {
                               failed = check_one(key, bytes);
                               return failed.has_value();
                             }));
    return failed;
  }

  Status check_one(std::string_view key, std::string_view bytes) {
    const Result<model::TaskRun> task_run = store::read_task_run(key, bytes);
    if (!task_run) {
      Finding& finding = scope_.findings.add(
          Kind::kUnreadable, name_, "the record of one of its task runs cannot be read");
      finding.repair.what = "the record is dropped; an unfinished run runs it again";
      finding.repair.batch.remove(Family::kRecords, std::string(key));
      return {};
    }
    add_to(counted_[task_run->id.task], *task_run);
    ++task_runs_;
    if (states_.size() < kMaxCompared) states_.emplace(task_run->id, State{task_run->state, {}});
    return check_task_run(scope_, run_, *task_run);
  }

  // ---- its counts -------------------------------------------------------------------------------

  Status check_counts() {
    const auto listed = store::list_counts(scope_.view, run_.id);
    if (!listed) {
      if (listed.error().code != ErrorCode::kCorrupt) return listed.error();
      scope_.findings.add(Kind::kUnreadable, name_, "its counts cannot be read");
      return {};
    }
    std::map<model::TaskId, model::Counts> kept(listed->begin(), listed->end());
    for (const auto& [task, counts] : counted_) kept.try_emplace(task);
    for (const auto& [task, counts] : kept) compare(task, counts, counted_[task]);
    return {};
  }

  // Task runs that are cancelled before they are ready have no record, so more may be counted.
  bool agree(const model::Counts& kept, const model::Counts& counted) const {
    const bool are_ends_equal = kept.ran == counted.ran && kept.hit == counted.hit &&
                                kept.failed == counted.failed && kept.skipped == counted.skipped;
    const bool is_sum_right = sum_of(kept) == kept.total;
    if (has_ended()) {
      return are_ends_equal && is_sum_right && kept.cancelled >= counted.cancelled &&
             kept.waiting + kept.queued + kept.running + kept.backoff == 0;
    }
    if (scope_.is_settled) {
      return are_ends_equal && is_sum_right && kept.running == counted.running &&
             kept.cancelled >= counted.cancelled && kept.backoff <= counted.backoff &&
             counted.backoff <= kept.backoff + kept.queued;
    }
    return is_sum_right && kept.ran <= counted.ran && kept.hit <= counted.hit &&
           kept.failed <= counted.failed && kept.skipped <= counted.skipped;
  }

  void compare(model::TaskId task, const model::Counts& kept, const model::Counts& counted) {
    if (agree(kept, counted)) return;
    const bool is_named = scope_.plan != nullptr && task && task.value <= scope_.plan->tasks.size();
    const std::string name = is_named ? scope_.plan->task(task).name : task.to_string();
    Finding& finding =
        scope_.findings.add(Kind::kCounts, name_ + ", task " + name,
                            "its counts say " + describe(kept) + " of " +
                                std::to_string(kept.total) + "; its task runs are: " +
                                describe(counted));
    if (!has_ended()) {
      finding.repair.what = "the daemon counts again when it starts";
      return;
    }
    model::Counts mended = counted;
    mended.total = std::max(kept.total, counted.total);
    mended.cancelled += mended.total - sum_of(counted);
    mended.is_total_known = kept.is_total_known;
    finding.repair.what = "they are counted again";
    store::put_counts(finding.repair.batch, run_.id, task, mended);
  }

  // ---- its events -------------------------------------------------------------------------------

  // Old events are removed from the first on, so the last one of a task run that is there is right.
  Status check_events() {
    MLP_ASSIGN(const store::Meta meta, store::get_meta(scope_.view));
    std::uint64_t last = 0;
    for (bool has_more = true; has_more;) {
      const auto page = store::list_transitions(scope_.view, run_.id, last, kEventsAtOnce);
      if (!page) {
        if (page.error().code != ErrorCode::kCorrupt) return page.error();
        tell_events(Kind::kUnreadable, "its events cannot be read", meta.commit);
        return {};
      }
      for (const model::Transitions& commit : page->commits) take(commit);
      if (!page->commits.empty()) last = page->commits.back().commit;
      has_more = page->has_more;
    }
    if (last > meta.commit) {
      tell_events(Kind::kEvents,
                  "it has an event of commit " + std::to_string(last) +
                      ", but the last commit is " + std::to_string(meta.commit),
                  last);
    }
    compare_events(meta.commit);
    return {};
  }

  void take(const model::Transitions& commit) {
    ++commits_;
    const bool is_first = commits_ == 1;
    if (is_first) is_complete_ = commit.run_state == model::RunState::kRunning;
    if (commit.run_state) told_run_ = commit.run_state;
    for (const model::Transition& each : commit.tasks) {
      model::TaskRunId id{run_.id, each.task, each.items};
      const auto found = states_.find(id);
      if (found != states_.end()) {
        found->second.told = each.state;
      } else if (!told_only_) {
        told_only_.emplace(std::move(id), each.state);
      }
    }
  }

  void compare_events(std::uint64_t commit) {
    if (commits_ == 0) return;
    if (told_run_ && *told_run_ != run_.state) {
      return tell_events(Kind::kEvents,
                         "its events end with " + std::string(to_text(*told_run_)) + ", it is " +
                             std::string(to_text(run_.state)),
                         commit);
    }
    if (task_runs_ >= kMaxCompared) return;
    if (told_only_) return tell_event(told_only_->first, told_only_->second, "not recorded", commit);
    bool is_told = true;
    for (const auto& [id, state] : states_) {
      is_told &= state.told.has_value();
      if (!state.told || *state.told == state.is) continue;
      return tell_event(id, *state.told, std::string(to_text(state.is)), commit);
    }
    if (is_complete_ && !is_told) {
      tell_events(Kind::kEvents, "task runs were recorded without an event", commit);
    }
  }

  void tell_event(const model::TaskRunId& id, TaskRunState told, const std::string& is,
                  std::uint64_t commit) {
    tell_events(Kind::kEvents,
                "its events say that " + name_of(scope_, id) + " is " +
                    std::string(to_text(told)) + ", it is " + is,
                commit);
  }

  // They only serve those who follow: one that says it all takes the place of the ones after it.
  void tell_events(Kind kind, std::string message, std::uint64_t commit) {
    Finding& finding = scope_.findings.add(kind, name_, std::move(message));
    finding.repair.what = "one event with the state of everything takes their place";
    store::Batch& batch = finding.repair.batch;
    const Status scanned =
        scope_.view.scan(Family::kRecords, store::events_prefix(run_.id), {},
                         [&](std::string_view key, std::string_view) {
                           batch.remove(Family::kRecords, std::string(key));
                           return true;
                         });
    if (!scanned) finding.repair.what.clear();
    model::Transitions whole;
    whole.commit = commit;
    whole.at = run_.ended ? run_.ended : run_.submitted;
    whole.run_state = run_.state;
    whole.cancel_asked = run_.cancel_asked;
    for (const auto& [id, state] : states_) {
      whole.tasks.push_back({id.task, id.items, state.is, model::Source::kNone, {}});
    }
    store::put_transitions(batch, run_.id, whole);
    finding.repair.least.commit = commit;
  }

  const Scope& scope_;
  const model::Run& run_;
  std::string name_;
  std::map<model::TaskId, model::Counts> counted_;
  struct State {
    TaskRunState is;
    std::optional<TaskRunState> told;  // by the last event of it
  };
  std::map<model::TaskRunId, State> states_;
  std::uint64_t task_runs_ = 0;
  std::optional<std::pair<model::TaskRunId, TaskRunState>> told_only_;  // the first without a record
  std::optional<model::RunState> told_run_;
  std::uint64_t commits_ = 0;
  bool is_complete_ = false;
};

/// nullopt after a finding was added.
Result<std::optional<model::Run>> get_run(const Scope& scope, model::RunId id) {
  Result<std::optional<model::Run>> run = store::find_run(scope.view, id);
  if (run && *run) return run;
  if (!run && run.error().code != ErrorCode::kCorrupt) return run.error();
  Finding& finding = scope.findings.add(
      run ? Kind::kOrphan : Kind::kUnreadable, name_of(id),
      run ? "it has no record" : "its record cannot be read: what it did is not known any more");
  finding.repair.what = "the run is dropped";
  finding.repair.batch.remove(Family::kRecords, store::run_key(id));
  return std::optional<model::Run>();
}

}  // namespace

Status check_run(const Scope& scope, model::RunId id) {
  MLP_ASSIGN(const std::optional<model::Run> run, get_run(scope, id));
  return run ? RunCheck(scope, *run).check() : Status();
}

Status check_commit(const Scope& scope, model::RunId id, std::uint64_t commit) {
  MLP_ASSIGN(const std::optional<std::string> bytes,
             scope.view.get(Family::kRecords, store::event_key(id, commit)));
  if (!bytes) return {};
  MLP_ASSIGN(const std::optional<model::Run> run, get_run(scope, id));
  if (!run) return {};
  const Result<model::Transitions> changed = store::decode_transitions(commit, *bytes);
  if (!changed) {
    scope.findings.add(Kind::kUnreadable, name_of(id), changed.error().message);
    return {};
  }
  for (const model::Transition& each : changed->tasks) {
    const model::TaskRunId task_run{id, each.task, each.items};
    MLP_ASSIGN(const std::optional<model::TaskRun> record,
               store::find_task_run(scope.view, task_run));
    if (record) {
      MLP_TRY(check_task_run(scope, *run, *record));
    } else {
      scope.findings.add(Kind::kEvents, name_of(scope, task_run),
                         "an event tells of it, but it has no record");
    }
  }
  return {};
}

}  // namespace mlp::fsck
