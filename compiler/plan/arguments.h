// SPDX-License-Identifier: Apache-2.0
//
// From a plan and what the user gave to the values a run starts with.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "compiler/plan/evaluate.h"
#include "compiler/plan/plan.h"

namespace mlp::plan {

/// One thing wrong with the arguments: an unknown parameter, an ill-typed value, a missing one, a
/// file that is not there. `message` says what to do.
struct ArgumentMistake {
  std::string parameter;
  std::string message;
};

/// The values a run starts with: each parameter, and each statement evaluated at submit.
struct BoundArguments {
  std::vector<std::pair<StatementId, Value>> values;  // sorted by statement
  std::vector<ArgumentMistake> mistakes;              // when not empty the run must not be made
};

/// `given`: parameter name to text form (--set name=value) for scalars or JSON (API). A File, Dir or
/// list of them is given as a path (or paths) of the project or an absolute one, read by `files`.
BoundArguments bind_arguments(const Plan& plan, const std::map<std::string, Json>& given,
                              const FileAccess& files);

}  // namespace mlp::plan
