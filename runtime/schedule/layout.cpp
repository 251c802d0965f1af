// SPDX-License-Identifier: Apache-2.0
//
// Reads a plan once. Everything here is linear in the size of the plan.
#include "runtime/schedule/layout.h"

#include <algorithm>

#include "compiler/plan/evaluate.h"

namespace mlp::schedule {
namespace {

using plan::Statement;
using plan::StatementKind;

bool contains(const std::vector<StatementId>& sorted, StatementId id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

void append(std::vector<TaskId>& to, const std::vector<TaskId>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Layout::Layout(std::shared_ptr<const plan::Plan> plan) : plan_(std::move(plan)) {
  statements_.resize(plan_->statements.size());
  blocks_.resize(plan_->blocks.size());
  place_statements();
  for (const Statement& statement : plan_->statements) choose_stream(statement);
  for (const Statement& statement : plan_->statements) {
    link(statement);
    list_expressions(statement);
  }
  for (const plan::Block& block : plan_->blocks) {
    if (block.result) link_result(block);
  }
  list_tasks(plan_->root().id);
  for (const plan::TaskDefinition& definition : plan_->definitions) {
    auto names = std::make_shared<std::vector<std::string>>();
    for (const plan::TaskOutput& output : definition.outputs) names->push_back(output.name);
    output_names_.push_back(std::move(names));
  }
}

bool Layout::is_inside(BlockId inner, BlockId outer) const {
  while (inner != outer) {
    StatementId parent = plan_->block(inner).parent;
    if (!parent) return false;
    inner = plan_->statement(parent).block;
  }
  return true;
}

StatementId Layout::outer_of(StatementId a, StatementId b) const {
  if (!a) return b;
  return is_inside(plan_->statement(b).block, plan_->statement(a).block) ? a : b;
}

void Layout::place_statements() {
  for (const plan::Block& block : plan_->blocks) {
    blocks_[block.id.value - 1].block = &block;
    for (std::uint32_t slot = 0; slot < block.statements.size(); ++slot) {
      at(block.statements[slot]).slot = slot;
    }
  }
}

// Items flow on one by one when the streamed list comes first, so that item i of it gives a range
// of items of this one, and when none of its items may be left out, which would shift the others.
void Layout::choose_stream(const Statement& statement) {
  if (statement.kind != StatementKind::kFor || statement.sources.empty()) return;
  StatementId stream = statement.sources[0].stream;
  if (!stream || plan_->statement(stream).tolerate > 0) return;
  for (std::size_t i = 1; i < statement.sources.size(); ++i) {
    if (statement.sources[i].stream == stream) return;
  }
  if (contains(statement.after, stream)) return;
  at(statement.id).stream = stream;
  at(stream).is_streamed = true;
}

// What a `for` that streams its first list still awaits whole: everything but that list.
std::vector<StatementId> Layout::awaited_besides_stream(const Statement& statement) const {
  std::vector<StatementId> awaited = statement.after;
  auto add = [&](const plan::Expression& expression) {
    for (StatementId id : plan::statements_read(expression)) awaited.push_back(id);
  };
  for (std::size_t i = 1; i < statement.sources.size(); ++i) add(statement.sources[i].list);
  if (statement.limit) add(*statement.limit);
  std::sort(awaited.begin(), awaited.end());
  awaited.erase(std::unique(awaited.begin(), awaited.end()), awaited.end());
  return awaited;
}

void Layout::link(const Statement& statement) {
  StatementLayout& layout = at(statement.id);
  std::vector<StatementId> values =
      layout.stream ? awaited_besides_stream(statement) : statement.dependencies;
  std::set_union(values.begin(), values.end(), statement.gates.begin(), statement.gates.end(),
                 std::back_inserter(layout.awaited));
  for (StatementId id : layout.awaited) {
    if (plan_->statement(id).block != statement.block) {
      layout.awaited_outside.push_back(id);
      continue;
    }
    ++layout.awaited_inside;
    at(id).dependents.push_back(layout.slot);
  }
  if (layout.stream && plan_->statement(layout.stream).block == statement.block) {
    at(layout.stream).stream_dependents.push_back(layout.slot);
  }
}

void Layout::link_result(const plan::Block& block) {
  mark_reads(*block.result);
  for (StatementId id : plan::statements_read(*block.result)) {
    bool is_outside = plan_->statement(id).block != block.id;
    if (is_outside) blocks_[block.id.value - 1].awaited_outside.push_back(id);
  }
}

void Layout::list_expressions(const Statement& statement) {
  StatementLayout& layout = at(statement.id);
  auto add = [&](const plan::Expression& expression) {
    layout.expressions.push_back(&expression);
    mark_reads(expression);
  };
  if (statement.expression) add(*statement.expression);
  for (const plan::Expression& argument : statement.arguments) add(argument);
  for (std::size_t i = 0; i < statement.sources.size(); ++i) {
    const plan::ForSource& source = statement.sources[i];
    if (i > 0 || !layout.stream) add(source.list);
    if (i == 0 && layout.stream) mark_reads(source.list);
  }
  if (statement.limit) add(*statement.limit);
  if (statement.message) mark_reads(*statement.message);
}

void Layout::mark_reads(const plan::Expression& expression) {
  for (StatementId id : plan::statements_read(expression)) at(id).is_read = true;
}

void Layout::list_tasks(BlockId id) {
  BlockLayout& layout = blocks_[id.value - 1];
  for (StatementId statement_id : layout.block->statements) {
    const Statement& statement = plan_->statement(statement_id);
    if (statement.kind == StatementKind::kCall) layout.direct.push_back(statement.task);
    for (BlockId inner : {statement.body, statement.otherwise}) {
      if (!inner) continue;
      list_tasks(inner);
      const BlockLayout& below = of(inner);
      bool is_once = statement.kind == StatementKind::kBlock;
      append(is_once ? layout.direct : layout.nested, below.direct);
      append(layout.nested, below.nested);
    }
  }
}

std::string to_text(const plan::Plan& plan, const plan::Place& place) {
  std::string file = place.source < plan.sources.size() ? plan.sources[place.source] : plan.path;
  return file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace mlp::schedule
