// SPDX-License-Identifier: Apache-2.0
#include "runtime/lineage/lineage.h"

#include <algorithm>
#include <deque>
#include <set>

#include "runtime/model/artifacts.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::lineage {
namespace {

constexpr std::size_t kPage = 500;  // task runs read at once

using plan::Artifact;

std::vector<Artifact> artifacts_of(const plan::Value& value) {
  std::vector<Artifact> found;
  model::collect_artifacts(value, found);
  return found;
}

/// The artifacts of one answer, each once, nearest first.
class Trace {
 public:
  explicit Trace(const Sources& sources) : sources_(sources) {}

  Result<std::vector<ArtifactLineage>> run(const Digest& first, bool is_upstream);

 private:
  Status visit(const Digest& digest, std::uint32_t distance, std::string name);
  Status read_origin(model::AttemptId attempt, ArtifactLineage& artifact);
  Status read_output(const model::TaskRunId& id, ArtifactLineage& artifact);
  Status read_readers(ArtifactLineage& artifact);
  Status add_made_by(const ArtifactLineage& artifact, const Reader& reader, model::TaskId task);
  void add(const Artifact& artifact, std::uint32_t distance) {
    if (seen_.insert(artifact.digest).second) {
      waiting_.push_back({artifact.digest, distance, artifact.name});
    }
  }

  struct Waiting {
    Digest digest;
    std::uint32_t distance;
    std::string name;
  };

  const Sources& sources_;
  bool is_upstream_ = true;
  std::set<Digest> seen_;
  std::deque<Waiting> waiting_;
  std::vector<ArtifactLineage> found_;
};

Result<std::vector<ArtifactLineage>> Trace::run(const Digest& first, bool is_upstream) {
  is_upstream_ = is_upstream;
  MLP_ASSIGN(const std::optional<store::ObjectRecord> record,
             store::find_object(sources_.view, first));
  if (!record) {
    return Error{ErrorCode::kNotFound, "there is no artifact " + first.to_hex()};
  }
  Artifact artifact;
  artifact.digest = first;
  add(artifact, 0);
  while (!waiting_.empty() && found_.size() < kMaxLineage) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    MLP_TRY(visit(next.digest, next.distance, std::move(next.name)));
  }
  return std::move(found_);
}

Status Trace::visit(const Digest& digest, std::uint32_t distance, std::string name) {
  ArtifactLineage artifact;
  artifact.digest = digest;
  artifact.distance = distance;
  artifact.name = std::move(name);
  MLP_ASSIGN(const std::optional<store::ObjectRecord> record,
             store::find_object(sources_.view, digest));
  if (record) {
    artifact.size = record->size;
    artifact.is_folder = record->is_manifest;
    if (record->first_attempt) MLP_TRY(read_origin(record->first_attempt, artifact));
  }
  MLP_TRY(read_readers(artifact));
  if (is_upstream_ && artifact.origin) {
    for (const cache::KeyInput& input : artifact.origin->inputs) {
      for (const Artifact& each : artifacts_of(input.value)) add(each, distance + 1);
    }
  }
  found_.push_back(std::move(artifact));
  return {};
}

Status Trace::read_origin(model::AttemptId attempt_id, ArtifactLineage& artifact) {
  MLP_ASSIGN(const std::optional<model::Attempt> attempt,
             store::find_attempt(sources_.view, attempt_id));
  if (!attempt) return {};
  MLP_ASSIGN(const std::optional<model::Run> run,
             store::find_run(sources_.view, attempt->task_run.run));
  if (!run) return {};
  MLP_ASSIGN(const auto plan, sources_.plans.get(sources_.view, run->plan));
  Origin origin;
  origin.task_run = attempt->task_run;
  origin.name = to_text(attempt->task_run, *plan);
  origin.attempt = attempt->id;
  origin.pipeline = run->pipeline;
  origin.plan = run->plan;
  origin.snapshot = run->snapshot;
  origin.at = attempt->ended;
  for (const auto& [id, value] : run->arguments) {
    const plan::Statement& statement = plan->statement(id);
    if (statement.kind == plan::StatementKind::kParameter) {
      origin.parameters.emplace_back(statement.name, value);
    }
  }
  if (!attempt->inputs.empty()) {
    MLP_ASSIGN(origin.inputs, cache::decode_inputs(attempt->inputs));
  }
  artifact.origin = std::move(origin);
  return read_output(attempt->task_run, artifact);
}

/// Under which name the task run has it, where its record still tells.
Status Trace::read_output(const model::TaskRunId& id, ArtifactLineage& artifact) {
  MLP_ASSIGN(const std::optional<model::TaskRun> task_run,
             store::find_task_run(sources_.view, id));
  if (!task_run) return {};
  for (const model::Output& output : task_run->outputs) {
    for (const Artifact& each : artifacts_of(output.value)) {
      if (each.digest != artifact.digest) continue;
      artifact.output = output.name;
      artifact.size = each.size;
      artifact.is_folder = each.is_folder;
      if (artifact.name.empty()) artifact.name = each.name;
    }
  }
  return {};
}

Status Trace::read_readers(ArtifactLineage& artifact) {
  MLP_ASSIGN(const std::vector<store::UsedBy> uses,
             store::list_used_by(sources_.view, artifact.digest, kMaxLineage));
  for (const store::UsedBy& use : uses) {
    MLP_ASSIGN(const std::optional<model::Run> run, store::find_run(sources_.view, use.run));
    if (!run) continue;
    MLP_ASSIGN(const auto plan, sources_.plans.get(sources_.view, run->plan));
    if (use.task.value > plan->tasks.size()) continue;
    Reader reader{use.run, plan->task(use.task).name, run->pipeline};
    if (!is_upstream_) MLP_TRY(add_made_by(artifact, reader, use.task));
    artifact.readers.push_back(std::move(reader));
  }
  return {};
}

/// The artifacts that task runs of the reader made from this one.
Status Trace::add_made_by(const ArtifactLineage& artifact, const Reader& reader,
                          model::TaskId task) {
  std::vector<model::TaskRun> done;
  MLP_TRY(store::visit_task_runs_of(sources_.view, reader.run, task,
                                    [&](model::TaskRun&& task_run) {
                                      if (task_run.state == model::TaskRunState::kDone) {
                                        done.push_back(std::move(task_run));
                                      }
                                      return done.size() < kMaxLineage;
                                    }));
  for (const model::TaskRun& task_run : done) {
    MLP_ASSIGN(const std::optional<model::Attempt> attempt,
               store::find_attempt(sources_.view, task_run.made_by));
    if (!attempt || attempt->inputs.find(artifact.digest.view()) == std::string::npos) continue;
    for (const model::Output& output : task_run.outputs) {
      for (const Artifact& each : artifacts_of(output.value)) add(each, artifact.distance + 1);
    }
  }
  return {};
}

void append_artifacts(const model::TaskRun& task_run, const plan::Plan& plan,
                      std::vector<RunArtifact>& found) {
  for (const model::Output& output : task_run.outputs) {
    for (Artifact& each : artifacts_of(output.value)) {
      found.push_back({task_run.id, to_text(task_run.id, plan), output.name, std::move(each),
                       task_run.source});
    }
  }
}

}  // namespace

Result<std::vector<ArtifactLineage>> trace_upstream(const Sources& sources,
                                                    const Digest& artifact) {
  return Trace(sources).run(artifact, true);
}

Result<std::vector<ArtifactLineage>> trace_downstream(const Sources& sources,
                                                      const Digest& artifact) {
  return Trace(sources).run(artifact, false);
}

Result<std::vector<RunArtifact>> list_artifacts(const Sources& sources, model::RunId run_id,
                                                std::size_t limit, std::size_t skip) {
  MLP_ASSIGN(const std::optional<model::Run> run, store::find_run(sources.view, run_id));
  if (!run) return Error{ErrorCode::kNotFound, "there is no run " + run_id.to_string()};
  MLP_ASSIGN(const auto plan, sources.plans.get(sources.view, run->plan));
  std::vector<RunArtifact> found;
  store::TaskRunQuery query;
  query.states = {model::TaskRunState::kDone};
  query.limit = kPage;
  while (found.size() < skip + limit) {
    MLP_ASSIGN(const store::TaskRunPage page, store::list_task_runs(sources.view, run_id, query));
    for (const model::TaskRun& task_run : page.task_runs) {
      append_artifacts(task_run, *plan, found);
    }
    if (!page.has_more || page.task_runs.empty()) break;
    query.after = page.task_runs.back().id;
  }
  found.erase(found.begin(),
              found.begin() + static_cast<std::ptrdiff_t>(std::min(skip, found.size())));
  if (found.size() > limit) found.resize(limit);
  return found;
}

}  // namespace mlp::lineage
