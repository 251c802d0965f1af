// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: the work on one plan. A statement is appended to the block that is open;
// an expression is lowered to one without calls, whatever it calls having become statements before
// it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/check/context.h"
#include "compiler/check/pure.h"
#include "compiler/plan/plan.h"

namespace mlp::lower {

using check::Typed;
using check::TypedBlock;
using check::TypedStatement;
using plan::Expression;
using plan::StatementId;

/// Called pipelines are inlined, so a few lines could ask for more statements than memory has.
inline constexpr std::size_t kMostStatements = 100'000;

/// What is around a statement that is made.
struct Surroundings {
  plan::BlockId block;
  std::string prefix;                // of task names: "etl_day.2/"
  std::vector<StatementId> gates;    // checks above
  std::vector<StatementId> awaited;  // `after` of what is around
};

class Lowering {
 public:
  Lowering(check::Context& context, const check::Pipeline& entry)
      : context_(context), entry_(entry) {}

  plan::Plan run();

 private:
  // lower_pipeline.cpp
  void add_parameters();
  plan::BlockId open_block(StatementId parent, std::uint32_t depth);
  bool is_too_large(const Typed& call);
  Expression call_pipeline(const Typed& call, const std::string& name);
  void bind_arguments(const Typed& call, const std::vector<std::optional<Expression>>& given);
  std::string unique_name(const std::string& callee);

  // lower_statement.cpp
  StatementId add(plan::StatementKind kind, const std::string& name, plan::TypeId type,
                  source::Span span);
  plan::Statement& at(StatementId id) { return plan_.statements[id.value - 1]; }
  /// Fills in what the statement depends on. Last of all it gets.
  void finish(StatementId id);
  StatementId add_let(const std::string& name, Expression value, source::Span span);
  Expression reference(StatementId id) const;
  /// The statements of a block into the open one; the block's value.
  std::optional<Expression> lower_statements(const TypedBlock& block);
  Expression lower_statement(const TypedStatement& statement);
  void lower_check(const TypedStatement& statement);
  void lower_body(plan::BlockId body, const TypedBlock& block);

  // lower_expression.cpp
  /// `name` is given to the statement made, when the whole expression becomes one.
  Expression lower(const Typed& typed, const std::string& name = "");
  Expression lower_parts(const Typed& typed);
  Expression pure(const Typed& typed);
  Expression lower_call(const Typed& call, const std::string& name);
  Expression call_task(const Typed& call, const std::string& name);
  Expression lower_loop(const Typed& typed, const std::string& name);
  Expression lower_choice(const Typed& typed, const std::string& name);
  StatementId stream_of(const Expression& list) const;
  /// Bound to a name of its own unless it is as cheap as one.
  Expression shared(Expression value, source::Span span);

  // lower_submit.cpp
  /// What a statement may hold: paths known at submit are looked up there, contents of artifacts in
  /// statements of their own.
  Expression settled(Expression value, source::Span span);
  void note_spans(const Typed& typed);
  void hoist_files(Expression& value);
  bool make_known(Expression& path);
  bool is_known(Expression& name);
  void not_known(const Expression& call, const Expression& reason);
  std::string reason_text(const Expression& reason) const;
  void check_nesting(const Expression& value, source::Span span);

  // lower_task.cpp
  std::uint32_t definition_of(const check::Task& task);
  std::uint32_t environment_of(const check::Environment* environment);
  plan::TaskDefinition make_definition(const check::Task& task);
  plan::Body make_body(const check::Task& task);
  std::optional<Expression> pure(const std::optional<Typed>& typed);

  check::Context& context_;
  const check::Pipeline& entry_;
  plan::Plan plan_;
  Surroundings around_;
  check::Bindings bindings_;
  std::map<const check::Task*, std::uint32_t> definitions_;
  std::map<const check::Environment*, std::uint32_t> environments_;
  std::map<std::string, int> name_counts_;
  std::map<std::pair<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>>, source::Span> spans_;
  std::map<StatementId, StatementId> hoisted_;  // a `let` of an inner block to its copy in the root
  bool told_too_large_ = false;
  Expression unknown_;  // the name that made the last path unknown
};

/// True for `read` of an artifact somewhere in it: its content is only there in the run.
bool reads_artifact(const Expression& value, const plan::TypeTable& types);

/// Keeps only the types that the plan uses, in the order they are met.
void compact_types(plan::Plan& plan);

}  // namespace mlp::lower
