// SPDX-License-Identifier: Apache-2.0
//
// From a recipe to a plan.
#include <algorithm>
#include <map>

#include "compiler/plan/check_plan.h"
#include "tests/sim/recipe.h"
#include "tests/support/plan_builder.h"

namespace mlp::sim {
namespace {

using plan::Expression;
using plan::Function;
using plan::Operator;
using plan::StatementId;
using plan::TypeKind;
using test::binary;
using test::call_function;
using test::field;
using test::number;
using test::ref;

/// What others can read of a piece: the value of its statement, in the forms there are.
struct Offer {
  StatementId statement;
  Expression as_number;
  std::optional<Expression> as_list{};
  std::optional<Expression> as_artifact{};
  std::optional<Expression> as_files{};
  bool is_for = false;
};

plan::TypeId type_of(plan::TypeTable& types, InputKind kind) {
  switch (kind) {
    case InputKind::kNumbers: return types.list_of(types.simple(TypeKind::kInt));
    case InputKind::kArtifact: return types.simple(TypeKind::kModel);
    case InputKind::kFiles: return types.list_of(types.simple(TypeKind::kFile));
    default: return types.simple(TypeKind::kInt);
  }
}

plan::TaskOutput make_output(plan::TypeTable& types, OutputKind kind) {
  plan::TaskOutput output;
  switch (kind) {
    case OutputKind::kNumber:
      output = {"n", types.simple(TypeKind::kInt), false, {}, "out/n"};
      break;
    case OutputKind::kNumbers:
      output = {"list", types.list_of(types.simple(TypeKind::kInt)), false, {}, "out/list"};
      break;
    case OutputKind::kFile:
      output = {"file", types.simple(TypeKind::kFile), false, {}, "out/file"};
      break;
    case OutputKind::kFolder:
      output = {"folder", types.simple(TypeKind::kDir), false, {}, "out/folder"};
      break;
    case OutputKind::kFiles:
      output = {"files", types.list_of(types.simple(TypeKind::kFile)), false, {}, "out/files"};
      output.place = test::text("parts/*.txt");
      break;
  }
  return output;
}

class ProjectBuilder {
 public:
  explicit ProjectBuilder(const Recipe& recipe) : recipe_(recipe) {}

  std::shared_ptr<const plan::Plan> build() {
    for (const RecipeTask& task : recipe_.tasks) define(task);
    add_all(recipe_.pieces);
    if (recipe_.has_result) builder_.result(number_of(recipe_.result));
    return builder_.build();
  }

 private:
  void define(const RecipeTask& task) {
    plan::TypeTable& types = builder_.types();
    plan::TaskDefinition& definition = builder_.define(task.name, {}, {});
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      plan::TaskInput input;
      input.name = std::string(1, static_cast<char>('a' + i));
      input.type = type_of(types, task.inputs[i]);
      input.is_in_key = task.inputs[i] != InputKind::kCores;
      definition.inputs.push_back(input);
    }
    for (OutputKind kind : task.outputs) definition.outputs.push_back(make_output(types, kind));
    definition.outputs.front().is_stdout = task.is_printed;
    definition.body.run.front().text = body_text(task);
    definition.retry = task.retry;
    definition.is_cached = task.is_cached;
    if (task.timeout_s > 0) definition.timeout = test::seconds(task.timeout_s);
    definition.cpus = cpus_of(task);
  }

  static Expression cpus_of(const RecipeTask& task) {
    auto found = std::find(task.inputs.begin(), task.inputs.end(), InputKind::kCores);
    if (found == task.inputs.end()) return number(task.cpus);
    Expression input;
    input.kind = plan::ExpressionKind::kInput;
    input.number = static_cast<std::uint32_t>(found - task.inputs.begin());
    return binary(Operator::kAdd, number(task.cpus), std::move(input));
  }

  // ---- what pieces read -----------------------------------------------------------------------

  const Offer* find(const Use& use) const {
    auto found = offers_.find(use.piece);
    return found == offers_.end() ? nullptr : &found->second;
  }

  Expression number_of(const Use& use) const {
    const Offer* offer = find(use);
    return offer ? offer->as_number : number(use.number);
  }

  Expression list_of(const Use& use) const {
    const Offer* offer = find(use);
    if (offer && offer->as_list) return *offer->as_list;
    if (!offer) return call_function(Function::kRange, {number(use.number % 5)});
    return call_function(Function::kRange,
                         {binary(Operator::kModulo, offer->as_number, number(4))});
  }

  Expression artifact_of(const Use& use) const {
    const Offer* offer = find(use);
    if (offer && offer->as_artifact) return *offer->as_artifact;
    return call_function(Function::kText, {test::text("text " + std::to_string(use.number))});
  }

  Expression files_of(const Use& use) const {
    const Offer* offer = find(use);
    if (offer && offer->as_files) return *offer->as_files;
    Expression list;
    list.kind = plan::ExpressionKind::kList;
    list.children.push_back(artifact_of(use));
    return list;
  }

  Expression argument_of(InputKind kind, const Use& use) const {
    switch (kind) {
      case InputKind::kNumbers: return list_of(use);
      case InputKind::kArtifact: return artifact_of(use);
      case InputKind::kFiles: return files_of(use);
      default: return number_of(use);
    }
  }

  Expression compute(const Piece& piece) const {
    const Use first = piece.uses.empty() ? Use{} : piece.uses.front();
    const Use last = piece.uses.empty() ? Use{} : piece.uses.back();
    switch (piece.formula) {
      case Formula::kSum:
        return binary(Operator::kModulo,
                      binary(Operator::kAdd, number_of(first), number_of(last)), number(7));
      case Formula::kProduct:
        return binary(
            Operator::kModulo,
            binary(Operator::kAdd,
                   binary(Operator::kMultiply, number_of(first), number_of(last)), number(1)),
            number(5));
      case Formula::kCount: return call_function(Function::kCount, {list_of(first)});
      case Formula::kFirst: return call_function(Function::kFirst, {list_of(first)});
      case Formula::kQuotient:
        return call_function(Function::kDiv, {number(12), binary(Operator::kModulo,
                                                                 number_of(first), number(4))});
      case Formula::kLong:
        return binary(Operator::kModulo,
                      call_function(Function::kSum,
                                    {call_function(Function::kRange,
                                                   {binary(Operator::kAdd, number(20'000),
                                                           number_of(first))})}),
                      number(5));
    }
    return number(0);
  }

  Expression condition_of(const Piece& piece) const {
    const Use use = piece.uses.empty() ? Use{} : piece.uses.front();
    return binary(Operator::kLess, number_of(use), number(piece.bound));
  }

  // ---- pieces ---------------------------------------------------------------------------------

  void add_all(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) add(piece);
  }

  void add(const Piece& piece) {
    switch (piece.kind) {
      case PieceKind::kParameter:
        return offer_number(piece, builder_.parameter("p" + std::to_string(piece.id)));
      case PieceKind::kLet:
        return offer_number(piece, builder_.let("v" + std::to_string(piece.id), compute(piece)));
      case PieceKind::kCall: return add_call(piece);
      case PieceKind::kFor: return add_for(piece);
      case PieceKind::kIf: return add_if(piece);
      case PieceKind::kBlock: return add_block(piece);
      case PieceKind::kCheck:
        builder_.check(condition_of(piece), "check " + std::to_string(piece.id));
        return;
      case PieceKind::kItem: return;
    }
  }

  void offer_number(const Piece& piece, StatementId id) { offers_[piece.id] = {id, ref(id)}; }

  static Expression or_else(Expression value, plan::Value other) {
    return binary(Operator::kCoalesce, std::move(value), test::literal(std::move(other)));
  }

  void add_call(const Piece& piece) {
    const RecipeTask& task = recipe_.tasks[piece.task];
    std::vector<Expression> arguments;
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const Use use = i < piece.uses.size() ? piece.uses[i] : Use{};
      arguments.push_back(argument_of(task.inputs[i], use));
    }
    std::vector<StatementId> after;
    for (std::uint32_t id : piece.after) {
      if (offers_.contains(id)) after.push_back(offers_.at(id).statement);
    }
    std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
    StatementId id = builder_.call(task.name, std::move(arguments), after, piece.is_optional);
    offers_[piece.id] = offer_call(task, id, piece.is_optional);
  }

  static Offer offer_call(const RecipeTask& task, StatementId id, bool is_optional) {
    if (is_optional) {
      plan::Value none = plan::Value::of_record({{"n", plan::Value::of_int(0)}});
      return {id, field(or_else(ref(id), none), "n")};
    }
    Offer offer{id, field(ref(id), "n")};
    for (OutputKind kind : task.outputs) {
      if (kind == OutputKind::kNumbers) offer.as_list = field(ref(id), "list");
      if (kind == OutputKind::kFile) offer.as_artifact = field(ref(id), "file");
      if (kind == OutputKind::kFolder) offer.as_artifact = field(ref(id), "folder");
      if (kind == OutputKind::kFiles) offer.as_files = field(ref(id), "files");
    }
    return offer;
  }

  void add_for(const Piece& piece) {
    std::vector<Expression> lists;
    for (const Use& use : piece.uses) lists.push_back(list_of(use));
    if (lists.empty()) lists.push_back(list_of(Use{}));
    test::ForOptions options;
    options.tolerate = piece.tolerate;
    options.is_percent = piece.is_percent;
    const Offer* first = piece.uses.empty() ? nullptr : find(piece.uses.front());
    if (piece.is_streamed && first && first->is_for) options.stream = first->statement;
    std::optional<Expression> limit;
    if (piece.has_limit) limit = number_of(piece.limit);
    auto body = [&](const std::vector<StatementId>& items) {
      for (std::size_t i = 0; i < items.size() && i < piece.items.size(); ++i) {
        offers_[piece.items[i]] = {items[i], ref(items[i])};
      }
      return add_body(piece.body, piece.result);
    };
    StatementId id = builder_.for_product(std::move(lists), body, options);
    if (limit) builder_.limit(id, std::move(*limit));
    for (std::uint32_t item : piece.items) offers_.erase(item);
    Offer offer{id, call_function(Function::kSum, {ref(id)})};
    offer.as_list = ref(id);
    offer.is_for = true;
    offers_[piece.id] = std::move(offer);
  }

  void add_if(const Piece& piece) {
    auto then = [&] { return add_body(piece.body, piece.result); };
    if (piece.has_otherwise) {
      auto otherwise = [&] { return add_body(piece.otherwise, piece.other_result); };
      StatementId id = builder_.if_else(condition_of(piece), then, otherwise);
      offers_[piece.id] = {id, ref(id)};
      return;
    }
    StatementId id = builder_.if_else(condition_of(piece), then);
    offers_[piece.id] = {id, or_else(ref(id), plan::Value::of_int(0))};
  }

  void add_block(const Piece& piece) {
    StatementId id =
        builder_.block([&] { return add_body(piece.body, piece.result); }, piece.is_optional);
    Expression value = ref(id);
    if (piece.is_optional) value = or_else(std::move(value), plan::Value::of_int(0));
    offers_[piece.id] = {id, std::move(value)};
  }

  // What is bound inside is not seen outside.
  Expression add_body(const std::vector<Piece>& pieces, const Use& result) {
    add_all(pieces);
    Expression value = number_of(result);
    for (const Piece& piece : pieces) offers_.erase(piece.id);
    return value;
  }

  const Recipe& recipe_;
  test::PlanBuilder builder_;
  std::map<std::uint32_t, Offer> offers_;  // of the pieces that can be read here
};

}  // namespace

Project build_project(std::uint32_t id, Recipe recipe, std::vector<std::int64_t> arguments) {
  Project project;
  project.id = id;
  project.plan = ProjectBuilder(recipe).build();
  Status checked = plan::check_plan(*project.plan);
  MLP_CHECK(checked);
  arguments.resize(project.plan->parameters.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    project.arguments.emplace_back(project.plan->parameters[i],
                                   plan::Value::of_int(arguments[i]));
  }
  project.environments.assign(project.plan->environments.size(), sha256("the host"));
  for (const RecipeTask& task : recipe.tasks) project.behaviours.push_back(task.behaviour);
  project.recipe = std::make_shared<Recipe>(std::move(recipe));
  return project;
}

}  // namespace mlp::sim
