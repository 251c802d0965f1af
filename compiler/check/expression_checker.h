// SPDX-License-Identifier: Apache-2.0
//
// Checks expressions, blocks and statements: names, types, conversions, what may be called where.
// One object checks one declaration. Every mistake is told once; what is wrong gets the error type.
// Its parts are in check_expression, check_operator, check_literal, check_call, check_control and
// check_block; functions are in check_function, narrowing in narrow.
#pragma once

#include <string>
#include <vector>

#include "compiler/check/build.h"
#include "compiler/check/context.h"
#include "compiler/check/scope.h"

namespace mlp::check {

/// Where an expression stands, which decides what it may use.
enum class Phase : std::uint8_t {
  kConstant,  // nothing but itself
  kDefault,   // earlier parameters, files of the project
  kTask,      // inputs
  kBody,      // inputs and outputs, whose text is their path
  kResource,  // the same, `attempt` and `last`
  kPipeline,  // everything
};

class ExpressionChecker {
 public:
  ExpressionChecker(Context& context, const Module& module, Declaration& owner, Phase phase);

  Scope& scope() { return scope_; }
  Context& context() { return context_; }
  Types& types() { return context_.types(); }
  Phase phase() const { return phase_; }

  /// `expected` (may be none) is what literals and functions without a type of their own take.
  Typed check(const syntax::Expr& expr, TypeId expected = {});
  /// As `wanted`, converted where the language does so by itself. `what` begins the message:
  /// "`trees`" gives "`trees` is int, but this is string".
  Typed check_as(const syntax::Expr& expr, TypeId wanted, const std::string& what);
  Typed convert(Typed value, TypeId wanted, const std::string& what);
  /// A string: literal text, or kText over what is interpolated.
  Typed check_string(const syntax::StringLiteral& literal, Span span);
  /// `x => e`, with x of type `item`.
  Typed check_lambda(const syntax::Expr& expr, TypeId item);
  /// A list; the error type after telling that it is none.
  Typed check_list(const syntax::Expr& expr, TypeId expected = {});
  /// The statements of a pipeline. Names stay bound in scope() for its `return`.
  TypedBlock check_statements(const syntax::Block& block);
  /// Notes for the declaration that it uses what is not carried out yet.
  void note_later(Unsupported what) { owner_.unsupported.push_back(std::move(what)); }

 private:
  template <typename T>
  class Restore;
  using Facts = check::Facts;

  // check_expression.cpp
  Typed node(const syntax::Expr& e, const syntax::ErrorExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::NameExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::FieldExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::IndexExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::LambdaExpr& n, TypeId expected);
  Typed unknown_name(const syntax::Name& name);
  Typed task_word(const syntax::Name& name);
  Typed last_field(const syntax::Expr& e, const syntax::FieldExpr& n);
  Typed field_of(const syntax::Expr& e, const syntax::FieldExpr& n, Typed object);
  /// A part of Metrics without a record: a float, though the JSON may say `1`.
  Typed measured(Typed value);
  TypeId field_type(const plan::Type& object, const std::string& name);
  Typed narrowed(const syntax::Expr& e, Typed value);
  Typed may_be_null(const Typed& value, const std::string& doing);

  // check_literal.cpp
  Typed node(const syntax::Expr& e, const syntax::NullLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::BoolLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::IntLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::FloatLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::DurationLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::SizeLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::DateLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::DatetimeLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::StringLiteral& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::EnumExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::RecordExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::PartsExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::ListExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::MapExpr& n, TypeId expected);
  Typed text_part(const syntax::Interpolation& part);
  Typed record_of(const syntax::Expr& e, const syntax::RecordExpr& n, const Record& record);
  bool has_exactly(const syntax::PartsExpr& parts, TypeId record);

  // check_operator.cpp
  Typed node(const syntax::Expr& e, const syntax::UnaryExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::BinaryExpr& n, TypeId expected);
  Typed logical(const syntax::Expr& e, const syntax::BinaryExpr& n);
  Typed fallback(const syntax::Expr& e, const syntax::BinaryExpr& n, TypeId expected);
  Typed comparison(const syntax::Expr& e, const syntax::BinaryExpr& n);
  Typed membership(const syntax::Expr& e, const syntax::BinaryExpr& n);
  Typed arithmetic(const syntax::Expr& e, const syntax::BinaryExpr& n, TypeId expected);
  TypeId arithmetic_type(syntax::BinaryOp op, TypeId left, TypeId right);
  TypeId sum_type(TypeId left, TypeId right);
  TypeId difference_type(TypeId left, TypeId right);
  TypeId product_type(TypeId left, TypeId right);
  TypeId quotient_type(TypeId left, TypeId right);
  Typed bad_operands(const syntax::BinaryExpr& n, const Typed& left, const Typed& right, Span span);
  Typed binary(plan::Operator op, TypeId type, Span span, Typed left, Typed right);

  // check_call.cpp
  Typed node(const syntax::Expr& e, const syntax::CallExpr& n, TypeId expected);
  Typed call_task(const syntax::Expr& e, const syntax::CallExpr& n, const Task& task);
  Typed call_pipeline(const syntax::Expr& e, const syntax::CallExpr& n, Pipeline& pipeline);
  Typed call_result(const syntax::Expr& e, const syntax::CallExpr& n, TypeId type,
                    std::vector<Typed> arguments);
  Typed unknown_callee(const syntax::CallExpr& n, const Module& where);
  Typed later_action(const syntax::Expr& e, const syntax::CallExpr& n);
  bool may_call(const syntax::CallExpr& n, const Declaration& callee);
  void check_extra(const std::vector<const syntax::Argument*>& extra);

  // check_control.cpp
  Typed node(const syntax::Expr& e, const syntax::IfExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::ForExpr& n, TypeId expected);
  Typed node(const syntax::Expr& e, const syntax::RepeatExpr& n, TypeId expected);
  Typed check_if(const syntax::Expr& e, const syntax::IfExpr& n, TypeId expected, bool wants_value);
  Typed check_for(const syntax::Expr& e, const syntax::ForExpr& n, TypeId expected,
                  bool wants_value);
  TypeId join_arms(Choice& choice, const syntax::IfExpr& n, TypeId expected);
  void check_for_options(const syntax::ForExpr& n, Loop& loop);
  Typed condition(const syntax::Expr& e);

  // check_block.cpp
  TypedBlock check_block(const syntax::Block& block, TypeId expected, bool wants_value);
  void statement(const syntax::Statement& s, TypedBlock& block, bool is_last, TypeId expected,
                 bool wants_value);
  void bind_statement(const syntax::Statement& s, const syntax::BindingStatement& n,
                      TypedBlock& block);
  void check_gate(const syntax::Statement& s, const syntax::CheckStatement& n, TypedBlock& block);
  void value_statement(const syntax::Statement& s, const syntax::ExprStatement& n,
                       TypedBlock& block);
  void unused_value(const Typed& value, const syntax::ExprStatement& n);
  Typed check_unused(const syntax::Expr& expr);
  std::vector<BindingId> check_after(const std::vector<syntax::Name>& names, const Typed& value);
  BindingId bind_name(const syntax::Name& name, TypeId type);
  void announce(const syntax::Block& block);

  // narrow.cpp
  /// The name or field path an expression is; empty for anything else.
  std::string path_of(const syntax::Expr& expr) const;
  /// What is known not to be null when `expr` is true, or false.
  Facts facts_when(const syntax::Expr& expr, bool is_true) const;
  void learn(const Facts& facts) { facts_.insert(facts.begin(), facts.end()); }

  Context& context_;
  const Module& module_;
  Declaration& owner_;
  Phase phase_;
  Scope scope_;
  Facts facts_;
  const char* no_calls_ = nullptr;  // why nothing may be called here; null where it may
};

/// Puts a member back to what it was at the end of a scope.
template <typename T>
class ExpressionChecker::Restore {
 public:
  explicit Restore(T& target) : target_(target), saved_(target) {}
  Restore(T& target, T now) : Restore(target) { target = std::move(now); }
  ~Restore() { target_ = std::move(saved_); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  T& target_;
  T saved_;
};

}  // namespace mlp::check
