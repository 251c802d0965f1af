// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/lost_run.h"

#include "runtime/store/attempt_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::fsck {
namespace {

Status end_task_run(const store::View& view, model::TaskRun task_run, store::Batch& batch) {
  for (const model::AttemptId id : task_run.attempts) {
    MLP_ASSIGN(std::optional<model::Attempt> attempt, store::find_attempt(view, id));
    store::remove_live(batch, id);
    if (!attempt || attempt->outcome.reason != model::EndReason::kNone) continue;
    attempt->outcome = {model::EndReason::kLost, 0, "the plan of its run was lost"};
    attempt->ended = attempt->given;
    store::put_attempt(batch, *attempt);
  }
  if (task_run.due) store::remove_due(batch, task_run.due, task_run.id);
  task_run.due = {};
  task_run.state = model::TaskRunState::kCancelled;
  store::put_task_run(batch, task_run);
  return {};
}

}  // namespace

Status tell_lost_run(const Scope& scope, const model::Run& run, const Error& why) {
  Finding& finding = scope.findings.add(
      Kind::kMissingPlan, name_of(run.id),
      "its plan is lost, so it cannot go on and the daemon cannot start: " + why.message);
  finding.repair.what = "the run ends as failed";
  store::Batch& batch = finding.repair.batch;
  Status failed;
  MLP_TRY(store::visit_task_runs(scope.view, run.id, [&](model::TaskRun&& task_run) {
    if (!model::is_final(task_run.state)) {
      failed = end_task_run(scope.view, std::move(task_run), batch);
    }
    return failed.has_value();
  }));
  MLP_TRY(failed);
  model::Run ended = run;
  ended.state = model::RunState::kFailed;
  ended.ended = run.submitted;
  ended.error = "its plan was lost: " + why.message;
  store::put_run(batch, ended);
  return {};
}

}  // namespace mlp::fsck
