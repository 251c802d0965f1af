// SPDX-License-Identifier: Apache-2.0
//
// Runs, task runs and what explains them as text for people. Pure.
#pragma once

#include <string>

#include "daemon/mlpctl/print/terminal.h"
#include "daemon/wire/lineage.h"
#include "daemon/wire/plan_forecast.h"
#include "daemon/wire/run.h"
#include "daemon/wire/snapshot.h"
#include "daemon/wire/task_run.h"
#include "daemon/wire/why.h"

namespace mlp::mlpctl {

std::string to_text(const wire::RunList& list, const Terminal& terminal);
/// With a line for each of `task_runs` where there are any, else one a task.
std::string to_text(const wire::Run& run, const wire::TaskList& tasks,
                    const wire::TaskRunList& task_runs, const Terminal& terminal);
std::string to_text(const wire::TaskRun& task_run, const Terminal& terminal);
std::string to_text(const wire::Why& why, const Terminal& terminal);
std::string to_text(const wire::Manifest& manifest, const Terminal& terminal);
std::string to_text(const wire::PlanForecast& forecast, const Terminal& terminal);
std::string to_text(const wire::LineageList& list, const Terminal& terminal);

/// "name = value" lines; values printable.
std::string to_text(const std::vector<wire::NamedValue>& values);

/// "5 ran, 2 cached, 1 failed"; "waiting" when nothing has happened.
std::string to_text(const wire::Counts& counts);

}  // namespace mlp::mlpctl
