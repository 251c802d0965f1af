// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/shown_value.h"

#include "base/file.h"
#include "base/text.h"

namespace mlp::execute {
namespace {

using plan::Expression;
using plan::ExpressionKind;
using plan::Value;
using plan::ValueKind;

ShownValue text_of(std::string text) {
  return {ShownValue::Kind::kText, {std::move(text)}};
}

std::string staged_path(const plan::Artifact& artifact, const StagedPaths& staged) {
  for (const auto& [known, path] : staged.files) {
    if (known.digest == artifact.digest && known.name == artifact.name) return path;
  }
  return artifact.name;
}

bool is_value_of_file(const Value& value) {
  const ValueKind kind = value.kind();
  return kind == ValueKind::kArtifact || kind == ValueKind::kRecord || kind == ValueKind::kMap ||
         kind == ValueKind::kList;
}

/// Conversions do not change how a staged input is shown.
const Expression& without_conversion(const Expression& expression) {
  const Expression* at = &expression;
  while (at->kind == ExpressionKind::kConvert) at = &at->children.at(0);
  return *at;
}

Result<plan::Value> evaluate_in(const Expression& expression, const BodyScope& scope) {
  plan::EvaluationContext context;
  context.types = &scope.plan.types;
  context.inputs = &scope.inputs;
  context.output_paths = &scope.output_paths;
  plan::Evaluated result = plan::evaluate(expression, context);
  if (result.is_value()) return std::move(result.value);
  return Error{ErrorCode::kInvalid, result.error.empty() ? "a value is not known" : result.error};
}

Result<ShownValue> show_text(const Expression& expression, const BodyScope& scope) {
  std::string text;
  for (const Expression& child : expression.children) {
    MLP_ASSIGN(const ShownValue part, show(child, scope));
    text += part.joined(" ");
  }
  return text_of(std::move(text));
}

}  // namespace

std::string ShownValue::joined(std::string_view separator) const {
  return join(words, separator);
}

ShownValue show_value(const Value& value, const StagedPaths& staged) {
  switch (value.kind()) {
    case ValueKind::kNull:
      return {};
    case ValueKind::kBool:
      return {value.as_bool() ? ShownValue::Kind::kTrue : ShownValue::Kind::kFalse,
              {plan::to_text(value)}};
    case ValueKind::kArtifact:
      return text_of(staged_path(value.as_artifact(), staged));
    case ValueKind::kList:
      break;
    default:
      return text_of(plan::to_text(value));
  }
  ShownValue list{ShownValue::Kind::kList, {}};
  for (const Value& item : value.as_list()) {
    for (std::string& word : show_value(item, staged).words) list.words.push_back(std::move(word));
  }
  return list;
}

Result<ShownValue> show(const Expression& expression, const BodyScope& scope) {
  const Expression& inner = without_conversion(expression);
  if (inner.kind == ExpressionKind::kInput && is_value_of_file(scope.inputs.at(inner.number))) {
    return scope.staged.inputs.at(inner.number);
  }
  if (inner.kind == ExpressionKind::kOutputPath) {
    return text_of(scope.output_paths.at(inner.number));
  }
  if (expression.kind == ExpressionKind::kText) return show_text(expression, scope);
  MLP_ASSIGN(const Value value, evaluate_in(expression, scope));
  return show_value(value, scope.staged);
}

Result<std::vector<std::string>> output_paths_of(const plan::Plan& plan,
                                                 const plan::TaskDefinition& definition,
                                                 const std::vector<Value>& inputs) {
  std::vector<std::string> paths;
  const StagedPaths nothing;
  for (const plan::TaskOutput& output : definition.outputs) {
    std::string path = output.default_place;
    if (output.is_stdout) path.clear();
    if (output.place && !output.is_stdout) {
      MLP_ASSIGN(const Value value,
                 evaluate_in(*output.place, {plan, definition, inputs, nothing, paths}));
      path = show_value(value, nothing).joined(" ");
    }
    if (!output.is_stdout) {
      const auto safe = SafeRelPath::from(path);
      if (!safe) return safe.error().with_context("output `" + output.name + "`");
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace mlp::execute
