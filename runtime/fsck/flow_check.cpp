// SPDX-License-Identifier: Apache-2.0
//
// Walks up the plan from a call that was started.
#include "runtime/fsck/flow_check.h"

#include <algorithm>
#include <set>

#include "runtime/store/buckets.h"

namespace mlp::fsck {
namespace {

using plan::Statement;
using plan::StatementId;
using plan::StatementKind;

class Walk {
 public:
  Walk(const Scope& scope, const model::TaskRun& task_run)
      : scope_(scope), plan_(*scope.plan), task_run_(task_run) {}

  Status walk() {
    const plan::Task& task = plan_.task(task_run_.id.task);
    const Statement* at = &plan_.statement(task.statement);
    MLP_TRY(await_all(*at, {}));
    while (plan_.block(at->block).parent) {
      at = &plan_.statement(plan_.block(at->block).parent);
      std::vector<StatementId> streams;
      for (const plan::ForSource& source : at->sources) streams.push_back(source.stream);
      MLP_TRY(await_all(*at, streams));
    }
    return {};
  }

 private:
  Status await_all(const Statement& statement, const std::vector<StatementId>& besides) {
    for (const auto* list : {&statement.dependencies, &statement.gates}) {
      for (const StatementId id : *list) {
        if (std::find(besides.begin(), besides.end(), id) == besides.end()) MLP_TRY(await(id));
      }
    }
    return {};
  }

  Status await(StatementId id) {
    if (!seen_.insert(id).second) return {};
    const Statement& statement = plan_.statement(id);
    switch (statement.kind) {
      case StatementKind::kCall:
        MLP_TRY(check_ended(statement));
        return {};
      case StatementKind::kBlock:
        MLP_TRY(await_inside(statement, false));
        return await_all(statement, {});
      case StatementKind::kLet:
      case StatementKind::kCheck:
      case StatementKind::kIf:
      case StatementKind::kFor:
        return await_all(statement, {});
      default:
        return {};
    }
  }

  // A block in a `call()?` may be skipped before all that it reads is there, and nobody is told. Its
  // calls are recorded even so.
  Status await_inside(const Statement& block, bool may_be_skipped) {
    for (const StatementId id : plan_.block(block.body).statements) {
      const Statement& inner = plan_.statement(id);
      if (inner.kind == StatementKind::kBlock) {
        if (!may_be_skipped) MLP_TRY(await_all(inner, {}));
        MLP_TRY(await_inside(inner, may_be_skipped || block.is_optional));
      } else if (inner.kind == StatementKind::kCall || !may_be_skipped) {
        MLP_TRY(await(id));
      }
    }
    return {};
  }

  // It stands in a block around ours, so its items are the first of ours.
  Status check_ended(const Statement& call) {
    model::TaskRunId id{task_run_.id.run, call.task, task_run_.id.items};
    id.items.resize(std::min<std::size_t>(id.items.size(), plan_.task(call.task).depth));
    MLP_ASSIGN(const std::optional<std::string> record,
               scope_.view.get(store::Family::kRecords, store::task_run_key(id)));
    const bool has_ended = record && !record->empty() &&
                           model::is_final(static_cast<model::TaskRunState>((*record)[0]));
    if (has_ended) return {};
    scope_.findings.add(Kind::kMissingInput, name_of(scope_, task_run_.id),
                        "it was started, but " + name_of(scope_, id) +
                            ", which it waits for, has not ended in the store");
    return {};
  }

  const Scope& scope_;
  const plan::Plan& plan_;
  const model::TaskRun& task_run_;
  std::set<StatementId> seen_;
};

}  // namespace

Status check_flow(const Scope& scope, const model::TaskRun& task_run) {
  const bool was_started = !task_run.attempts.empty() ||
                           task_run.state == model::TaskRunState::kDone;
  if (scope.plan == nullptr || !was_started) return {};
  if (!task_run.id.task || task_run.id.task.value > scope.plan->tasks.size()) return {};
  return Walk(scope, task_run).walk();
}

}  // namespace mlp::fsck
