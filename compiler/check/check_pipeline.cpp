// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_pipeline.h"

#include <algorithm>

#include "compiler/check/check_type.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {
namespace {

void bind_parameter(const PipelineParameter& parameter, Scope& scope) {
  Bound bound;
  bound.name = parameter.name;
  bound.type = parameter.type;
  bound.span = parameter.span;
  bound.binding = parameter.binding;
  scope.bind(std::move(bound));
}

void note_hooks(Pipeline& pipeline) {
  for (const syntax::Hook& hook : pipeline.syntax->hooks) {
    const Span word{hook.span.source, hook.span.begin, hook.body.span.begin};
    pipeline.unsupported.push_back({word, "hooks are not supported yet", "leave it out"});
  }
}

void check_return(Context& context, ExpressionChecker& checker, Pipeline& pipeline,
                  TypeId declared) {
  const syntax::Pipeline& syntax = *pipeline.syntax;
  Types& types = context.types();
  if (!syntax.returned) {
    pipeline.result_type = declared;
    if (!declared || types.is_error(declared)) return;
    context
        .report(
            Kind::kMissingReturn, syntax.result->span,
            "`" + pipeline.name + "` promises `" + types.text(declared) + "` and returns nothing")
        .with_help("end it with `return …`");
    pipeline.result_type = types.error();
    return;
  }
  Typed value = declared ? checker.check_as(syntax.returned->value, declared,
                                            "what `" + pipeline.name + "` returns")
                         : checker.check(syntax.returned->value);
  const TypeKind kind = types.kind(value.type());
  if (!declared && !types.is_error(value.type()) && kind == TypeKind::kNone) {
    context.report(Kind::kNoValue, value.span, "this has no value to return");
    value.expression.type = types.error();
  }
  if (!declared && kind == TypeKind::kNull) {
    context.report(Kind::kNeedsType, value.span, "the type of this null is not said")
        .with_help("say what the pipeline returns: `pipeline " + pipeline.name +
                   "(…) -> int? { … }`");
    value.expression.type = types.error();
  }
  pipeline.result_type = declared ? declared : value.type();
  pipeline.returned = std::move(value);
}

}  // namespace

void check_parameters(Context& context, Pipeline& pipeline) {
  ExpressionChecker checker(context, *pipeline.module, pipeline, Phase::kDefault);
  for (const syntax::Parameter& written : pipeline.syntax->parameters) {
    PipelineParameter parameter;
    parameter.name = written.name.text;
    parameter.span = written.name.span;
    parameter.type = resolve_type(context, *pipeline.module, pipeline, written.type);
    parameter.binding = context.program.new_binding();
    if (written.fallback) {
      parameter.fallback =
          checker.check_as(*written.fallback, parameter.type, "`" + parameter.name + "`");
    }
    if (written.place) {
      context.report(Kind::kBadPlace, written.place->span, "a parameter of a pipeline has no place")
          .with_help("`at` is for inputs and outputs of tasks");
    }
    if (const Bound* first = checker.scope().find(parameter.name)) {
      context
          .report(Kind::kDuplicateName, parameter.span,
                  "parameter `" + parameter.name + "` stands here twice")
          .with_label(first->span, "first here");
      continue;
    }
    pipeline.parameters.push_back(std::move(parameter));
    bind_parameter(pipeline.parameters.back(), checker.scope());
  }
}

void check_pipeline(Context& context, Pipeline& pipeline) {
  if (pipeline.progress != Progress::kUntouched) return;
  pipeline.progress = Progress::kRunning;
  context.running.push_back(&pipeline);
  const syntax::Pipeline& syntax = *pipeline.syntax;
  const TypeId declared =
      syntax.result ? resolve_type(context, *pipeline.module, pipeline, *syntax.result) : TypeId{};
  pipeline.result_type = declared ? declared : context.types().error();
  ExpressionChecker checker(context, *pipeline.module, pipeline, Phase::kPipeline);
  for (const PipelineParameter& each : pipeline.parameters) bind_parameter(each, checker.scope());
  checker.scope().push();
  pipeline.body = checker.check_statements(syntax.body);
  check_return(context, checker, pipeline, declared);
  note_hooks(pipeline);
  context.running.pop_back();
  pipeline.progress = Progress::kDone;
}

void check_pipeline_call(Context& context, Pipeline& pipeline, Span where) {
  if (pipeline.progress != Progress::kRunning) return check_pipeline(context, pipeline);
  std::string circle;
  auto at = std::find(context.running.begin(), context.running.end(), &pipeline);
  for (; at != context.running.end(); ++at) circle += "`" + (*at)->name + "` → ";
  context.report(Kind::kRecursion, where, "pipeline `" + pipeline.name + "` reaches itself")
      .with_note(circle + "`" + pipeline.name + "`")
      .with_help("a pipeline has no cycles; `for` goes over a list");
}

}  // namespace mlp::check
