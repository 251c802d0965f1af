// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/check_plan.h"

#include <set>

#include "base/file.h"
#include "compiler/plan/check_order.h"
#include "compiler/plan/evaluator.h"
#include "compiler/plan/functions.h"

namespace mlp::plan {
namespace {

// Blocks nest as deep as `for`, `if` and calls of pipelines do; a walk up is bounded by this.
constexpr std::uint32_t kMostBlockNesting = 1000;

Error broken(std::string what) { return {ErrorCode::kInvalid, "broken plan: " + std::move(what)}; }

/// What names an expression may read.
struct Scope {
  BlockId block;                              // none: no statements
  const TaskDefinition* definition = nullptr;  // inputs and output paths
};

/// How many children an expression of that kind has; kAny: as many as it likes.
constexpr std::size_t kAny = static_cast<std::size_t>(-1);

std::size_t arity_of(ExpressionKind kind) {
  switch (kind) {
    case ExpressionKind::kLiteral:
    case ExpressionKind::kStatement:
    case ExpressionKind::kLocal:
    case ExpressionKind::kInput:
    case ExpressionKind::kOutputPath:
    case ExpressionKind::kAttempt:
    case ExpressionKind::kLast: return 0;
    case ExpressionKind::kField:
    case ExpressionKind::kUnary:
    case ExpressionKind::kLambda:
    case ExpressionKind::kConvert: return 1;
    case ExpressionKind::kIndex:
    case ExpressionKind::kBinary: return 2;
    case ExpressionKind::kConditional: return 3;
    default: return kAny;
  }
}

bool has_right_shape(const Expression& e) {
  const std::size_t arity = arity_of(e.kind);
  const std::size_t count = e.children.size();
  if (arity != kAny) return count == arity;
  switch (e.kind) {
    case ExpressionKind::kRecord: return e.names.size() == count;
    case ExpressionKind::kMap: return count % 2 == 0;
    case ExpressionKind::kComprehension: return count >= 2;
    case ExpressionKind::kFunction: {
      const FunctionRule* rule = find_function(e.function);
      return rule != nullptr && count >= rule->least && count <= rule->most;
    }
    default: return true;
  }
}

class PlanChecker {
 public:
  explicit PlanChecker(const Plan& plan) : plan_(plan) {}

  Status check() {
    if (plan_.blocks.empty()) return broken("it has no blocks");
    if (plan_.blocks[0].parent) return broken("its root has a parent");
    MLP_TRY(check_ids());
    MLP_TRY(check_types());
    MLP_TRY(check_tree());
    for (const TaskDefinition& definition : plan_.definitions) MLP_TRY(check_definition(definition));
    for (const Environment& environment : plan_.environments) {
      MLP_TRY(check_path(environment.requirements));
    }
    for (const Task& task : plan_.tasks) MLP_TRY(check_task(task));
    for (const Statement& statement : plan_.statements) MLP_TRY(check_statement(statement));
    for (const Block& block : plan_.blocks) MLP_TRY(check_optional(block.result, {block.id}));
    MLP_TRY(check_parameters());
    return check_order(plan_);
  }

 private:
  // ---- ids, types, places ---------------------------------------------------------------------

  Status check_ids() const {
    for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
      if (plan_.tasks[i].id.value != i + 1) return broken("a task with the id of another");
    }
    for (std::size_t i = 0; i < plan_.statements.size(); ++i) {
      if (plan_.statements[i].id.value != i + 1) return broken("a statement with a wrong id");
    }
    for (std::size_t i = 0; i < plan_.blocks.size(); ++i) {
      if (plan_.blocks[i].id.value != i + 1) return broken("a block with a wrong id");
    }
    return {};
  }

  bool is_statement(StatementId id) const { return id && id.value <= plan_.statements.size(); }
  bool is_block(BlockId id) const { return id && id.value <= plan_.blocks.size(); }

  Status check_type(TypeId type) const {
    if (type.value > plan_.types.size()) return broken("a type that is not in its table");
    return {};
  }

  Status check_types() const { return check_type(plan_.result_type); }

  Status check_place(const Place& place) const {
    const bool is_known = place.source == 0 || place.source < plan_.sources.size();
    return is_known ? Status() : broken("a place in an unknown file");
  }

  Status check_path(const std::string& path) const {
    if (path.empty()) return {};
    const auto safe = SafeRelPath::from(path);
    return safe ? Status() : broken(safe.error().message);
  }

  // ---- the tree of blocks ---------------------------------------------------------------------

  /// Each block but the root is the body of one statement; each statement stands in one block.
  Status check_tree() {
    parents_.assign(plan_.blocks.size(), StatementId());
    fors_.assign(plan_.blocks.size(), 0);
    std::vector<std::uint32_t> nesting(plan_.blocks.size(), 0);
    std::vector<BlockId> open{plan_.blocks[0].id};
    std::size_t statements = 0;
    std::size_t blocks = 0;
    while (!open.empty()) {
      const Block& block = plan_.block(open.back());
      open.pop_back();
      if (++blocks > plan_.blocks.size()) return broken("a block stands twice");
      if (block.depth != fors_[block.id.value - 1]) return broken("a block with a wrong depth");
      for (const StatementId id : block.statements) {
        if (!is_statement(id)) return broken("a block holds an unknown statement");
        if (++statements > plan_.statements.size()) return broken("a statement stands twice");
        const Statement& statement = plan_.statement(id);
        if (statement.block != block.id) return broken("a statement stands in another block");
        for (const BlockId body : {statement.body, statement.otherwise}) {
          if (!body) continue;
          MLP_TRY(enter(statement, body, nesting));
          open.push_back(body);
        }
      }
    }
    const bool is_whole = blocks == plan_.blocks.size() && statements == plan_.statements.size();
    return is_whole ? Status() : broken("a block or statement stands nowhere");
  }

  Status enter(const Statement& statement, BlockId body, std::vector<std::uint32_t>& nesting) {
    if (!is_block(body) || body.value == 1) return broken("a body that is no block");
    const std::size_t inner = body.value - 1;
    const std::size_t outer = statement.block.value - 1;
    if (plan_.block(body).parent != statement.id || parents_[inner]) {
      return broken("a block with two parents");
    }
    parents_[inner] = statement.id;
    fors_[inner] = fors_[outer] + (statement.kind == StatementKind::kFor ? 1 : 0);
    nesting[inner] = nesting[outer] + 1;
    return nesting[inner] > kMostBlockNesting ? broken("blocks nest too deep") : Status();
  }

  /// True where a statement of `block` may read it: it stands in that block or one around it.
  bool is_visible(StatementId id, BlockId from) const {
    if (!is_statement(id)) return false;
    const BlockId wanted = plan_.statement(id).block;
    for (BlockId block = from; block;) {
      if (block == wanted) return true;
      const StatementId parent = parents_[block.value - 1];
      if (!parent) return false;
      block = plan_.statement(parent).block;
    }
    return false;
  }

  // ---- expressions ----------------------------------------------------------------------------

  Status check_optional(const std::optional<Expression>& expression, const Scope& scope) {
    return expression ? check_expression(*expression, scope, 0, 0) : Status();
  }

  Status check_expressions(const std::vector<Expression>& expressions, const Scope& scope) {
    for (const Expression& expression : expressions) {
      MLP_TRY(check_expression(expression, scope, 0, 0));
    }
    return {};
  }

  Status check_expression(const Expression& e, const Scope& scope, std::size_t locals, int nesting) {
    if (nesting > kMostExpressionNesting) return broken("an expression nests too deep");
    if (!has_right_shape(e)) return broken("an expression of a wrong shape");
    MLP_TRY(check_type(e.type));
    MLP_TRY(check_place(e.place));
    MLP_TRY(check_name(e, scope, locals));
    const bool is_product = e.kind == ExpressionKind::kComprehension;
    const std::size_t bound = e.kind == ExpressionKind::kLambda ? 1 : 0;
    for (std::size_t i = 0; i < e.children.size(); ++i) {
      // A list of a comprehension may use the names of those before it.
      const std::size_t inner = locals + (is_product ? i : bound);
      MLP_TRY(check_expression(e.children[i], scope, inner, nesting + 1));
    }
    return {};
  }

  Status check_name(const Expression& e, const Scope& scope, std::size_t locals) const {
    bool is_known = true;
    switch (e.kind) {
      case ExpressionKind::kStatement: is_known = is_visible(e.statement, scope.block); break;
      case ExpressionKind::kLocal: is_known = e.number < locals; break;
      case ExpressionKind::kInput:
        is_known = scope.definition != nullptr && e.number < scope.definition->inputs.size();
        break;
      case ExpressionKind::kOutputPath:
        is_known = scope.definition != nullptr && e.number < scope.definition->outputs.size();
        break;
      default: break;
    }
    return is_known ? Status() : broken("an expression reads a name that is not there");
  }

  // ---- tasks ----------------------------------------------------------------------------------

  Status check_definition(const TaskDefinition& definition) {
    const Scope scope{{}, &definition};
    if (definition.environment >= plan_.environments.size()) return broken("an unknown environment");
    MLP_TRY(check_type(definition.result_type));
    MLP_TRY(check_place(definition.place));
    for (const TaskInput& input : definition.inputs) {
      MLP_TRY(check_type(input.type));
      MLP_TRY(check_path(input.place));
    }
    for (const TaskOutput& output : definition.outputs) {
      MLP_TRY(check_type(output.type));
      MLP_TRY(check_path(output.default_place));
      MLP_TRY(check_optional(output.place, scope));
    }
    for (const SeenFile& file : definition.files) {
      if (file.path.empty()) return broken("a file without a path");
      MLP_TRY(check_path(file.path));
    }
    MLP_TRY(check_body(definition.body, scope));
    return check_properties(definition, scope);
  }

  Status check_body(const Body& body, const Scope& scope) {
    MLP_TRY(check_place(body.place));
    MLP_TRY(check_path(body.file));
    for (const RunPart& part : body.run) MLP_TRY(check_optional(part.value, scope));
    return check_expressions(body.exec, scope);
  }

  Status check_properties(const TaskDefinition& definition, const Scope& scope) {
    for (const Variable& variable : definition.vars) {
      MLP_TRY(check_expression(variable.value, scope, 0, 0));
    }
    for (const RetryRule& rule : definition.retry) {
      MLP_TRY(check_optional(rule.backoff_from, scope));
      MLP_TRY(check_optional(rule.backoff_to, scope));
    }
    MLP_TRY(check_optional(definition.cpus, scope));
    return check_optional(definition.timeout, scope);
  }

  Status check_task(const Task& task) {
    if (task.definition >= plan_.definitions.size()) return broken("a task without a definition");
    if (!is_statement(task.statement)) return broken("a task without a statement");
    if (!names_.insert(task.name).second) return broken("two tasks named `" + task.name + "`");
    const Statement& statement = plan_.statement(task.statement);
    if (statement.kind != StatementKind::kCall || statement.task != task.id) {
      return broken("a task whose statement is not its call");
    }
    const bool is_as_deep = task.depth == fors_[statement.block.value - 1];
    return is_as_deep ? Status() : broken("a task with a wrong depth");
  }

  // ---- statements -----------------------------------------------------------------------------

  Status check_statement(const Statement& statement) {
    const Scope scope{statement.block};
    MLP_TRY(check_type(statement.type));
    MLP_TRY(check_place(statement.place));
    for (const auto* list : {&statement.dependencies, &statement.after, &statement.gates}) {
      for (const StatementId id : *list) {
        if (!is_visible(id, statement.block)) return broken("a statement waits for one not there");
      }
    }
    MLP_TRY(check_optional(statement.expression, scope));
    MLP_TRY(check_optional(statement.limit, scope));
    MLP_TRY(check_optional(statement.message, scope));
    MLP_TRY(check_expressions(statement.arguments, scope));
    MLP_TRY(check_kind(statement));
    return check_sources(statement);
  }

  /// What a statement of its kind must have, and what only some may have.
  Status check_kind(const Statement& statement) const {
    const StatementKind kind = statement.kind;
    const bool is_if = kind == StatementKind::kIf;
    const bool has_body = is_if || kind == StatementKind::kFor || kind == StatementKind::kBlock;
    const bool has_expression =
        is_if || kind == StatementKind::kLet || kind == StatementKind::kCheck;
    if (has_body != static_cast<bool>(statement.body)) return broken("a body that is missing or extra");
    if (!is_if && statement.otherwise) return broken("an else without an if");
    if (has_expression && !statement.expression) return broken("an expression is missing");
    if ((kind == StatementKind::kFor) == statement.sources.empty()) return broken("lists of a for");
    if ((kind == StatementKind::kCall) != static_cast<bool>(statement.task)) return broken("a call");
    return kind == StatementKind::kCall ? check_call(statement) : Status();
  }

  Status check_call(const Statement& statement) const {
    if (statement.task.value > plan_.tasks.size()) return broken("a call of an unknown task");
    const Task& task = plan_.task(statement.task);
    if (task.statement != statement.id) return broken("two calls of one task");
    const TaskDefinition& definition = plan_.definition_of(task);
    if (definition.inputs.size() != statement.arguments.size()) {
      return broken("a call with too few or too many arguments");
    }
    return {};
  }

  Status check_sources(const Statement& statement) {
    for (const ForSource& source : statement.sources) {
      MLP_TRY(check_expression(source.list, {statement.block}, 0, 0));
      const bool is_item = is_statement(source.item) &&
                           plan_.statement(source.item).kind == StatementKind::kItem &&
                           plan_.statement(source.item).block == statement.body;
      if (!is_item) return broken("a `for` without its item");
      if (!source.stream) continue;
      const bool is_for = is_visible(source.stream, statement.block) &&
                          plan_.statement(source.stream).kind == StatementKind::kFor;
      if (!is_for) return broken("a `for` follows what is none");
    }
    return {};
  }

  Status check_parameters() const {
    std::set<StatementId> seen;
    for (const StatementId id : plan_.parameters) {
      const bool is_parameter = is_statement(id) && seen.insert(id).second &&
                                plan_.statement(id).kind == StatementKind::kParameter &&
                                plan_.statement(id).block.value == 1;
      if (!is_parameter) return broken("a parameter that is none");
    }
    return {};
  }

  const Plan& plan_;
  std::vector<StatementId> parents_;  // of blocks
  std::vector<std::uint32_t> fors_;   // around blocks
  std::set<std::string> names_;       // of tasks
};

}  // namespace

Status check_plan(const Plan& plan) { return PlanChecker(plan).check(); }

}  // namespace mlp::plan
