// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/task_run_records.h"

#include <algorithm>

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {
namespace {

Result<model::TaskRun> read_task_run(model::TaskRunId id, std::string_view bytes) {
  thread_local records::TaskRun message;
  message.Clear();
  MLP_TRY(from_record("a task run of run " + id.run.to_string(), bytes, message));
  model::TaskRun task_run;
  task_run.id = std::move(id);
  task_run.state = static_cast<model::TaskRunState>(bytes[0]);
  task_run.key = to_digest(message.key());
  for (const std::uint64_t attempt : message.attempts()) {
    task_run.attempts.emplace_back(attempt);
  }
  task_run.failures = message.failures();
  task_run.tries_by_rule.assign(message.tries_by_rule().begin(), message.tries_by_rule().end());
  for (const records::Output& each : message.outputs()) {
    MLP_ASSIGN(model::Output output, read_output(each));
    task_run.outputs.push_back(std::move(output));
  }
  task_run.source = static_cast<model::Source>(message.source());
  task_run.made_by = model::AttemptId(message.made_by());
  task_run.reason = message.reason();
  task_run.due = Instant{message.due()};
  task_run.ended = Instant{message.ended()};
  return task_run;
}

Status visit_prefix(const View& view, const std::string& prefix,
                    const std::function<bool(model::TaskRun&&)>& visit) {
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, prefix, {},
                    [&](std::string_view key, std::string_view bytes) {
                      Result<model::TaskRun> task_run = store::read_task_run(key, bytes);
                      if (task_run) return visit(std::move(*task_run));
                      problem = task_run.error();
                      return false;
                    }));
  return problem;
}

}  // namespace

Result<model::TaskRun> read_task_run(std::string_view key, std::string_view bytes) {
  KeyReader in(key);
  MLP_ASSIGN(model::TaskRunId id, read_task_run_id(in));
  return read_task_run(std::move(id), bytes);
}

void put_task_run(Batch& batch, const model::TaskRun& task_run) {
  thread_local records::TaskRun message;
  message.Clear();
  message.set_key(to_bytes(task_run.key));
  fill_ids(*message.mutable_attempts(), task_run.attempts);
  message.set_failures(task_run.failures);
  for (const std::uint32_t tries : task_run.tries_by_rule) message.add_tries_by_rule(tries);
  for (const model::Output& output : task_run.outputs) {
    fill_output(*message.add_outputs(), output);
  }
  message.set_source(static_cast<std::uint32_t>(task_run.source));
  message.set_made_by(task_run.made_by.value);
  message.set_reason(task_run.reason);
  message.set_due(task_run.due.us);
  message.set_ended(task_run.ended.us);
  batch.put(Family::kRecords, task_run_key(task_run.id),
            to_record(static_cast<char>(task_run.state), message));
}

Result<std::optional<model::TaskRun>> find_task_run(const View& view,
                                                    const model::TaskRunId& id) {
  MLP_ASSIGN(const std::optional<std::string> bytes, view.get(Family::kRecords, task_run_key(id)));
  if (!bytes) return std::optional<model::TaskRun>();
  MLP_ASSIGN(model::TaskRun task_run, read_task_run(id, *bytes));
  return std::optional<model::TaskRun>(std::move(task_run));
}

Status visit_task_runs(const View& view, model::RunId run,
                       const std::function<bool(model::TaskRun&&)>& visit) {
  return visit_prefix(view, task_runs_prefix(run), visit);
}

Status visit_task_runs_of(const View& view, model::RunId run, model::TaskId task,
                          const std::function<bool(model::TaskRun&&)>& visit) {
  return visit_prefix(view, task_runs_prefix(run, task), visit);
}

Result<TaskRunPage> list_task_runs(const View& view, model::RunId run, const TaskRunQuery& query) {
  TaskRunPage page;
  Status problem;
  const std::string prefix = query.task ? task_runs_prefix(run, query.task) : task_runs_prefix(run);
  std::string from;
  if (query.after) from = task_run_key(*query.after) + '\0';  // the next possible key
  const auto is_wanted = [&](std::string_view bytes) {
    if (query.states.empty() || bytes.empty()) return true;
    const auto state = static_cast<model::TaskRunState>(bytes[0]);
    return std::find(query.states.begin(), query.states.end(), state) != query.states.end();
  };
  MLP_TRY(view.scan(Family::kRecords, prefix, from,
                    [&](std::string_view key, std::string_view bytes) {
                      if (!is_wanted(bytes)) return true;
                      page.has_more = page.task_runs.size() == query.limit;
                      if (page.has_more) return false;
                      Result<model::TaskRun> task_run = store::read_task_run(key, bytes);
                      if (!task_run) {
                        problem = task_run.error();
                        return false;
                      }
                      page.task_runs.push_back(std::move(*task_run));
                      return true;
                    }));
  MLP_TRY(problem);
  return page;
}

void put_due(Batch& batch, const Due& due) {
  ByteWriter value;
  value.i64(due.remaining.count());
  batch.put(Family::kRecords, due_key(due.at, due.task_run), value.take());
}

void remove_due(Batch& batch, Instant at, const model::TaskRunId& task_run) {
  batch.remove(Family::kRecords, due_key(at, task_run));
}

Result<std::vector<Due>> list_due(const View& view) {
  std::vector<Due> all;
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, bucket_prefix(Bucket::kDue), {},
                    [&](std::string_view key, std::string_view bytes) {
                      Due due;
                      KeyReader in(key);
                      due.at = Instant{static_cast<std::int64_t>(in.u64())};
                      Result<model::TaskRunId> id = read_task_run_id(in);
                      if (!id) {
                        problem = id.error();
                        return false;
                      }
                      due.task_run = std::move(*id);
                      due.remaining = Duration(ByteReader(bytes).i64());
                      all.push_back(std::move(due));
                      return true;
                    }));
  MLP_TRY(problem);
  return all;
}

}  // namespace mlp::store
