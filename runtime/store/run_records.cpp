// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/run_records.h"

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {
namespace {

void fill_run(records::Run& message, const model::Run& run) {
  message.set_project(run.project);
  message.set_by(run.by);
  message.set_pipeline(run.pipeline);
  message.set_path(run.path);
  message.set_plan(to_bytes(run.plan));
  message.set_snapshot(to_bytes(run.snapshot));
  for (const auto& [statement, value] : run.arguments) {
    records::Argument& argument = *message.add_arguments();
    argument.set_statement(statement.value);
    argument.set_value(to_bytes(value));
  }
  for (const Digest& environment : run.environments) {
    message.add_environments(to_bytes(environment));
  }
  message.set_cancel_asked(run.cancel_asked);
  message.set_retry_of(run.retry_of.value);
  message.set_trigger(run.trigger);
  message.set_submitted(run.submitted.us);
  message.set_ended(run.ended.us);
  if (run.result) message.set_result(to_bytes(*run.result));
  message.set_error(run.error);
}

Status read_values(const records::Run& message, model::Run& run) {
  for (const records::Argument& argument : message.arguments()) {
    MLP_ASSIGN(plan::Value value, to_value(argument.value()));
    run.arguments.emplace_back(model::StatementId(argument.statement()), std::move(value));
  }
  if (message.has_result()) {
    MLP_ASSIGN(run.result, to_value(message.result()));
  }
  return {};
}

Result<model::Run> read_run(model::RunId id, std::string_view bytes) {
  records::Run message;
  MLP_TRY(from_record("run " + id.to_string(), bytes, message));
  model::Run run;
  run.id = id;
  run.state = static_cast<model::RunState>(bytes[0]);
  run.project = message.project();
  run.by = message.by();
  run.pipeline = message.pipeline();
  run.path = message.path();
  run.plan = to_digest(message.plan());
  run.snapshot = to_digest(message.snapshot());
  for (const std::string& environment : message.environments()) {
    run.environments.push_back(to_digest(environment));
  }
  run.cancel_asked = message.cancel_asked();
  run.retry_of = model::RunId(message.retry_of());
  run.trigger = message.trigger();
  run.submitted = Instant{message.submitted()};
  run.ended = Instant{message.ended()};
  run.error = message.error();
  MLP_TRY(read_values(message, run));
  return run;
}

}  // namespace

void put_run(Batch& batch, const model::Run& run) {
  records::Run message;
  fill_run(message, run);
  batch.put(Family::kRecords, run_key(run.id), to_record(static_cast<char>(run.state), message));
  batch.put(Family::kRecords, project_run_key(run.project, run.id), {});
}

Result<std::optional<model::Run>> find_run(const View& view, model::RunId id) {
  MLP_ASSIGN(const std::optional<std::string> bytes, view.get(Family::kRecords, run_key(id)));
  if (!bytes) return std::optional<model::Run>();
  MLP_ASSIGN(model::Run run, read_run(id, *bytes));
  return std::optional<model::Run>(std::move(run));
}

Result<RunPage> list_runs(const View& view, std::string_view project, std::size_t limit,
                          model::RunId before) {
  std::vector<model::RunId> ids;
  bool has_more = false;
  if (before.value == 1) return RunPage();
  const std::string from =
      before ? project_run_key(project, model::RunId(before.value - 1)) : std::string();
  MLP_TRY(view.scan(
      Family::kRecords, project_runs_prefix(project), from,
      [&](std::string_view key, std::string_view) {
        has_more = ids.size() == limit;
        if (has_more) return false;
        KeyReader in(key.substr(project.size() + 1));
        ids.push_back(model::RunId(in.u64()));
        return true;
      },
      true));
  RunPage page;
  for (const model::RunId id : ids) {
    MLP_ASSIGN(std::optional<model::Run> run, find_run(view, id));
    if (run) page.runs.push_back(std::move(*run));
  }
  if (has_more && !ids.empty()) page.next = ids.back();
  return page;
}

Result<std::vector<model::Run>> list_runs_from(const View& view, model::RunId from,
                                               std::size_t limit) {
  std::vector<model::Run> runs;
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, bucket_prefix(Bucket::kRun), run_key(from),
                    [&](std::string_view key, std::string_view bytes) {
                      Result<model::Run> run = read_run(model::RunId(KeyReader(key).u64()), bytes);
                      if (run) {
                        runs.push_back(std::move(*run));
                      } else {
                        problem = run.error();
                      }
                      return problem.has_value() && runs.size() < limit;
                    }));
  MLP_TRY(problem);
  return runs;
}

Result<std::vector<model::Run>> list_unfinished_runs(const View& view) {
  std::vector<model::Run> runs;
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, bucket_prefix(Bucket::kRun), {},
                    [&](std::string_view key, std::string_view bytes) {
                      const auto running = static_cast<char>(model::RunState::kRunning);
                      if (bytes.empty() || bytes[0] != running) return true;
                      Result<model::Run> run = read_run(model::RunId(KeyReader(key).u64()), bytes);
                      if (run) {
                        runs.push_back(std::move(*run));
                      } else {
                        problem = run.error();
                      }
                      return problem.has_value();
                    }));
  MLP_TRY(problem);
  return runs;
}

}  // namespace mlp::store
