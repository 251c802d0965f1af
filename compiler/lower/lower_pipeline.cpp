// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/lower.h"
#include "compiler/lower/lowering.h"

namespace mlp::lower {

using plan::StatementKind;

plan::Plan lower_pipeline(check::Context& context, const check::Pipeline& entry) {
  return Lowering(context, entry).run();
}

plan::Plan Lowering::run() {
  plan_.pipeline = entry_.name;
  plan_.path = entry_.module->path;
  plan_.doc = entry_.syntax->doc;
  plan_.result_type = entry_.result_type;
  for (std::uint32_t i = 1; i <= context_.program.sources.size(); ++i) {
    plan_.sources.push_back(context_.program.sources.get(source::SourceId(i)).path);
  }
  plan_.types = context_.program.types.table();
  around_.block = open_block({}, 0);
  add_parameters();
  lower_statements(entry_.body);
  if (entry_.returned) {
    Expression result = settled(lower(*entry_.returned), entry_.returned->span);
    plan_.blocks[0].result = std::move(result);
  }
  plan_.types = context_.program.types.table();
  compact_types(plan_);
  return std::move(plan_);
}

plan::BlockId Lowering::open_block(StatementId parent, std::uint32_t depth) {
  plan::Block block;
  block.id = plan::BlockId(static_cast<std::uint32_t>(plan_.blocks.size() + 1));
  block.parent = parent;
  block.depth = depth;
  plan_.blocks.push_back(block);
  return block.id;
}

void Lowering::add_parameters() {
  for (const check::PipelineParameter& parameter : entry_.parameters) {
    const StatementId id =
        add(StatementKind::kParameter, parameter.name, parameter.type, parameter.span);
    if (parameter.fallback) {
      Expression fallback = pure(*parameter.fallback);
      check_nesting(fallback, parameter.fallback->span);
      at(id).expression = std::move(fallback);
    }
    finish(id);
    plan_.parameters.push_back(id);
    bindings_[parameter.binding] = reference(id);
  }
}

std::string Lowering::unique_name(const std::string& callee) {
  const std::string name = around_.prefix + callee;
  const int count = ++name_counts_[name];
  return count == 1 ? name : name + "." + std::to_string(count);
}

bool Lowering::is_too_large(const Typed& call) {
  if (plan_.statements.size() < kMostStatements) return false;
  if (!told_too_large_) {
    context_
        .report(check::Kind::kPlanTooLarge, call.span,
                "the plan would have more than " + std::to_string(kMostStatements) + " statements")
        .with_help(
            "each call of a pipeline stands in the plan once more; call it in a `for` instead");
  }
  told_too_large_ = true;
  return true;
}

Expression Lowering::call_pipeline(const Typed& call, const std::string& name) {
  if (is_too_large(call)) {
    Expression nothing;
    nothing.type = call.type();
    return nothing;
  }
  const check::Pipeline& callee = *call.pipeline;
  std::vector<std::optional<Expression>> given;
  for (const Typed& argument : call.children) {
    if (argument.is_default)
      given.emplace_back();
    else
      given.emplace_back(settled(lower(argument), argument.span));
  }
  const StatementId id = add(StatementKind::kBlock, name, call.type(), call.span);
  at(id).is_optional = call.is_optional;
  finish(id);
  const plan::BlockId body = open_block(id, plan_.block(around_.block).depth);
  at(id).body = body;
  const Surroundings outer = around_;
  around_.prefix = unique_name(call.callee) + "/";
  around_.block = body;
  bind_arguments(call, given);
  lower_statements(callee.body);
  if (callee.returned) {
    Expression result = settled(lower(*callee.returned), callee.returned->span);
    plan_.blocks[body.value - 1].result = std::move(result);
  }
  around_ = outer;
  return reference(id);
}

void Lowering::bind_arguments(const Typed& call,
                              const std::vector<std::optional<Expression>>& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const check::PipelineParameter& parameter = call.pipeline->parameters[i];
    const Typed& argument = call.children[i];
    Expression value = given[i] ? *given[i] : settled(pure(argument), argument.span);
    bindings_[parameter.binding] =
        reference(add_let(parameter.name, std::move(value), argument.span));
  }
}

}  // namespace mlp::lower
