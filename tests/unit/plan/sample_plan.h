// SPDX-License-Identifier: Apache-2.0
//
// A small plan with a statement of each kind, as lowering would make it:
//
//   pipeline sample(source: File<csv> = file("data.csv"), floor: float = 0.9,
//                   least: float = floor / 2, n: int) -> float {
//     doubled = n * 2
//     params  = read(format("params-{}.json", doubled))
//     fits    = for trees in [10, 50] limit 2 { fit(source, trees) }
//     check first(fits).score >= floor, "too low"
//     if n > 3 { inner() }
//     return first(fits).score
//   }
#pragma once

#include "compiler/plan/plan.h"
#include "tests/unit/plan/build.h"

namespace mlp::plan::build {

/// Fills a plan; ids follow the order of the calls.
class PlanBuilder {
 public:
  Plan plan;

  BlockId block(StatementId parent = {}, std::uint32_t depth = 0) {
    Block& made = plan.blocks.emplace_back();
    made.id = BlockId(static_cast<std::uint32_t>(plan.blocks.size()));
    made.parent = parent;
    made.depth = depth;
    return made.id;
  }

  /// The reference holds until the next statement.
  Statement& statement(StatementKind kind, BlockId block, std::string name, TypeId type = {}) {
    Statement& made = plan.statements.emplace_back();
    made.id = StatementId(static_cast<std::uint32_t>(plan.statements.size()));
    made.kind = kind;
    made.block = block;
    made.name = std::move(name);
    made.type = type;
    made.place = {0, made.id.value + 1, 3};
    plan.blocks[block.value - 1].statements.push_back(made.id);
    if (kind == StatementKind::kParameter) plan.parameters.push_back(made.id);
    return made;
  }
};

inline TaskDefinition fit_definition(TypeTable& types, TypeId csv, TypeId result) {
  TaskDefinition fit;
  fit.name = "fit";
  fit.doc = "Fits.";
  fit.inputs = {{"source", csv, "data/raw.csv", true}, {"trees", types.simple(TypeKind::kInt), "", true}};
  Expression place = of(ExpressionKind::kText, {text("out/"), of(ExpressionKind::kInput), text(".json")});
  fit.outputs = {{"score", types.simple(TypeKind::kFloat), false, place, "out/score"},
                 {"log", types.simple(TypeKind::kFile), true, {}, ""}};
  Expression trees = of(ExpressionKind::kInput);
  trees.number = 1;
  fit.body.run = {{"python fit.py ", {}, Quoting::kWord, {}, {}},
                  {"", trees, Quoting::kQuoted, ",", "--trees"}};
  fit.files = {{"fit.py", true, 12, sha256("fit.py")}};
  fit.vars = {{"THREADS", text("1")}};
  fit.cpus = number(2);
  fit.timeout = minutes(30);
  fit.retry = {{{RetryClass::kError, RetryClass::kLost}, {75}, 3, minutes(1), minutes(5)}};
  fit.tags = {"train"};
  fit.result_type = result;
  fit.place = {0, 1, 1};
  return fit;
}

inline Expression first_score(std::uint32_t fits) {
  return field(call(Function::kFirst, {build::statement(fits)}), "score");
}

inline void add_loop(PlanBuilder& b, TypeId result) {
  TypeTable& types = b.plan.types;
  const BlockId root(1);
  Statement& loop = b.statement(StatementKind::kFor, root, "fits", types.list_of(result));
  const StatementId loop_id = loop.id;
  loop.dependencies = {StatementId(1)};
  loop.limit = whole(2);
  loop.tolerate = 10;
  loop.tolerate_is_percent = true;
  loop.body = b.block(loop_id, 1);
  loop.sources = {{wholes({10, 50}), StatementId(loop_id.value + 1), {}}};
  const BlockId body = loop.body;
  const StatementId item =
      b.statement(StatementKind::kItem, body, "trees", types.simple(TypeKind::kInt)).id;
  Statement& fit = b.statement(StatementKind::kCall, body, "", result);
  fit.dependencies = {StatementId(1), item};
  fit.task = TaskId(1);
  fit.arguments = {build::statement(1), build::statement(item.value)};
  fit.is_optional = true;
  b.plan.tasks = {{TaskId(1), "fit", 0, fit.id, 1}};
  b.plan.blocks[body.value - 1].result = build::statement(fit.id.value);
}

inline void add_rest(PlanBuilder& b) {
  const BlockId root(1);
  Statement& check = b.statement(StatementKind::kCheck, root, "");
  check.expression = binary(first_score(7), Operator::kGreaterEqual, build::statement(2));
  check.message = text("too low");
  check.dependencies = {StatementId(2), StatementId(7)};
  const StatementId gate = check.id;
  Statement& branch = b.statement(StatementKind::kIf, root, "");
  branch.expression = binary(build::statement(4), Operator::kGreater, whole(3));
  branch.dependencies = {StatementId(4)};
  branch.gates = {gate};
  branch.body = b.block(branch.id);
  const BlockId then = branch.body;
  Statement& inner = b.statement(StatementKind::kBlock, then, "inner");
  inner.after = {StatementId(7)};
  inner.dependencies = {StatementId(7)};
  inner.gates = {gate};
  inner.body = b.block(inner.id);
}

inline Plan sample_plan() {
  PlanBuilder b;
  b.plan.pipeline = "sample";
  b.plan.path = "pipelines/sample.mlp";
  b.plan.doc = "A sample.";
  b.plan.sources = {"pipelines/sample.mlp"};
  TypeTable& types = b.plan.types;
  Type file;
  file.kind = TypeKind::kFile;
  file.format = "csv";
  const TypeId csv = types.intern(file);
  const TypeId real = types.simple(TypeKind::kFloat);
  const TypeId integer = types.simple(TypeKind::kInt);
  Type outputs;
  outputs.kind = TypeKind::kRecord;
  outputs.fields = {{"score", real, Value::of_float(0.5)}, {"log", types.simple(TypeKind::kFile), {}}};
  const TypeId result = types.intern(outputs);
  b.plan.environments = {{"sklearn", EnvironmentKind::kVenv, "3.11", "requirements.lock", sha256("r")}};
  b.plan.definitions = {fit_definition(types, csv, result)};

  const BlockId root = b.block();
  b.statement(StatementKind::kParameter, root, "source", csv).expression =
      call(Function::kFile, {text("data.csv")}, csv);
  b.statement(StatementKind::kParameter, root, "floor", real).expression = number(0.9);
  b.statement(StatementKind::kParameter, root, "least", real).expression =
      binary(build::statement(2), Operator::kDivide, number(2));
  b.statement(StatementKind::kParameter, root, "n", integer);
  Statement& doubled = b.statement(StatementKind::kLet, root, "doubled", integer);
  doubled.expression = binary(build::statement(4), Operator::kMultiply, whole(2));
  doubled.dependencies = {StatementId(4)};
  const TypeId ints = types.list_of(integer);
  Statement& params = b.statement(StatementKind::kLet, root, "params", ints);
  const Expression path = call(Function::kFormat, {text("params-{}.json"), build::statement(5)});
  params.expression = call(Function::kRead, {path}, ints);
  params.dependencies = {StatementId(5)};
  params.is_submit = true;
  add_loop(b, result);
  add_rest(b);
  b.plan.blocks[0].result = first_score(7);
  b.plan.result_type = real;
  return b.plan;
}

}  // namespace mlp::plan::build
