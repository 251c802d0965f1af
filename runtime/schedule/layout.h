// SPDX-License-Identifier: Apache-2.0
//
// What the scheduler reads off a plan once, so that events cost no search: places of statements in
// frames, who waits for whom, what is evaluated, which tasks a block holds. Immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"

namespace mlp::schedule {

using plan::BlockId;
using plan::StatementId;
using plan::TaskId;

struct StatementLayout {
  std::uint32_t slot = 0;  // its place in frames of its block
  /// Waits for these to settle: dependencies and gates, without a streamed list. Sorted.
  std::vector<StatementId> awaited;
  std::vector<StatementId> awaited_outside;  // of `awaited`, those of outer blocks
  std::uint32_t awaited_inside = 0;          // number of the others
  /// kFor: the kFor whose items it takes one by one as they come; none: lists are awaited whole.
  StatementId stream;
  std::vector<std::uint32_t> dependents;         // slots of the same block that await its end
  std::vector<std::uint32_t> stream_dependents;  // slots of the same block that stream its items
  bool is_streamed = false;                      // some `for` streams it
  bool is_read = false;                          // some expression reads its value
  /// What is evaluated when it starts, in order: condition, arguments, lists and limit.
  std::vector<const plan::Expression*> expressions;
};

struct BlockLayout {
  const plan::Block* block = nullptr;
  std::vector<TaskId> direct;  // called once an instance: here and in called pipelines
  std::vector<TaskId> nested;  // inside `for`s and `if`s of this block
  std::vector<StatementId> awaited_outside;  // statements of outer blocks that its result reads
};

class Layout {
 public:
  explicit Layout(std::shared_ptr<const plan::Plan> plan);

  const plan::Plan& plan() const { return *plan_; }
  const std::shared_ptr<const plan::Plan>& shared_plan() const { return plan_; }
  const StatementLayout& of(StatementId id) const { return statements_[id.value - 1]; }
  const BlockLayout& of(BlockId id) const { return blocks_[id.value - 1]; }
  /// True when `inner` is `outer` or stands inside it.
  bool is_inside(BlockId inner, BlockId outer) const;
  /// Of two statements whose failure left something without a value, the one further out; `a` may be
  /// none. The blocks of both are around that thing.
  StatementId outer_of(StatementId a, StatementId b) const;
  /// Names of a definition's outputs, shared by all values of its calls.
  const std::shared_ptr<const std::vector<std::string>>& output_names(
      std::uint32_t definition) const {
    return output_names_[definition];
  }

 private:
  void place_statements();
  void choose_stream(const plan::Statement& statement);
  std::vector<StatementId> awaited_besides_stream(const plan::Statement& statement) const;
  void link(const plan::Statement& statement);
  void link_result(const plan::Block& block);
  void list_expressions(const plan::Statement& statement);
  void mark_reads(const plan::Expression& expression);
  void list_tasks(BlockId id);
  StatementLayout& at(StatementId id) { return statements_[id.value - 1]; }

  std::shared_ptr<const plan::Plan> plan_;
  std::vector<StatementLayout> statements_;
  std::vector<BlockLayout> blocks_;
  std::vector<std::shared_ptr<const std::vector<std::string>>> output_names_;
};

/// "iris.mlp:41:9"
std::string to_text(const plan::Plan& plan, const plan::Place& place);

}  // namespace mlp::schedule
