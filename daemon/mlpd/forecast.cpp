// SPDX-License-Identifier: Apache-2.0
//
// Prepares a run like any other, asks the engine's own rules what would become of it, and says so.
#include "daemon/mlpd/forecast.h"

#include "base/text.h"
#include "daemon/http/convert.h"
#include "daemon/http/load.h"
#include "daemon/wire/plan_forecast.h"
#include "runtime/cache/explain.h"
#include "runtime/engine/forecast.h"
#include "runtime/engine/prepared_plan.h"
#include "runtime/lineage/why.h"
#include "runtime/objects/outputs.h"

namespace mlp::mlpd {
namespace {

/// A miss is explained by looking at earlier runs; of a long list the first ones are enough.
constexpr int kMaxExplained = 100;
/// Differences named for one task run.
constexpr std::size_t kMaxNamed = 3;
constexpr std::uint64_t kMaxRead = 64ULL << 20;

/// Turns entries of the engine's forecast into those of the API.
class Teller {
 public:
  Teller(const engine::PreparedPlan& prepared, const lineage::Sources& sources)
      : prepared_(prepared), plan_(*prepared.plan), sources_(sources) {}

  wire::ForecastTask tell(const engine::ForecastEntry& entry) {
    const plan::Task& task = plan_.task(entry.task_run.task);
    const plan::TaskDefinition& definition = plan_.definition_of(task);
    wire::ForecastTask told;
    told.task = task.name;
    told.name = name_of(entry, task);
    told.count = entry.count;
    told.is_count_known = entry.is_count_known;
    told.environment = plan_.environments.at(definition.environment).name;
    for (const plan::SeenFile& file : definition.files) told.files.push_back(file.path);
    say_verdict(told, entry, definition);
    return told;
  }

 private:
  std::string name_of(const engine::ForecastEntry& entry, const plan::Task& task) const {
    if (entry.count != 1 || entry.task_run.items.size() != task.depth) return task.name;
    const std::string name = model::to_text(entry.task_run, plan_);
    return name.substr(name.find('/') + 1);  // there is no run yet
  }

  void say_verdict(wire::ForecastTask& told, const engine::ForecastEntry& entry,
                   const plan::TaskDefinition& definition) {
    switch (entry.verdict) {
      case engine::Verdict::kHit:
        told.verdict = "hit";
        told.made_by = http::name_of_attempt(entry.made_by, sources_);
        return;
      case engine::Verdict::kRun:
        told.verdict = "run";
        told.reason = reason_of(entry, definition, told.task);
        return;
      case engine::Verdict::kUnknown:
        told.verdict = "unknown";
        told.reason = waits_for(entry.unknown_until);
        return;
    }
  }

  std::string waits_for(plan::StatementId statement) const {
    if (!statement) return "depends on what is not known yet";
    const plan::Statement& awaited = plan_.statement(statement);
    if (awaited.task) return "waits for " + plan_.task(awaited.task).name;
    return awaited.name.empty() ? "depends on what is not known yet" : "waits for " + awaited.name;
  }

  std::string reason_of(const engine::ForecastEntry& entry, const plan::TaskDefinition& definition,
                        const std::string& task) {
    if (definition.outputs.empty()) return "has no outputs, so it always runs";
    if (!definition.is_cached) return "cache off";
    if (++explained_ > kMaxExplained) return "no earlier result with this key";
    const auto recorded =
        lineage::find_recorded(sources_, {"default", plan_.pipeline, task, entry.task_run.items});
    if (!recorded || !*recorded) return "no earlier result";
    cache::Described now;
    now.base =
        cache::describe(plan_, definition, prepared_.environments.at(definition.environment));
    now.inputs = cache::key_inputs(definition, entry.inputs);
    const auto differences = cache::explain((*recorded)->described, now);
    if (differences.empty()) return why_again((*recorded)->earlier);
    std::vector<std::string> sentences;
    for (const cache::Difference& difference : differences) {
      if (sentences.size() < kMaxNamed) sentences.push_back(difference.sentence);
    }
    return join(sentences, "; ");
  }

  /// Nothing has changed, yet there is no result.
  static std::string why_again(const lineage::Earlier& earlier) {
    if (earlier.state == model::TaskRunState::kDone) return "its earlier outputs are gone";
    return earlier.name + " is " + std::string(model::to_text(earlier.state));
  }

  const engine::PreparedPlan& prepared_;
  const plan::Plan& plan_;
  lineage::Sources sources_;
  int explained_ = 0;
};

std::vector<wire::NamedValue> parameters_of(const PreparedRun& run) {
  model::Run shown;
  shown.arguments = run.arguments;
  return http::parameters_of(shown, *run.plan);
}

}  // namespace

http::Response forecast_run(const SubmitParts& parts, objects::PlanCache& plans, Clock& clock,
                            const wire::Submit& wish) {
  auto result = prepare_run(parts, wish);
  if (auto* refused = std::get_if<http::Response>(&result)) return std::move(*refused);
  PreparedRun& run = std::get<PreparedRun>(result);
  const auto view = parts.engine.view();
  engine::ForecastReads reads;
  reads.read_artifact = [&](const plan::Artifact& artifact) -> Result<std::string> {
    if (artifact.content) return *artifact.content;
    return parts.objects.read(*view, artifact.digest, kMaxRead);
  };
  reads.are_whole = [&](const std::vector<model::Output>& outputs) {
    return objects::are_whole(parts.objects, *view, outputs);
  };
  const auto prepared = engine::prepare(run.plan, run.environments);
  const engine::Forecast made =
      engine::make_forecast(*prepared, run.arguments, *view, clock.now(), reads);

  wire::PlanForecast forecast;
  forecast.pipeline = run.plan->pipeline;
  forecast.path = run.plan->path;
  forecast.plan = prepared->object.digest.to_hex();
  forecast.parameters = parameters_of(run);
  Teller teller(*prepared, {*view, parts.objects, plans});
  for (const engine::ForecastEntry& entry : made.entries)
    forecast.tasks.push_back(teller.tell(entry));
  forecast.is_truncated = made.is_truncated;
  forecast.will_run = made.will_run;
  forecast.will_hit = made.will_hit;
  forecast.unknown = made.unknown;
  forecast.error = made.error;
  forecast.diagnostics = std::move(run.warnings);
  return http::document(forecast);
}

}  // namespace mlp::mlpd
