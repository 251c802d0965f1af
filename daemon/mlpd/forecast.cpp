// SPDX-License-Identifier: Apache-2.0
//
// Prepares a run like any other and asks the engine's rules what would become of it.
#include "daemon/mlpd/forecast.h"

#include "daemon/http/convert.h"
#include "daemon/wire/plan_forecast.h"

namespace mlp::mlpd {

http::Response forecast_run(const SubmitParts& parts, objects::PlanCache&,
                            const wire::Submit& wish) {
  auto prepared = prepare_run(parts, wish);
  if (auto* refused = std::get_if<http::Response>(&prepared)) return std::move(*refused);
  const PreparedRun& run = std::get<PreparedRun>(prepared);
  wire::PlanForecast forecast;
  forecast.pipeline = run.plan->pipeline;
  forecast.path = run.plan->path;
  forecast.diagnostics = run.warnings;
  return http::document(forecast);
}

}  // namespace mlp::mlpd
