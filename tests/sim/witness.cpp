// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/witness.h"

#include <algorithm>

#include "compiler/plan/evaluate.h"
#include "compiler/plan/plan_json.h"
#include "compiler/plan/value_json.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::sim {
namespace {

using model::EndReason;

constexpr std::size_t kMostViolations = 20;

using Arguments = std::vector<std::pair<plan::StatementId, plan::Value>>;

/// What a run is made from.
Digest request_of(const Digest& plan, const Arguments& arguments) {
  std::string text = plan.to_hex();
  for (const auto& [id, value] : arguments) {
    text += " " + std::to_string(id.value) + "=" + plan::to_text(value);
  }
  return sha256(text);
}

bool is_its_own_doing(EndReason reason) {
  return reason == EndReason::kExit || reason == EndReason::kSignal ||
         reason == EndReason::kTimeout || reason == EndReason::kOutput;
}

bool is_at_most_once(const plan::TaskDefinition& definition) {
  for (const plan::RetryRule& rule : definition.retry) {
    const bool is_of_lost = std::find(rule.classes.begin(), rule.classes.end(),
                                      plan::RetryClass::kLost) != rule.classes.end();
    if (is_of_lost) return rule.tries == 0;
  }
  return false;
}

/// One for all attempts that must come to the same; none where outputs are not kept. By what the body
/// may read, and not by the daemon's own keys.
Digest work_of(const execute::AttemptStart& start) {
  const plan::TaskDefinition& definition = start.plan->definitions[start.definition];
  if (!definition.is_cached) return {};
  ByteWriter bytes;
  bytes.text(definition.body.run.front().text).digest(start.environment);
  for (const plan::TaskOutput& output : definition.outputs) {
    bytes.text(output.name).text(output.default_place).u8(output.is_stdout ? 1 : 0);
  }
  for (std::size_t i = 0; i < definition.inputs.size(); ++i) {
    const plan::TaskInput& input = definition.inputs[i];
    if (!input.is_in_key) continue;
    bytes.text(input.name).text(input.place);
    plan::encode_for_key(start.inputs[i], bytes);
  }
  return sha256(bytes.bytes());
}

/// It made the outputs of its task run, which stand for others from then on.
bool is_kept(const store::View& view, const model::Attempt& attempt) {
  if (attempt.outcome.reason != EndReason::kSucceeded) return false;
  const auto task_run = store::find_task_run(view, attempt.task_run);
  return task_run && *task_run && (*task_run)->state == model::TaskRunState::kDone &&
         (*task_run)->made_by == attempt.id;
}

}  // namespace

Witness::Witness(const Scenario& scenario, store::MemoryKv& kv, const Disk& disk)
    : kv_(kv), disk_(disk) {
  for (const Project& project : scenario.projects) {
    const Digest plan = sha256(plan::encode(*project.plan));
    projects_[request_of(plan, project.arguments)] = &project;
  }
}

void Witness::violated(const std::string& sentence) {
  if (violations_.size() < kMostViolations) violations_.push_back(sentence);
}

const Project* Witness::project_of(model::RunId run) const {
  const auto record = store::find_run(*kv_.view(), run);
  if (!record || !*record) return nullptr;
  const auto project = projects_.find(request_of((*record)->plan, (*record)->arguments));
  return project == projects_.end() ? nullptr : project->second;
}

// ---- starts -------------------------------------------------------------------------------------

void Witness::started(const execute::AttemptStart& start) {
  const std::string name = start.task_name + " attempt " + start.id.to_string();
  if (!starts_.emplace(start.id, start).second) violated(name + " was started twice");
  const auto view = kv_.view();
  const auto record = store::find_attempt(*view, start.id);
  if (!record || !*record) violated(name + " is started, but not written");
  attempts_.asked(start.id, work_of(start));
  check_needed(start, *view);
  const bool must_be_synced = is_at_most_once(start.plan->definitions[start.definition]);
  if (!must_be_synced) return;
  const auto synced = store::find_attempt(*kv_.synced_view(), start.id);
  if (!synced || !*synced) violated(name + ", at most once, is started, but not synced");
}

void Witness::check_needed(const execute::AttemptStart& start, const store::View& view) {
  const std::string name = start.task_name + " attempt " + start.id.to_string() + " is started, ";
  for (const model::AttemptId other : attempts_.equal_to(start.id)) {
    const auto record = store::find_attempt(view, other);
    if (!record || !*record) continue;  // a power cut took it back
    const std::string other_name = "attempt " + other.to_string();
    const bool is_live = (*record)->outcome.reason == EndReason::kNone;
    if (is_live && attempts_.goes_on(other)) {
      violated(name + "but " + other_name + " does the same and goes on");
    } else if (is_kept(view, **record)) {
      violated(name + "but " + other_name + " has done the same");
    }
  }
}

void Witness::check_end(const model::Attempt& record) {
  const std::string wrong = attempts_.judge(record, is_cancel_asked(record.task_run.run));
  if (!wrong.empty()) violated("attempt " + record.id.to_string() + " " + wrong);
}

std::uint32_t Witness::errors_before(model::AttemptId attempt) const {
  const auto view = kv_.view();
  const auto record = store::find_attempt(*view, attempt);
  if (!record || !*record) return 0;
  const auto task_run = store::find_task_run(*view, (*record)->task_run);
  if (!task_run || !*task_run) return 0;
  std::uint32_t errors = 0;
  const auto attempts = store::list_attempts(*view, **task_run);
  for (const model::Attempt& each : *attempts) {
    errors += is_its_own_doing(each.outcome.reason) ? 1 : 0;
  }
  return errors;
}

BodyRun Witness::body_of(const runner::Start& start) {
  const auto known = starts_.find(model::AttemptId(start.attempt));
  if (known == starts_.end()) {
    violated("the runner starts attempt " + std::to_string(start.attempt) + ", which nobody asked");
    return {};
  }
  const execute::AttemptStart& asked = known->second;
  for (const std::string& complaint : attempts_.began(asked.id)) violated(complaint);
  check_inputs(asked, start.folder);
  const Project* project = project_of(asked.task_run.run);
  if (project != nullptr) {
    BodyRun run = run_body(*project, asked.definition, asked.inputs, errors_before(asked.id));
    logs_[start.attempt] = start.output.empty() ? run.log : "";
    return run;
  }
  violated(asked.task_name + " is started, but its run is not written");
  return {};
}

/// Files given as they are: whole, by their digest.
void Witness::check_inputs(const execute::AttemptStart& start, const std::string& folder) {
  const auto& declared = start.plan->definitions[start.definition].inputs;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const plan::Value& value = start.inputs[i];
    if (value.kind() != plan::ValueKind::kArtifact || value.as_artifact().is_folder) continue;
    const plan::Artifact& artifact = value.as_artifact();
    const std::string place = declared[i].place.empty()
                                  ? "in/" + declared[i].name + "/" + artifact.name
                                  : declared[i].place;
    const auto bytes = disk_.bytes(folder + "/" + place);
    if (!bytes || sha256(*bytes) != artifact.digest) {
      violated(start.task_name + " finds another file than its input " + declared[i].name);
    }
  }
}

// ---- promises -----------------------------------------------------------------------------------

void Witness::promised(model::RunId run, std::uint32_t key, std::uint32_t project) {
  const model::RunId first = runs_.emplace(key, run).first->second;
  if (first != run) {
    violated("key " + std::to_string(key) + " made run " + first.to_string() + " and run " +
             run.to_string());
  }
  const auto [promise, is_new] = promises_.emplace(run, Promise{key, project});
  if (is_new) return;
  if (promise->second.key != key || promise->second.project != project) {
    violated("run " + run.to_string() + " was promised to two requests");
  }
}

void Witness::refused(std::uint32_t key, std::uint32_t project, const Error& answer) {
  const auto run = runs_.find(key);
  const bool is_ours = run != runs_.end() && promises_.at(run->second).project == project;
  const bool has_another = requests_[key].size() > (requests_[key].contains(project) ? 1u : 0u);
  if (answer.code == ErrorCode::kConflict && has_another && !is_ours) return;
  violated("project " + std::to_string(project) + " with key " + std::to_string(key) +
           " is refused: " + answer.message);
}

void Witness::refused_cancel(model::RunId run, const Error& answer) {
  const auto record = store::find_run(*kv_.view(), run);
  const bool has_ended = record && *record && (*record)->state != model::RunState::kRunning;
  if (answer.code == ErrorCode::kConflict && has_ended) return;
  violated("a cancel of run " + run.to_string() + " is refused: " + answer.message);
}

void Witness::promised_cancel(model::RunId run) {
  promises_[run].is_cancelled = true;
}

std::optional<std::string> Witness::log_of(model::AttemptId attempt) const {
  const auto log = logs_.find(attempt.value);
  return log == logs_.end() ? std::nullopt : std::optional(log->second);
}

void Witness::published(const store::View& view) {
  published_ = store::get_meta(view)->commit;
  for (auto& [run, promise] : promises_) {
    if (promise.state != model::RunState::kRunning) continue;
    const auto record = store::find_run(view, run);
    if (record && *record) promise.state = (*record)->state;
  }
}

void Witness::power_was_cut() {
  const auto meta = store::get_meta(*kv_.view());
  if (meta->commit < published_) violated("a commit that was published is lost");
}

void Witness::recovered() {
  const auto view = kv_.view();
  for (const auto& [run, promise] : promises_) {
    const auto record = store::find_run(*view, run);
    if (!record || !*record) {
      violated("run " + run.to_string() + " was promised and is lost");
    } else if (promise.state != model::RunState::kRunning && (*record)->state != promise.state) {
      violated("run " + run.to_string() + " had ended, and now has another state");
    } else if (promise.is_cancelled && !(*record)->cancel_asked) {
      violated("run " + run.to_string() + " was cancelled, which is lost");
    }
  }
}

}  // namespace mlp::sim
