// SPDX-License-Identifier: Apache-2.0
#include "runtime/lineage/recorded.h"

#include "runtime/store/attempt_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::lineage {
namespace {

constexpr std::uint64_t kMaxBaseBytes = 64ull << 20;
constexpr std::size_t kPage = 20;  // runs read at once

model::TaskId find_task(const plan::Plan& plan, const std::string& name) {
  for (const plan::Task& task : plan.tasks) {
    if (task.name == name) return task.id;
  }
  return {};
}

/// The task run of that address in one run, where it has a recorded key.
Result<std::optional<Recorded>> find_in_run(const Sources& sources, const TaskAddress& address,
                                            const model::Run& run) {
  MLP_ASSIGN(const auto plan, sources.plans.get(sources.view, run.plan));
  const model::TaskRunId id{run.id, find_task(*plan, address.task), address.items};
  if (!id.task || plan->task(id.task).depth != id.items.size()) return std::optional<Recorded>();
  MLP_ASSIGN(const std::optional<model::TaskRun> task_run,
             store::find_task_run(sources.view, id));
  if (!task_run) return std::optional<Recorded>();
  return read_recorded(sources, *task_run, *plan);
}

}  // namespace

Result<std::optional<cache::Described>> read_described(const Sources& sources,
                                                       const model::Attempt& attempt) {
  if (!attempt.base) return std::optional<cache::Described>();
  const Result<std::string> bytes = sources.objects.read(sources.view, attempt.base, kMaxBaseBytes);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) {
    return std::optional<cache::Described>();
  }
  if (!bytes) return bytes.error();
  cache::Described described;
  Result<cache::KeyBase> base = cache::decode_base(*bytes);
  if (!base && base.error().code == ErrorCode::kUnsupported) {
    return std::optional<cache::Described>();
  }
  if (!base) return base.error();
  described.base = std::move(*base);
  MLP_ASSIGN(described.inputs, cache::decode_inputs(attempt.inputs));
  return std::optional<cache::Described>(std::move(described));
}

Result<std::optional<Recorded>> read_recorded(const Sources& sources,
                                              const model::TaskRun& task_run,
                                              const plan::Plan& plan) {
  model::AttemptId id = task_run.made_by;
  if (!id && !task_run.attempts.empty()) id = task_run.attempts.back();
  if (!id) return std::optional<Recorded>();
  MLP_ASSIGN(const std::optional<model::Attempt> attempt, store::find_attempt(sources.view, id));
  if (!attempt) return std::optional<Recorded>();
  MLP_ASSIGN(std::optional<cache::Described> described, read_described(sources, *attempt));
  if (!described) return std::optional<Recorded>();
  Recorded recorded;
  recorded.earlier = {task_run.id, to_text(task_run.id, plan), id, task_run.state, task_run.ended};
  recorded.key = attempt->key;
  recorded.described = std::move(*described);
  return std::optional<Recorded>(std::move(recorded));
}

Result<std::optional<Recorded>> find_recorded(const Sources& sources, const TaskAddress& address,
                                              model::RunId before) {
  std::size_t searched = 0;
  while (searched < kMaxRunsSearched) {
    MLP_ASSIGN(const store::RunPage page,
               store::list_runs(sources.view, address.project, kPage, before));
    for (const model::Run& run : page.runs) {
      ++searched;
      if (run.pipeline != address.pipeline) continue;
      MLP_ASSIGN(std::optional<Recorded> recorded, find_in_run(sources, address, run));
      if (recorded) return recorded;
    }
    if (!page.next) break;
    before = page.next;
  }
  return std::optional<Recorded>();
}

}  // namespace mlp::lineage
