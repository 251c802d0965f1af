// SPDX-License-Identifier: Apache-2.0
//
// Blocks, statements and items.
#include "tests/sim/interpreter.h"

#include <algorithm>
#include <memory>
#include <set>

#include "compiler/plan/evaluate.h"
#include "tests/sim/attempts.h"
#include "tests/sim/settled.h"

namespace mlp::sim {
namespace {

using model::TaskRunState;
using plan::Expression;
using plan::Statement;
using plan::StatementId;
using plan::StatementKind;
using plan::Value;

class Interpreter {
 public:
  Interpreter(const Project& project, const Fates& fates)
      : project_(project), plan_(*project.plan), fates_(fates) {}

  Expectation run() {
    Scope root;
    Ended ended = block(plan_.root(), root);
    bool is_well = ended.kind == Ended::Kind::kValue;
    expected_.state = is_well ? model::RunState::kSucceeded : model::RunState::kFailed;
    if (is_well && plan_.root().result) expected_.result = ended.value;
    return std::move(expected_);
  }

 private:
  // ---- blocks ---------------------------------------------------------------------------------

  Ended block(const plan::Block& block, Scope& scope) {
    scope.block = &block;
    bool is_failed = false;
    bool is_fault = false;
    StatementId outer_cause;
    for (StatementId id : block.statements) {
      if (!scope.settled.contains(id)) scope.settled[id] = statement(plan_.statement(id), scope);
      const Ended& ended = scope.settled.at(id).ended;
      is_failed |= ended.kind == Ended::Kind::kFailed;
      is_fault |= ended.is_fault;
      bool is_upstream = ended.kind == Ended::Kind::kSkipped && !is_inside(ended.cause, block.id);
      if (is_upstream) outer_cause = outermost(outer_cause, ended.cause);
    }
    if (block.result) outer_cause = outermost(outer_cause, missing_outside(block, scope));
    if (is_fault) return failed(true);
    if (outer_cause) return skipped(outer_cause);
    if (is_failed) return failed(false);
    if (!block.result) return {};
    return compute(*block.result, scope);
  }

  // The failure for which the block's value cannot be had from outside; none where it can.
  StatementId missing_outside(const plan::Block& block, const Scope& scope) const {
    StatementId cause;
    for (StatementId id : plan::statements_read(*block.result)) {
      if (plan_.statement(id).block != block.id) cause = outermost(cause, failure_behind(id, scope));
    }
    return cause;
  }

  // Why a statement has no value; none where it has one.
  static StatementId failure_behind(StatementId id, const Scope& scope) {
    const Ended& ended = scope.get(id).ended;
    if (ended.kind == Ended::Kind::kValue) return {};
    return ended.kind == Ended::Kind::kFailed ? id : ended.cause;
  }

  // The one in fewer blocks; either may be none.
  StatementId outermost(StatementId a, StatementId b) const {
    if (!a || !b) return a ? a : b;
    return depth_of(b) < depth_of(a) ? b : a;
  }

  std::size_t depth_of(StatementId id) const {
    std::size_t depth = 0;
    while (id) {
      id = plan_.block(plan_.statement(id).block).parent;
      ++depth;
    }
    return depth;
  }

  bool is_inside(StatementId id, plan::BlockId outer) const {
    plan::BlockId at = plan_.statement(id).block;
    while (at != outer) {
      StatementId parent = plan_.block(at).parent;
      if (!parent) return false;
      at = plan_.statement(parent).block;
    }
    return true;
  }

  Ended inner(plan::BlockId id, const Scope& outer) {
    Scope scope;
    scope.outer = &outer;
    scope.items = outer.items;
    return block(plan_.block(id), scope);
  }

  // ---- statements -----------------------------------------------------------------------------

  Settled statement(const Statement& statement, const Scope& scope) {
    if (const Value* given = find_argument(statement)) return {Ended{Ended::Kind::kValue, *given}};
    if (StatementId cause = find_cause(statement, scope)) {
      skip(statement, scope.items);
      return {skipped(cause)};
    }
    switch (statement.kind) {
      case StatementKind::kCall: return {call(statement, scope)};
      case StatementKind::kFor: return loop(statement, scope);
      case StatementKind::kIf: return {branch(statement, scope)};
      case StatementKind::kCheck: return {gate(statement, scope)};
      case StatementKind::kBlock: return {called(statement, scope)};
      default: return {compute(*statement.expression, scope)};
    }
  }

  const Value* find_argument(const Statement& statement) const {
    for (const auto& [id, value] : project_.arguments) {
      if (id == statement.id) return &value;
    }
    return nullptr;
  }

  // The failure for which it lacks something; none where it can start. A `for` needs of the one it
  // streams no more than that it began.
  StatementId find_cause(const Statement& statement, const Scope& scope) const {
    std::set<StatementId> needed(statement.dependencies.begin(), statement.dependencies.end());
    needed.insert(statement.gates.begin(), statement.gates.end());
    StatementId stream = stream_of(statement);
    if (stream && scope.get(stream).has_begun && !is_read_besides(statement, stream)) {
      needed.erase(stream);
    }
    StatementId cause;
    for (StatementId id : needed) cause = outermost(cause, failure_behind(id, scope));
    return cause;
  }

  StatementId stream_of(const Statement& statement) const {
    if (statement.kind != StatementKind::kFor) return {};
    StatementId stream = statement.sources.front().stream;
    bool may_shift = stream && plan_.statement(stream).tolerate > 0;
    return may_shift ? StatementId{} : stream;
  }

  static bool is_read_besides(const Statement& statement, StatementId stream) {
    auto reads = [&](const Expression& expression) {
      auto read = plan::statements_read(expression);
      return std::find(read.begin(), read.end(), stream) != read.end();
    };
    if (statement.limit && reads(*statement.limit)) return true;
    for (std::size_t i = 1; i < statement.sources.size(); ++i) {
      if (reads(statement.sources[i].list)) return true;
    }
    return false;
  }

  Ended compute(const Expression& expression, const Scope& scope) const {
    plan::EvaluationContext context;
    context.types = &plan_.types;
    context.value_of = [&](StatementId id) -> const Value* {
      const Ended& ended = scope.get(id).ended;
      return ended.kind == Ended::Kind::kValue ? &ended.value : nullptr;
    };
    plan::Evaluated evaluated = plan::evaluate(expression, context);
    if (!evaluated.is_value()) return failed(true);
    return {Ended::Kind::kValue, std::move(evaluated.value)};
  }

  Ended branch(const Statement& statement, const Scope& scope) {
    Ended condition = compute(*statement.expression, scope);
    if (condition.is_fault) {
      skip(statement, scope.items);
      return condition;
    }
    bool is_true = condition.value.as_bool();
    plan::BlockId taken = is_true ? statement.body : statement.otherwise;
    plan::BlockId other = is_true ? statement.otherwise : statement.body;
    if (other) skip_block(other, scope.items);
    return taken ? inner(taken, scope) : Ended{};
  }

  Ended gate(const Statement& statement, const Scope& scope) const {
    Ended condition = compute(*statement.expression, scope);
    if (condition.is_fault) return condition;
    return condition.value.as_bool() ? Ended{} : failed(false);
  }

  Ended called(const Statement& statement, const Scope& scope) {
    Ended ended = inner(statement.body, scope);
    bool is_hidden = statement.is_optional && ended.kind == Ended::Kind::kFailed && !ended.is_fault;
    return is_hidden ? Ended{} : ended;
  }

  // ---- calls ----------------------------------------------------------------------------------

  Ended call(const Statement& statement, const Scope& scope) {
    const plan::Task& task = plan_.task(statement.task);
    std::vector<Value> inputs;
    for (const Expression& argument : statement.arguments) {
      Ended input = compute(argument, scope);
      if (input.is_fault) {
        record({task.id, scope.items}, {TaskRunState::kFailed, {}, {}});
        return input;
      }
      inputs.push_back(std::move(input.value));
    }
    TaskRunName name{task.id, scope.items};
    ExpectedTaskRun expected = attempt_all(project_, task.definition, inputs, fates_(name));
    Ended ended;
    if (expected.state == TaskRunState::kDone) {
      ended.value = record_of(plan_.definition_of(task), expected.outputs);
    } else if (!statement.is_optional) {
      ended = failed(false);
    }
    record(name, std::move(expected));
    return ended;
  }

  static Value record_of(const plan::TaskDefinition& definition,
                         const std::vector<Value>& outputs) {
    std::vector<std::pair<std::string, Value>> parts;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      parts.emplace_back(definition.outputs[i].name, outputs[i]);
    }
    return Value::of_record(std::move(parts));
  }

  void record(TaskRunName name, ExpectedTaskRun expected) {
    expected_.task_runs.emplace(std::move(name), std::move(expected));
  }

  // ---- for ------------------------------------------------------------------------------------

  Settled loop(const Statement& statement, const Scope& scope) {
    StatementId stream = stream_of(statement);
    const Settled* followed = stream ? &scope.get(stream) : nullptr;
    std::vector<std::vector<Ended>> lists;
    for (std::size_t i = 0; i < statement.sources.size(); ++i) {
      bool is_followed = i == 0 && followed && followed->has_begun;
      Ended list = is_followed ? Ended{} : compute(statement.sources[i].list, scope);
      if (list.is_fault) return give_up(list);
      lists.push_back(is_followed ? followed->items : items_of(list.value));
    }
    if (statement.limit) {
      Ended limit = compute(*statement.limit, scope);
      if (limit.is_fault || limit.value.as_int() < 1) return give_up(failed(true));
    }
    Settled settled;
    settled.has_begun = true;
    for (std::uint32_t item = 0; item < product(lists); ++item) {
      Scope inside;
      inside.outer = &scope;
      inside.items = scope.items;
      inside.items.push_back(item);
      settled.items.push_back(one_item(statement, lists, item, inside));
    }
    settled.ended = sum_up(statement, settled.items);
    return settled;
  }

  static Settled give_up(Ended ended) { return {std::move(ended)}; }

  // The last list varies fastest.
  Ended one_item(const Statement& statement, const std::vector<std::vector<Ended>>& lists,
                 std::uint32_t item, Scope& inside) {
    std::size_t rest = item;
    StatementId stream = statement.sources.front().stream;
    for (std::size_t i = lists.size(); i-- > 0;) {
      const Ended& value = lists[i][rest % lists[i].size()];
      rest /= lists[i].size();
      inside.settled[statement.sources[i].item] = {value};
      if (value.kind == Ended::Kind::kValue) continue;
      skip_block(statement.body, inside.items);
      return skipped(stream);
    }
    return block(plan_.block(statement.body), inside);
  }

  Ended sum_up(const Statement& statement, const std::vector<Ended>& items) const {
    plan::List values;
    std::size_t failures = 0;
    StatementId cause;
    for (const Ended& item : items) {
      if (item.is_fault) return failed(true);
      if (item.kind == Ended::Kind::kSkipped) cause = outermost(cause, item.cause);
      if (item.kind == Ended::Kind::kFailed) ++failures;
      if (item.kind == Ended::Kind::kValue) values.push_back(item.value);
    }
    if (cause) return skipped(cause);
    std::size_t allowed = statement.tolerate_is_percent
                              ? statement.tolerate * items.size() / 100
                              : statement.tolerate;
    if (failures > allowed) return failed(false);
    return {Ended::Kind::kValue, Value::of_list(std::move(values))};
  }

  // ---- what is never reached ------------------------------------------------------------------

  // Calls in it are recorded as skipped, but for those in a `for`: its items are not known.
  void skip(const Statement& statement, const model::Items& items) {
    if (statement.kind == StatementKind::kFor) return;
    if (statement.kind == StatementKind::kCall) {
      record({statement.task, items}, {TaskRunState::kSkipped, {}, {}});
    }
    for (plan::BlockId block : {statement.body, statement.otherwise}) {
      if (block) skip_block(block, items);
    }
  }

  void skip_block(plan::BlockId block, const model::Items& items) {
    for (StatementId id : plan_.block(block).statements) skip(plan_.statement(id), items);
  }

  const Project& project_;
  const plan::Plan& plan_;
  const Fates& fates_;
  Expectation expected_;
};

}  // namespace

Expectation interpret(const Project& project, const Fates& fates) {
  return Interpreter(project, fates).run();
}

}  // namespace mlp::sim
