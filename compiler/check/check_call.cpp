// SPDX-License-Identifier: Apache-2.0
//
// Calls: what is called, its arguments, and whether anything may be called here at all.
#include <algorithm>

#include "compiler/check/arguments.h"
#include "compiler/check/check_function.h"
#include "compiler/check/check_pipeline.h"
#include "compiler/check/check_type.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {
namespace {

const std::map<std::string, std::string>& later_callees() {
  static const std::map<std::string, std::string> names{{"registered", "the model registry is"},
                                                        {"register", "actions are"},
                                                        {"promote", "actions are"},
                                                        {"publish", "actions are"},
                                                        {"notify", "actions are"},
                                                        {"approve", "actions are"}};
  return names;
}

}  // namespace

Typed ExpressionChecker::node(const syntax::Expr& e, const syntax::CallExpr& n, TypeId expected) {
  const Module* where = find_module(context_, module_, n.callee);
  const std::string& name = n.callee.name.text;
  if (where != nullptr && !name.empty()) {
    if (const auto task = where->tasks.find(name); task != where->tasks.end()) {
      return call_task(e, n, *task->second);
    }
    if (const auto found = where->pipelines.find(name); found != where->pipelines.end()) {
      return call_pipeline(e, n, *found->second);
    }
    if (!n.callee.module && is_function(name)) return check_function(*this, e, n, expected);
    if (!n.callee.module && later_callees().count(name) > 0) return later_action(e, n);
    unknown_callee(n, *where);
  }
  for (const syntax::Argument& argument : n.arguments) {
    if (!std::holds_alternative<syntax::LambdaExpr>(argument.value.node)) check(argument.value);
  }
  return make_error(context_.program, e.span);
}

Typed ExpressionChecker::unknown_callee(const syntax::CallExpr& n, const Module& where) {
  std::vector<std::string> candidates = names_of(where.tasks);
  for (const std::string& name : names_of(where.pipelines)) candidates.push_back(name);
  if (&where == &module_) {
    for (const std::string& name : function_names()) candidates.push_back(name);
    for (const auto& entry : module_.imports) {
      if (entry.second == nullptr) continue;
      for (const std::string& name : names_of(entry.second->tasks))
        candidates.push_back(entry.first + "." + name);
      for (const std::string& name : names_of(entry.second->pipelines))
        candidates.push_back(entry.first + "." + name);
    }
  }
  std::string help = did_you_mean(n.callee.name.text, candidates);
  if (help.empty() && scope_.find(n.callee.name.text) != nullptr) {
    help = "`" + n.callee.name.text + "` is a value: it is used without `(…)`";
  }
  context_.report(Kind::kUnknownCallee, n.callee.span, "unknown task `" + n.callee.text() + "`")
      .with_span_label("not a task, pipeline or function here")
      .with_help(help);
  return make_error(context_.program, n.callee.span);
}

Typed ExpressionChecker::later_action(const syntax::Expr& e, const syntax::CallExpr& n) {
  for (const syntax::Argument& argument : n.arguments) check(argument.value);
  const std::string& name = n.callee.name.text;
  owner_.unsupported.push_back(
      {n.callee.span, "`" + name + "`: " + later_callees().at(name) + " not supported yet", ""});
  Typed error = make_error(context_.program, e.span);
  error.is_pure = name == "registered";
  return error;
}

bool ExpressionChecker::may_call(const syntax::CallExpr& n, const Declaration& callee) {
  owner_.uses.push_back(&callee);
  if (no_calls_ == nullptr) return true;
  const bool is_inside = phase_ == Phase::kPipeline;
  context_
      .report(Kind::kCallNotHere, n.callee.span,
              "`" + n.callee.text() + "` may not be called in " + no_calls_)
      .with_help(is_inside ? "bind it first: `x = " + n.callee.text() + "(…)`, and use `x` here"
                           : "tasks and pipelines are called in pipelines");
  return false;
}

void ExpressionChecker::check_extra(const std::vector<const syntax::Argument*>& extra) {
  for (const syntax::Argument* argument : extra) check(argument->value);
}

Typed ExpressionChecker::call_result(const syntax::Expr& e, const syntax::CallExpr& n, TypeId type,
                                     std::vector<Typed> arguments) {
  const TypeId result = n.nullable ? types().nullable(type) : type;
  Typed typed = make_plain(context_.program, plan::ExpressionKind::kStatement, result, e.span,
                           std::move(arguments));
  typed.kind = TypedKind::kCall;
  typed.callee = n.callee.text();
  typed.is_optional = n.nullable;
  typed.is_pure = false;
  return typed;
}

Typed ExpressionChecker::call_task(const syntax::Expr& e, const syntax::CallExpr& n,
                                   const Task& task) {
  const bool allowed = may_call(n, task);
  std::vector<Formal> formals;
  for (const Input& input : task.inputs) {
    formals.push_back({input.name, !input.fallback, types().text(input.type)});
  }
  const Arranged arranged =
      arrange_arguments(context_, n.callee.text(), n.callee.span, n.arguments, formals);
  std::vector<Typed> arguments;
  for (std::size_t i = 0; i < formals.size(); ++i) {
    const Input& input = task.inputs[i];
    if (arranged.given[i] != nullptr) {
      arguments.push_back(check_as(arranged.given[i]->value, input.type,
                                   "`" + input.name + "` of `" + task.name + "`"));
    } else {
      arguments.push_back(input.fallback ? *input.fallback : make_error(context_.program, e.span));
      arguments.back().is_default = true;
    }
  }
  check_extra(arranged.extra);
  if (!allowed) return make_error(context_.program, e.span);
  const TypeId type = task.outputs.empty() ? TypeId{} : task.result_type;
  Typed typed = call_result(e, n, type, std::move(arguments));
  typed.task = &task;
  return typed;
}

Typed ExpressionChecker::call_pipeline(const syntax::Expr& e, const syntax::CallExpr& n,
                                       Pipeline& pipeline) {
  const bool allowed = may_call(n, pipeline);
  check_pipeline_call(context_, pipeline, n.callee.span);
  std::vector<Formal> formals;
  for (const PipelineParameter& parameter : pipeline.parameters) {
    formals.push_back({parameter.name, !parameter.fallback, types().text(parameter.type)});
  }
  const Arranged arranged =
      arrange_arguments(context_, n.callee.text(), n.callee.span, n.arguments, formals);
  std::vector<Typed> arguments;
  for (std::size_t i = 0; i < formals.size(); ++i) {
    const PipelineParameter& parameter = pipeline.parameters[i];
    if (arranged.given[i] != nullptr) {
      arguments.push_back(check_as(arranged.given[i]->value, parameter.type,
                                   "`" + parameter.name + "` of `" + pipeline.name + "`"));
    } else {
      arguments.push_back(parameter.fallback ? *parameter.fallback
                                             : make_error(context_.program, e.span));
      arguments.back().is_default = true;
    }
  }
  check_extra(arranged.extra);
  if (!allowed || types().is_error(pipeline.result_type))
    return make_error(context_.program, e.span);
  Typed typed = call_result(e, n, pipeline.result_type, std::move(arguments));
  typed.pipeline = &pipeline;
  return typed;
}

}  // namespace mlp::check
