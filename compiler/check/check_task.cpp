// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_task.h"

#include "compiler/check/check_type.h"

namespace mlp::check {
namespace {

void report_twice(Context& context, std::string_view what, const std::string& name, Span second,
                  Span first) {
  context
      .report(Kind::kDuplicateName, second, std::string(what) + " `" + name + "` stands here twice")
      .with_label(first, "first here");
}

void bind_input(const Task& task, std::size_t index, Scope& scope) {
  const Input& input = task.inputs[index];
  Bound bound;
  bound.name = input.name;
  bound.type = input.type;
  bound.span = input.span;
  bound.stands_for.emplace();
  bound.stands_for->kind = plan::ExpressionKind::kInput;
  bound.stands_for->number = static_cast<std::uint32_t>(index);
  scope.bind(std::move(bound));
}

void check_inputs(Context& context, Task& task) {
  ExpressionChecker checker(context, *task.module, task, Phase::kDefault);
  std::map<std::string, Span> seen;
  for (const syntax::Parameter& written : task.syntax->inputs) {
    Input input;
    input.name = written.name.text;
    input.span = written.name.span;
    input.type = resolve_type(context, *task.module, task, written.type);
    if (written.fallback) {
      input.fallback = checker.check_as(*written.fallback, input.type, "`" + input.name + "`");
    }
    const auto [first, is_new] = seen.emplace(input.name, input.span);
    if (!is_new) {
      report_twice(context, "input", input.name, input.span, first->second);
      continue;
    }
    task.inputs.push_back(std::move(input));
    bind_input(task, task.inputs.size() - 1, checker.scope());
  }
}

/// True for artifacts inside a value that is written as JSON.
bool holds_artifact(const Types& types, TypeId type) {
  const plan::Type found = types.get(type);
  if (plan::is_artifact(found.kind)) return true;
  if (found.kind == TypeKind::kList) return holds_artifact(types, found.element);
  for (const plan::Field& field : found.fields) {
    if (holds_artifact(types, field.type)) return true;
  }
  return false;
}

/// Files of a list are found by a pattern; other values are read as JSON, which holds no file.
bool is_readable(const Types& types, TypeId type) {
  const plan::Type found = types.get(type);
  if (plan::is_artifact(found.kind)) return true;
  if (found.kind != TypeKind::kList) return !holds_artifact(types, type);
  const bool is_list_of_files = types.is_one_of(
      found.element, {TypeKind::kFile, TypeKind::kPlot, TypeKind::kReport, TypeKind::kModel});
  return is_list_of_files || !holds_artifact(types, found.element);
}

void check_output(Context& context, const Task& task, const Output& output) {
  const Types& types = context.types();
  if (types.is_error(output.type)) return;
  if (!is_readable(types, output.type)) {
    context
        .report(Kind::kBadOutput, output.span,
                "an output of type `" + types.text(output.type) + "` cannot be read from one place")
        .with_help("an output is a value, an artifact or a list of files; use several outputs");
  }
  const TypeKind kind = types.kind(output.type);
  const bool is_folder = kind == TypeKind::kDir || kind == TypeKind::kModel;
  const bool is_file_list = kind == TypeKind::kList && holds_artifact(types, output.type);
  if (output.is_stdout && (is_folder || is_file_list)) {
    context.report(
        Kind::kBadOutput, output.span,
        "`" + types.text(output.type) + "` cannot be what the task writes to its standard output");
  }
  if (!output.is_stdout) return;
  for (const Output& other : task.outputs) {
    if (!other.is_stdout) continue;
    context.report(Kind::kBadOutput, output.span, "two outputs are the standard output")
        .with_label(other.span, "this one already is");
  }
}

void check_outputs(Context& context, Task& task) {
  std::map<std::string, Span> seen;
  std::vector<plan::Field> fields;
  for (const syntax::Output& written : task.syntax->outputs) {
    Output output;
    output.name = written.name.text;
    output.span = written.name.span;
    output.type = resolve_type(context, *task.module, task, written.type);
    output.is_stdout = written.to_stdout;
    const auto [first, is_new] = seen.emplace(output.name, output.span);
    if (!is_new) {
      report_twice(context, "output", output.name, output.span, first->second);
      continue;
    }
    check_output(context, task, output);
    fields.push_back({output.name, output.type, std::nullopt});
    task.outputs.push_back(std::move(output));
  }
  task.result_type = context.types().record(std::move(fields));
}

}  // namespace

void check_signature(Context& context, Task& task) {
  check_inputs(context, task);
  check_outputs(context, task);
}

void check_task(Context& context, Task& task) {
  check_places(context, task);
  check_properties(context, task);
  check_body(context, task);
  find_files(context, task);
  // A task without outputs has nothing to take from an earlier run.
  if (task.outputs.empty()) task.is_cached = false;
}

void bind_inputs(const Task& task, Scope& scope) {
  for (std::size_t i = 0; i < task.inputs.size(); ++i) bind_input(task, i, scope);
}

void bind_outputs(Context& context, const Task& task, Scope& scope) {
  for (std::size_t i = 0; i < task.outputs.size(); ++i) {
    Bound bound;
    bound.name = task.outputs[i].name;
    bound.type = context.types().of(TypeKind::kString);
    bound.span = task.outputs[i].span;
    bound.is_ambiguous = scope.find(bound.name) != nullptr;
    bound.stands_for.emplace();
    bound.stands_for->kind = plan::ExpressionKind::kOutputPath;
    bound.stands_for->number = static_cast<std::uint32_t>(i);
    scope.bind(std::move(bound));
  }
}

namespace {

void collect_inputs(const TypedBlock& block, std::vector<bool>& used) {
  for (const TypedStatement& statement : block.statements) collect_inputs(statement.value, used);
}

}  // namespace

void collect_inputs(const Typed& typed, std::vector<bool>& used) {
  const bool is_input =
      typed.kind == TypedKind::kPlain && typed.expression.kind == plan::ExpressionKind::kInput;
  if (is_input && typed.expression.number < used.size()) used[typed.expression.number] = true;
  for (const Typed& child : typed.children) collect_inputs(child, used);
  if (typed.loop) {
    for (const LoopSource& source : typed.loop->sources) collect_inputs(source.list, used);
    collect_inputs(typed.loop->body, used);
  }
  if (typed.choice) {
    collect_inputs(typed.choice->condition, used);
    collect_inputs(typed.choice->then_block, used);
    if (typed.choice->else_block) collect_inputs(*typed.choice->else_block, used);
  }
}

}  // namespace mlp::check
