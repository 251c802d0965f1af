// SPDX-License-Identifier: Apache-2.0
//
// Task runs: counts by task, lists, one with its attempts, and why it ran.
#include <map>

#include "daemon/http/convert.h"
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "daemon/wire/why.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/count_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::http {
namespace {

using model::TaskRunState;

/// The stored states by their names; "waiting", "ready" and "queued" have no records.
Result<std::vector<TaskRunState>> states_of(const std::string& word) {
  if (word.empty()) return std::vector<TaskRunState>{};
  for (int number = 1; number <= 9; ++number) {
    const auto state = static_cast<TaskRunState>(number);
    if (model::to_text(state) == word) return std::vector{state};
  }
  return Error{ErrorCode::kInvalid, "there is no state `" + word + "` of a task run"};
}

Result<store::TaskRunQuery> query_of(const Request& request, const LoadedRun& loaded) {
  store::TaskRunQuery query;
  MLP_ASSIGN(query.limit, number_of_query(request, "limit", 100, kMaxPage));
  MLP_ASSIGN(query.states, states_of(text_of_query(request, "state")));
  const std::string task = text_of_query(request, "task");
  for (const plan::Task& candidate : loaded.plan->tasks) {
    if (candidate.name == task) query.task = candidate.id;
  }
  if (!task.empty() && !query.task) {
    return Error{ErrorCode::kNotFound, "this run has no task `" + task + "`"};
  }
  const std::string after = text_of_query(request, "after");
  if (!after.empty()) {
    MLP_ASSIGN(query.after, model::parse_task_run(after, *loaded.plan));
  }
  return query;
}

/// Times of the last attempt.
void add_times(wire::TaskRun& shown, const model::TaskRun& task_run, const store::View& view,
               Instant now) {
  if (task_run.attempts.empty()) return;
  auto attempt = store::find_attempt(view, task_run.attempts.back());
  if (!attempt || !*attempt) return;
  const wire::Attempt last = to_wire(**attempt, shown.name, now);
  shown.started = last.started ? last.started : last.given;
  shown.elapsed = last.elapsed;
}

Result<model::TaskRun> get_task_run(const LoadedRun& loaded, const model::TaskRunId& id) {
  MLP_ASSIGN(auto found, store::find_task_run(*loaded.view, id));
  if (found) return std::move(*found);
  if (loaded.run.state != model::RunState::kRunning) {
    return Error{ErrorCode::kNotFound,
                 model::to_text(id, *loaded.plan) + " was never reached in this run"};
  }
  model::TaskRun waiting;  // a task run that has not started has no record
  waiting.id = id;
  return waiting;
}

wire::KeyDifference to_wire(const lineage::Cause& cause) {
  const cache::Difference& from = cause.difference;
  wire::KeyDifference to;
  to.part = std::string(cache::to_text(from.part)) + (from.name.empty() ? "" : " " + from.name);
  to.change = from.before.empty() ? "added" : from.after.empty() ? "removed" : "changed";
  to.before = from.before;
  to.after = from.after;
  to.sentence = from.sentence;
  for (const auto& up : cause.upstream) to.upstream.push_back({up.name, up.sentence});
  return to;
}

wire::Why to_wire(const lineage::Why& from) {
  wire::Why to;
  to.task_run = from.name;
  to.state = model::to_text(from.state);
  to.source = model::to_text(from.source);
  to.summary = from.sentence;
  if (from.compared_with) to.compared_with = from.compared_with->name;
  if (from.made_by) to.made_by = from.made_by->name;
  for (const lineage::Cause& cause : from.causes) to.differences.push_back(to_wire(cause));
  to.roots = from.roots;
  return to;
}

}  // namespace

Response list_tasks(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  MLP_LOAD(const auto counts, store::list_counts(*loaded.view, loaded.run.id));
  const std::map<model::TaskId, model::Counts> by_task(counts.begin(), counts.end());
  wire::TaskList list;
  list.run = loaded.run.id.value;
  for (const plan::Task& task : loaded.plan->tasks) {
    wire::Task& shown = list.tasks.emplace_back();
    const plan::TaskDefinition& definition = loaded.plan->definition_of(task);
    shown.task = task.name;
    shown.definition = definition.name;
    shown.depth = task.depth;
    shown.doc = definition.doc;
    const auto found = by_task.find(task.id);
    if (found != by_task.end()) shown.counts = http::to_wire(found->second);
  }
  return document(list);
}

Response list_task_runs(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  MLP_LOAD(const store::TaskRunQuery query, query_of(request, loaded));
  MLP_LOAD(const store::TaskRunPage page,
           store::list_task_runs(*loaded.view, loaded.run.id, query));
  wire::TaskRunList list;
  const Instant now = context.clock->now();
  for (const model::TaskRun& task_run : page.task_runs) {
    list.task_runs.push_back(http::to_wire(task_run, *loaded.plan));
    wire::TaskRun& shown = list.task_runs.back();
    add_times(shown, task_run, *loaded.view, now);
    if (task_run.source == model::Source::kHit) {
      shown.made_by_run = name_of_attempt(task_run.made_by, sources_of(*loaded.view, context));
    }
  }
  if (page.has_more) list.next_after = list.task_runs.back().name;
  return document(list);
}

Response show_task_run(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  MLP_LOAD(const model::TaskRunId id, task_run_of(loaded, request.arguments.at(1)));
  MLP_LOAD(const model::TaskRun task_run, get_task_run(loaded, id));
  wire::TaskRun shown = http::to_wire(task_run, *loaded.plan);
  const Instant now = context.clock->now();
  add_times(shown, task_run, *loaded.view, now);
  shown.made_by_run = name_of_attempt(task_run.made_by, sources_of(*loaded.view, context));
  MLP_LOAD(const auto attempts, store::list_attempts(*loaded.view, task_run));
  for (const model::Attempt& attempt : attempts) {
    shown.attempt_details.push_back(http::to_wire(attempt, shown.name, now));
  }
  return document(shown);
}

Response explain_task_run(const Request& request, Context& context) {
  MLP_LOAD(const LoadedRun loaded, load_run(request, context));
  MLP_LOAD(const model::TaskRunId id, task_run_of(loaded, request.arguments.at(1)));
  MLP_LOAD(const lineage::Why why,
           lineage::explain_task_run(sources_of(*loaded.view, context), id));
  wire::Why shown = to_wire(why);
  auto task_run = store::find_task_run(*loaded.view, id);
  if (task_run && *task_run && (*task_run)->key) shown.key = (*task_run)->key.to_hex();
  return document(shown);
}

}  // namespace mlp::http
