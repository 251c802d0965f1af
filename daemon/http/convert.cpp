// SPDX-License-Identifier: Apache-2.0
//
// Plain copying, with names from the plan.
#include "daemon/http/convert.h"

#include "base/text.h"
#include "compiler/plan/evaluate.h"
#include "compiler/plan/value_json.h"

namespace mlp::http {
namespace {

std::string text_of(const plan::Value& value) {
  if (value.kind() == plan::ValueKind::kArtifact) return printable(value.as_artifact().name);
  return plan::to_text(value);
}

std::vector<wire::NamedValue> results_of(const plan::Value& value) {
  if (value.kind() != plan::ValueKind::kRecord) return {to_wire("result", value)};
  const plan::Record& record = value.as_record();
  std::vector<wire::NamedValue> results;
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    results.push_back(to_wire(record.names->at(i), record.values[i]));
  }
  return results;
}

wire::Output to_wire(const model::Output& output) {
  wire::Output out;
  out.name = output.name;
  out.value = plan::to_json(output.value);
  out.text = text_of(output.value);
  out.kind = kind_of(output.value);
  out.digest = output.digest.to_hex();
  out.size = output.size;
  return out;
}

}  // namespace

std::string kind_of(const plan::Value& value) {
  if (value.kind() != plan::ValueKind::kArtifact) return "value";
  return value.as_artifact().is_folder ? "folder" : "file";
}

void add(wire::Counts& sum, const model::Counts& counts) {
  sum.waiting += counts.waiting;
  sum.queued += counts.queued;
  sum.running += counts.running;
  sum.backoff += counts.backoff;
  sum.ran += counts.ran;
  sum.hit += counts.hit;
  sum.failed += counts.failed;
  sum.skipped += counts.skipped;
  sum.cancelled += counts.cancelled;
  sum.total += counts.total;
  sum.is_total_known = sum.is_total_known && counts.is_total_known;
}

wire::Counts to_wire(const model::Counts& counts) {
  wire::Counts out;
  out.is_total_known = true;
  add(out, counts);
  return out;
}

wire::NamedValue to_wire(std::string name, const plan::Value& value) {
  return {std::move(name), plan::to_json(value), text_of(value)};
}

std::vector<wire::NamedValue> parameters_of(const model::Run& run, const plan::Plan& plan) {
  std::vector<wire::NamedValue> parameters;
  for (plan::StatementId id : plan.parameters) {
    for (const auto& [statement, value] : run.arguments) {
      if (statement == id) parameters.push_back(to_wire(plan.statement(id).name, value));
    }
  }
  return parameters;
}

wire::Run to_wire(const model::Run& run, const plan::Plan* plan, Instant now) {
  wire::Run out;
  out.id = run.id.value;
  out.pipeline = run.pipeline;
  out.path = run.path;
  out.state = model::to_text(run.state);
  out.cancel_asked = run.cancel_asked;
  out.project = run.project;
  out.by = run.by;
  out.trigger = run.trigger;
  if (run.retry_of) out.retry_of = run.retry_of.value;
  out.submitted = run.submitted;
  out.ended = run.ended;
  out.elapsed = (run.ended ? run.ended : now) - run.submitted;
  out.error = run.error;
  out.plan = run.plan.to_hex();
  out.snapshot = run.snapshot.to_hex();
  if (plan != nullptr) out.parameters = parameters_of(run, *plan);
  if (plan != nullptr && run.result) out.results = results_of(*run.result);
  return out;
}

wire::TaskRun to_wire(const model::TaskRun& task_run, const plan::Plan& plan) {
  wire::TaskRun out;
  out.name = model::to_text(task_run.id, plan);
  out.run = task_run.id.run.value;
  out.task = plan.task(task_run.id.task).name;
  out.items.assign(task_run.id.items.begin(), task_run.id.items.end());
  out.state = model::to_text(task_run.state);
  out.source = model::to_text(task_run.source);
  out.reason = task_run.reason;
  if (task_run.key) out.key = task_run.key.to_hex();
  for (model::AttemptId id : task_run.attempts) out.attempts.push_back(id.to_string());
  if (task_run.made_by) out.made_by = task_run.made_by.to_string();
  out.due = task_run.due;
  out.ended = task_run.ended;
  for (const model::Output& output : task_run.outputs) out.outputs.push_back(to_wire(output));
  return out;
}

std::string state_of(const model::Attempt& attempt) {
  switch (attempt.outcome.reason) {
    case model::EndReason::kNone:
      return attempt.started ? "running" : "given";
    case model::EndReason::kSucceeded:
      return "done";
    case model::EndReason::kCancelled:
      return "cancelled";
    case model::EndReason::kLost:
      return "lost";
    default:
      return "failed";
  }
}

wire::Attempt to_wire(const model::Attempt& attempt, const std::string& task_run, Instant now) {
  wire::Attempt out;
  out.id = attempt.id.to_string();
  out.task_run = task_run;
  out.number = attempt.number;
  out.executor = attempt.executor;
  out.state = state_of(attempt);
  if (attempt.outcome.reason != model::EndReason::kNone) {
    out.reason = model::to_text(attempt.outcome.reason);
  }
  out.code = attempt.outcome.code;
  out.message = attempt.outcome.message;
  out.cpus = attempt.cpus;
  out.given = attempt.given;
  out.started = attempt.started;
  out.ended = attempt.ended;
  const Instant begin = attempt.started ? attempt.started : attempt.given;
  out.elapsed = (attempt.ended ? attempt.ended : now) - begin;
  out.peak_memory_bytes = attempt.usage.peak_memory_bytes;
  out.cpu_ms = attempt.usage.cpu_us / 1000;
  out.log_size = attempt.log.size;
  return out;
}

}  // namespace mlp::http
