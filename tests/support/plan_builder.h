// SPDX-License-Identifier: Apache-2.0
//
// Plans built by hand for tests of what is behind the compiler. Dependencies and gates are found
// from the expressions, as lowering finds them.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/plan/evaluate.h"
#include "compiler/plan/plan.h"

namespace mlp::test {

using plan::Expression;
using plan::ExpressionKind;
using plan::StatementId;
using plan::Value;

inline Expression literal(Value value) {
  Expression e;
  e.literal = std::move(value);
  return e;
}
inline Expression number(std::int64_t value) {
  return literal(Value::of_int(value));
}
inline Expression truth(bool value) {
  return literal(Value::of_bool(value));
}
inline Expression text(const std::string& value) {
  return literal(Value::of_string(value));
}
inline Expression seconds(std::int64_t value) {
  return literal(Value::of_duration(value * 1'000'000));
}

inline Expression numbers(const std::vector<std::int64_t>& values) {
  plan::List list;
  for (std::int64_t value : values) list.push_back(Value::of_int(value));
  return literal(Value::of_list(std::move(list)));
}

inline Expression ref(StatementId id) {
  Expression e;
  e.kind = ExpressionKind::kStatement;
  e.statement = id;
  return e;
}

inline Expression field(Expression of, const std::string& name) {
  Expression e;
  e.kind = ExpressionKind::kField;
  e.name = name;
  e.children.push_back(std::move(of));
  return e;
}

inline Expression binary(plan::Operator op, Expression a, Expression b) {
  Expression e;
  e.kind = ExpressionKind::kBinary;
  e.op = op;
  e.children.push_back(std::move(a));
  e.children.push_back(std::move(b));
  return e;
}

inline Expression call_function(plan::Function function, std::vector<Expression> arguments) {
  Expression e;
  e.kind = ExpressionKind::kFunction;
  e.function = function;
  e.children = std::move(arguments);
  return e;
}

inline Expression range(std::int64_t to) {
  return call_function(plan::Function::kRange, {number(to)});
}

struct ForOptions {
  std::int64_t limit = 0;  // 0: none
  std::uint32_t tolerate = 0;
  bool is_percent = false;
  StatementId stream;  // of the first list
};

class PlanBuilder {
 public:
  PlanBuilder() {
    plan_.pipeline = "p";
    plan_.path = "p.mlp";
    plan_.sources = {"p.mlp"};
    plan::Environment host;
    host.name = "host";
    plan_.environments.push_back(host);
    open_block({}, 0);
  }

  /// A declared task; change what it returns before the plan is built.
  plan::TaskDefinition& define(const std::string& name, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs = {"out"}) {
    plan::TaskDefinition definition;
    definition.name = name;
    for (const std::string& input : inputs) {
      plan::TaskInput declared;
      declared.name = input;
      declared.type = plan_.types.simple(plan::TypeKind::kInt);
      definition.inputs.push_back(declared);
    }
    for (const std::string& output : outputs) {
      plan::TaskOutput declared;
      declared.name = output;
      declared.type = plan_.types.simple(plan::TypeKind::kInt);
      declared.default_place = "out/" + output;
      definition.outputs.push_back(declared);
    }
    plan::RunPart body;
    body.text = name;
    definition.body.run.push_back(body);
    plan_.definitions.push_back(definition);
    return plan_.definitions.back();
  }

  StatementId parameter(const std::string& name) {
    plan::Statement& statement = add(plan::StatementKind::kParameter, name);
    plan_.parameters.push_back(statement.id);
    return statement.id;
  }

  StatementId let(const std::string& name, Expression expression) {
    plan::Statement& statement = add(plan::StatementKind::kLet, name);
    statement.expression = std::move(expression);
    return finish(statement.id);
  }

  StatementId call(const std::string& task, std::vector<Expression> arguments,
                   const std::vector<StatementId>& after = {}, bool is_optional = false) {
    StatementId id = add(plan::StatementKind::kCall, "").id;
    plan::Task called;
    called.id = plan::TaskId(static_cast<std::uint32_t>(plan_.tasks.size() + 1));
    called.definition = find_definition(task);
    called.name = unique_name(task);
    called.statement = id;
    called.depth = plan_.block(blocks_.back()).depth;
    plan_.tasks.push_back(called);
    plan::Statement& statement = at(id);
    statement.task = called.id;
    statement.arguments = std::move(arguments);
    statement.after = after;
    statement.is_optional = is_optional;
    return finish(id);
  }

  /// `body` gets the item and gives the value of the block.
  StatementId for_each(Expression list, const std::function<Expression(StatementId)>& body,
                       ForOptions options = {}) {
    std::vector<Expression> lists;
    lists.push_back(std::move(list));
    return for_product(
        std::move(lists), [&](const std::vector<StatementId>& items) { return body(items[0]); },
        options);
  }

  StatementId for_product(std::vector<Expression> lists,
                          const std::function<Expression(const std::vector<StatementId>&)>& body,
                          ForOptions options = {}) {
    StatementId id = add(plan::StatementKind::kFor, "").id;
    plan::BlockId block = open_block(id, plan_.block(blocks_.back()).depth + 1);
    std::vector<StatementId> items;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      items.push_back(add(plan::StatementKind::kItem, "item").id);
    }
    close_block(body(items));
    plan::Statement& statement = at(id);
    statement.body = block;
    statement.tolerate = options.tolerate;
    statement.tolerate_is_percent = options.is_percent;
    if (options.limit != 0) statement.limit = number(options.limit);
    for (std::size_t i = 0; i < lists.size(); ++i) {
      plan::ForSource source;
      source.list = std::move(lists[i]);
      source.item = items[i];
      if (i == 0) source.stream = options.stream;
      statement.sources.push_back(std::move(source));
    }
    return finish(id);
  }

  StatementId if_else(Expression condition, const std::function<Expression()>& then,
                      const std::function<Expression()>& otherwise = {}) {
    StatementId id = add(plan::StatementKind::kIf, "").id;
    at(id).expression = std::move(condition);
    std::uint32_t depth = plan_.block(blocks_.back()).depth;
    plan::BlockId body = open_block(id, depth);
    close_block(then());
    at(id).body = body;
    if (otherwise) {
      plan::BlockId other = open_block(id, depth);
      close_block(otherwise());
      at(id).otherwise = other;
    }
    return finish(id);
  }

  StatementId block(const std::function<Expression()>& body, bool is_optional = false) {
    StatementId id = add(plan::StatementKind::kBlock, "").id;
    plan::BlockId inner = open_block(id, plan_.block(blocks_.back()).depth);
    close_block(body());
    at(id).body = inner;
    at(id).is_optional = is_optional;
    return finish(id);
  }

  StatementId check(Expression condition, const std::string& message) {
    plan::Statement& statement = add(plan::StatementKind::kCheck, "");
    statement.expression = std::move(condition);
    statement.message = text(message);
    StatementId id = finish(statement.id);
    gates_.back().push_back(id);
    return id;
  }

  void result(Expression expression) {
    plan_.blocks[blocks_.back().value - 1].result = std::move(expression);
  }

  /// How many items of a `for` run at once; `expression` reads what stands above it.
  void limit(StatementId id, Expression expression) {
    at(id).limit = std::move(expression);
    finish(id);
  }

  plan::TypeTable& types() { return plan_.types; }
  plan::Statement& at(StatementId id) { return plan_.statements[id.value - 1]; }
  std::shared_ptr<const plan::Plan> build() { return std::make_shared<plan::Plan>(plan_); }

 private:
  plan::Statement& add(plan::StatementKind kind, const std::string& name) {
    plan::Statement statement;
    statement.id = StatementId(static_cast<std::uint32_t>(plan_.statements.size() + 1));
    statement.kind = kind;
    statement.block = blocks_.back();
    statement.name = name;
    statement.place = {0, statement.id.value, 3};
    for (const auto& gates : gates_) {
      statement.gates.insert(statement.gates.end(), gates.begin(), gates.end());
    }
    std::sort(statement.gates.begin(), statement.gates.end());
    plan_.statements.push_back(statement);
    plan_.blocks[blocks_.back().value - 1].statements.push_back(statement.id);
    return plan_.statements.back();
  }

  // Finds what it reads, now that its expressions are there.
  StatementId finish(StatementId id) {
    plan::Statement& statement = at(id);
    std::vector<StatementId> reads = statement.after;
    auto collect = [&](const Expression& e) {
      for (StatementId read : plan::statements_read(e)) reads.push_back(read);
    };
    if (statement.expression) collect(*statement.expression);
    if (statement.message) collect(*statement.message);
    if (statement.limit) collect(*statement.limit);
    for (const Expression& argument : statement.arguments) collect(argument);
    for (const plan::ForSource& source : statement.sources) collect(source.list);
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    statement.dependencies = reads;
    return id;
  }

  plan::BlockId open_block(StatementId parent, std::uint32_t depth) {
    plan::Block block;
    block.id = plan::BlockId(static_cast<std::uint32_t>(plan_.blocks.size() + 1));
    block.parent = parent;
    block.depth = depth;
    plan_.blocks.push_back(block);
    blocks_.push_back(block.id);
    gates_.emplace_back();
    return block.id;
  }

  void close_block(Expression value) {
    plan_.blocks[blocks_.back().value - 1].result = std::move(value);
    blocks_.pop_back();
    gates_.pop_back();
  }

  std::uint32_t find_definition(const std::string& name) const {
    std::uint32_t index = 0;
    while (plan_.definitions.at(index).name != name) ++index;
    return index;
  }

  std::string unique_name(const std::string& task) const {
    auto count =
        std::count_if(plan_.tasks.begin(), plan_.tasks.end(), [&](const plan::Task& other) {
          return other.name == task || other.name.starts_with(task + ".");
        });
    return count == 0 ? task : task + "." + std::to_string(count + 1);
  }

  plan::Plan plan_;
  std::vector<plan::BlockId> blocks_;
  std::vector<std::vector<StatementId>> gates_;
};

}  // namespace mlp::test
