// SPDX-License-Identifier: Apache-2.0
//
// Concrete tree to AST. Any child may be missing where an error was met: what is left becomes an
// ErrorExpr, ErrorType or an empty name. Inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/arrange.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

namespace mlp::syntax {

/// Expressions, types, statements. Null trees are missing ones.
class ExpressionBuilder {
 public:
  ExpressionBuilder(source::SourceId id, diagnostics::Diagnostics& diagnostics)
      : id_(id), diagnostics_(diagnostics) {}

  Expr expr(const Tree* tree);
  Type type(const Tree* tree);
  StringLiteral string(const Tree* tree);
  /// Of a `name` or `word` rule.
  Name name(const Tree* tree);
  Name name_of(const Token& token) const;
  QName qname(const Tree* tree);
  Block block(const Tree* tree);
  Statement statement(const Tree* tree);
  std::vector<Argument> arguments(const Tree* args);
  std::vector<Expr> list_items(const Tree* list);
  /// The children of this rule, at most kMaxMembers of them; more is reported.
  std::vector<const Tree*> members(const Tree& tree, Rule rule);
  /// The whole number of a leaf; too large is reported and 0.
  std::int64_t integer(const Tree* leaf);
  double number(const Tree* leaf);

  Span span(const Tree& tree) const { return {id_, tree.begin, tree.end}; }
  diagnostics::Diagnostics& diagnostics() { return diagnostics_; }

 private:
  class Level;

  ExprNode node(const Tree& tree);
  Expr chain(const Tree& tree);
  Expr prefixed(const Tree& tree);
  Expr postfix(const Tree& tree);
  ExprNode primary(const Tree& tree);
  ExprNode literal(const Token& token);
  ExprNode number_literal(const Token& token);
  ExprNode if_expr(const Tree& tree);
  ExprNode for_expr(const Tree& tree);
  ExprNode repeat_expr(const Tree& tree);
  Argument argument(const Tree& tree);
  std::vector<NamedValue> named_values(const Tree& tree);
  std::vector<Name> after(const Tree* tree);
  Interpolation interpolation(const Tree& tree);
  void line_parts(const Tree& tree, StringLiteral& out);
  void block_parts(const Tree& tree, StringLiteral& out);
  std::variant<ErrorType, ScalarType, NamedType, ListType, MapType, PartsType> type_node(
      const Tree& tree);
  NamedType named_type(const Tree& tree);
  bool too_deep(const Tree& tree);

  source::SourceId id_;
  diagnostics::Diagnostics& diagnostics_;
  int depth_ = 0;  // levels of the deepest expression built at this level so far
};

/// The whole file.
File build_file(source::SourceId id, const Tree& tree, const std::vector<DocComment>& docs,
                diagnostics::Diagnostics& diagnostics);

}  // namespace mlp::syntax
