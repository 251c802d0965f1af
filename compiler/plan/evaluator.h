// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: the walk over an expression. Functions and operators are elsewhere; this
// knows names, laziness, fuel and what stops an evaluation.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/plan/evaluate.h"

namespace mlp::plan {

// One text of an expression: what fits in a command line's variable many times over.
inline constexpr std::size_t kMostTextBytes = 64 << 20;
// One list of an expression; a `for` over more could not be started in a day.
inline constexpr std::size_t kMostItems = 10'000'000;
// Expressions nest at most 200 deep as written; lowering and lambdas add a few levels.
inline constexpr int kMostExpressionNesting = 256;

/// One evaluation. Each function gives a pointer to the value, or nullptr once the evaluation stopped
/// (`outcome` says why). The pointer is into `storage`, the context or the expression: nothing is
/// copied that stands somewhere already.
class Evaluator {
 public:
  explicit Evaluator(EvaluationContext& context) : context_(context) {}

  const Value* value_of(const Expression& expression, Value& storage);
  /// Body of a lambda for one item; the item must stay alive until then.
  const Value* apply(const Expression& lambda, const Value& item, Value& storage);

  /// Takes fuel; false when there is none left.
  bool spend(const Expression& at, std::uint64_t units);
  const Value* fail(const Expression& at, std::string message);

  const EvaluationContext& context() const { return context_; }
  const TypeTable& types() const;
  Evaluated finish(const Value* value);

 private:
  const Value* leaf(const Expression& e, Value& storage);
  const Value* statement(const Expression& e);
  const Value* last_attempt(const Expression& e, Value& storage);
  const Value* field(const Expression& e, Value& storage);
  const Value* index(const Expression& e, Value& storage);
  const Value* unary(const Expression& e, Value& storage);
  const Value* binary(const Expression& e, Value& storage);
  const Value* logical(const Expression& e, Value& storage);
  const Value* coalesce(const Expression& e, Value& storage);
  const Value* conditional(const Expression& e, Value& storage);
  const Value* record(const Expression& e, Value& storage);
  const Value* list(const Expression& e, Value& storage);
  const Value* map(const Expression& e, Value& storage);
  const Value* text(const Expression& e, Value& storage);
  const Value* function(const Expression& e, Value& storage);
  const Value* comprehension(const Expression& e, Value& storage);
  bool product(const Expression& e, std::size_t list, List& out);
  const Value* converted(const Expression& e, Value& storage);

  /// A child that must be a bool.
  const Value* condition(const Expression& e, const Expression& child, Value& storage);
  const Value* store(const Expression& at, Result<Value> result, Value& storage);
  std::shared_ptr<const std::vector<std::string>> names_of(const Expression& record);

  EvaluationContext& context_;
  Evaluated outcome_;
  int nesting_ = 0;
  std::vector<const Value*> locals_;
  // Records made by one expression share their names.
  std::vector<std::pair<const Expression*, std::shared_ptr<const std::vector<std::string>>>> names_;
};

}  // namespace mlp::plan
