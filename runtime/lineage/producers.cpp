// SPDX-License-Identifier: Apache-2.0
#include "runtime/lineage/producers.h"

#include <algorithm>
#include <set>

#include "compiler/plan/evaluate.h"

namespace mlp::lineage {
namespace {

using plan::Statement;
using plan::StatementId;
using plan::StatementKind;

class Search {
 public:
  explicit Search(const plan::Plan& plan) : plan_(plan) {}

  void expression(const plan::Expression& expression, const model::Items& items) {
    for (const StatementId id : plan::statements_read(expression)) statement(id, items);
  }
  std::vector<Producer> take() { return {found_.begin(), found_.end()}; }

 private:
  /// `items` is the path of the reader; that of the statement is a beginning of it.
  void statement(StatementId id, model::Items items);
  void block(plan::BlockId id, const model::Items& items) {
    if (id && plan_.block(id).result) expression(*plan_.block(id).result, items);
  }
  void item(const Statement& statement, const model::Items& items);

  const plan::Plan& plan_;
  std::set<std::pair<StatementId, model::Items>> seen_;
  std::set<Producer> found_;
};

void Search::statement(StatementId id, model::Items items) {
  const Statement& statement = plan_.statement(id);
  items.resize(std::min<std::size_t>(items.size(), plan_.block(statement.block).depth));
  if (!seen_.emplace(id, items).second) return;
  switch (statement.kind) {
    case StatementKind::kCall:
      found_.insert({statement.task, items});
      break;
    case StatementKind::kLet:
      if (statement.expression) expression(*statement.expression, items);
      break;
    case StatementKind::kItem:
      item(statement, items);
      break;
    case StatementKind::kIf:
      if (statement.expression) expression(*statement.expression, items);
      block(statement.body, items);
      block(statement.otherwise, items);
      break;
    case StatementKind::kFor:
    case StatementKind::kBlock:
      block(statement.body, items);
      break;
    case StatementKind::kParameter:
    case StatementKind::kCheck:
      break;
  }
}

void Search::item(const Statement& statement, const model::Items& items) {
  const StatementId loop_id = plan_.block(statement.block).parent;
  if (!loop_id) return;
  const Statement& loop = plan_.statement(loop_id);
  const std::size_t depth = plan_.block(loop.block).depth;
  for (const plan::ForSource& source : loop.sources) {
    if (source.item != statement.id) continue;
    if (!source.stream) {
      expression(source.list, items);
      continue;
    }
    // Item i of this `for` is item i of that one.
    const Statement& stream = plan_.statement(source.stream);
    model::Items there(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                          items.size(), plan_.block(stream.block).depth)));
    if (items.size() > depth) there.push_back(items[depth]);
    block(stream.body, there);
  }
}

}  // namespace

std::vector<Producer> find_producers(const plan::Plan& plan, model::TaskId task,
                                     const model::Items& items, std::string_view input) {
  const plan::TaskDefinition& definition = plan.definition_of(plan.task(task));
  const Statement& call = plan.statement(plan.task(task).statement);
  Search search(plan);
  for (std::size_t i = 0; i < definition.inputs.size() && i < call.arguments.size(); ++i) {
    if (definition.inputs[i].name == input) search.expression(call.arguments[i], items);
  }
  return search.take();
}

}  // namespace mlp::lineage
