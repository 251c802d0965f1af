// SPDX-License-Identifier: Apache-2.0
//
// The environment variables of an attempt: an allow-list of the daemon's own, what tells it about
// itself, its inputs and outputs, and its `vars`. Pure but for reading the daemon's variables.
#pragma once

#include <string>
#include <vector>

#include "runtime/execute/executor.h"
#include "runtime/execute/local/render_body.h"

namespace mlp::execute {

struct VariableOrder {
  const AttemptStart& attempt;
  const BodyScope& scope;
  const environment::Prepared& environment;
  const std::vector<std::pair<std::string, std::string>>& configured;
  std::string slot_folder;  // holds home/ and tmp/
};

/// NAME=value each; no name twice, the task's `vars` win.
Result<std::vector<std::string>> make_variables(const VariableOrder& order);

}  // namespace mlp::execute
