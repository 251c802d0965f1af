// SPDX-License-Identifier: Apache-2.0
//
// From the nouns of the runtime to the documents of the API.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "daemon/wire/attempt.h"
#include "daemon/wire/run.h"
#include "daemon/wire/task_run.h"
#include "runtime/model/run.h"

namespace mlp::http {

wire::Counts to_wire(const model::Counts& counts);
void add(wire::Counts& sum, const model::Counts& counts);

/// A value with its name; an artifact's text is its base name.
wire::NamedValue to_wire(std::string name, const plan::Value& value);

/// Without plan: without parameters and results, as in a list.
wire::Run to_wire(const model::Run& run, const plan::Plan* plan, Instant now);
std::vector<wire::NamedValue> parameters_of(const model::Run& run, const plan::Plan& plan);

wire::TaskRun to_wire(const model::TaskRun& task_run, const plan::Plan& plan);
wire::Attempt to_wire(const model::Attempt& attempt, const std::string& task_run, Instant now);
/// "given", "running", "done", "failed", "cancelled" or "lost".
std::string state_of(const model::Attempt& attempt);

/// "file", "folder" or "value".
std::string kind_of(const plan::Value& value);

}  // namespace mlp::http
