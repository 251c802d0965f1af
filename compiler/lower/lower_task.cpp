// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_type.h"
#include "compiler/lower/lowering.h"

namespace mlp::lower {

std::optional<Expression> Lowering::pure(const std::optional<Typed>& typed) {
  if (!typed) return {};
  Expression made = pure(*typed);
  check_nesting(made, typed->span);
  return made;
}

std::uint32_t Lowering::definition_of(const check::Task& task) {
  const auto known = definitions_.find(&task);
  if (known != definitions_.end()) return known->second;
  const auto index = static_cast<std::uint32_t>(plan_.definitions.size());
  definitions_.emplace(&task, index);
  plan_.definitions.push_back(make_definition(task));
  return index;
}

std::uint32_t Lowering::environment_of(const check::Environment* environment) {
  const auto known = environments_.find(environment);
  if (known != environments_.end()) return known->second;
  const auto index = static_cast<std::uint32_t>(plan_.environments.size());
  environments_.emplace(environment, index);
  plan::Environment made;
  made.name = "host";
  if (environment != nullptr) {
    made = environment->made;
    made.name = check::qualified_name(context_, *environment);
  }
  plan_.environments.push_back(std::move(made));
  return index;
}

plan::TaskDefinition Lowering::make_definition(const check::Task& task) {
  plan::TaskDefinition made;
  made.name = check::qualified_name(context_, task);
  made.doc = task.syntax->doc;
  for (const check::Input& input : task.inputs) {
    made.inputs.push_back({input.name, input.type, input.place, input.is_in_key});
  }
  for (const check::Output& output : task.outputs) {
    made.outputs.push_back(
        {output.name, output.type, output.is_stdout, pure(output.place), output.default_place});
  }
  made.body = make_body(task);
  made.environment = environment_of(task.environment);
  made.files = task.files;
  for (const auto& [name, value] : task.vars) made.vars.push_back({name, pure(value)});
  made.cpus = pure(task.cpus);
  made.timeout = pure(task.timeout);
  for (const check::Retry& retry : task.retry) {
    made.retry.push_back({retry.classes, retry.exit_codes, retry.tries, pure(retry.backoff_from),
                          pure(retry.backoff_to)});
  }
  made.is_cached = task.is_cached;
  made.tags = task.tags;
  made.result_type = task.result_type;
  made.place = context_.program.place(task.span);
  return made;
}

plan::Body Lowering::make_body(const check::Task& task) {
  plan::Body made;
  made.kind = task.body.kind;
  for (const check::RunPiece& piece : task.body.run) {
    made.run.push_back({piece.text, pure(piece.value), piece.quoting, piece.separator, piece.flag});
  }
  for (const Typed& item : task.body.exec) made.exec.push_back(pure(item));
  made.interpreter = task.body.interpreter;
  made.script = task.body.script;
  made.file = task.body.file;
  made.function = task.body.function;
  made.place = context_.program.place(task.body.span);
  return made;
}

}  // namespace mlp::lower
