// SPDX-License-Identifier: Apache-2.0
//
// How a value stands in a body or in a variable: as words. An artifact is the path it was staged
// at, a record or map that is an input the path of its file, a list one word an item.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "compiler/plan/evaluate.h"
#include "compiler/plan/plan.h"

namespace mlp::execute {

struct ShownValue {
  enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kText, kList };
  Kind kind = Kind::kNull;
  std::vector<std::string> words;  // none for null; one but for a list

  /// The words with `separator` between them.
  std::string joined(std::string_view separator) const;
};

/// Where the inputs of an attempt were staged.
struct StagedPaths {
  std::vector<ShownValue> inputs;                             // one an input
  std::vector<std::pair<plan::Artifact, std::string>> files;  // each artifact and its path
  std::vector<Json> json;                                     // one an input; artifacts as paths
};

/// What the expressions of a body may refer to. Must outlive nothing: passed down the stack.
struct BodyScope {
  const plan::Plan& plan;
  const plan::TaskDefinition& definition;
  const std::vector<plan::Value>& inputs;
  const StagedPaths& staged;
  const std::vector<std::string>& output_paths;  // one an output; empty for `at stdout`
};

/// kInvalid when the expression cannot be evaluated, with the reason.
Result<ShownValue> show(const plan::Expression& expression, const BodyScope& scope);

ShownValue show_value(const plan::Value& value, const StagedPaths& staged);

/// Places of the outputs, checked to stay below the working folder; empty for `at stdout`.
Result<std::vector<std::string>> output_paths_of(const plan::Plan& plan,
                                                 const plan::TaskDefinition& definition,
                                                 const std::vector<plan::Value>& inputs);

}  // namespace mlp::execute
