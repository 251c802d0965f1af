// SPDX-License-Identifier: Apache-2.0
//
// What checking makes of expressions, statements and blocks: names resolved, arguments in order,
// defaults filled in, conversions said, every part with its type. Still a tree as it was written:
// how it becomes statements of a plan is lowering's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "compiler/plan/expression.h"
#include "compiler/source/source.h"

namespace mlp::check {

using plan::TypeId;
using source::Span;

struct Task;
struct Pipeline;
struct Loop;
struct Choice;

/// A name bound in a pipeline, a block, a `for` or a lambda; unique in one compilation.
using BindingId = Id<struct BindingTag, std::uint32_t>;

enum class TypedKind : std::uint8_t {
  kPlain,    // `expression`, with `children` as its children
  kBinding,  // the value of `binding`
  kCall,     // of `task` or `pipeline`; children: one argument an input or parameter, in order
  kLoop,     // a `for`
  kChoice,   // an `if`
};

/// A checked expression. Its type and place are those of `expression`, whatever the kind.
struct Typed {
  TypedKind kind = TypedKind::kPlain;
  plan::Expression expression;
  Span span;
  std::vector<Typed> children;
  BindingId binding;  // kBinding: read; a lambda: its parameter
  const Task* task = nullptr;
  const Pipeline* pipeline = nullptr;
  std::string callee;        // kCall: as written
  bool is_optional = false;  // kCall: `call(…)?`
  bool is_default = false;   // an argument that was not given: it reads other inputs
  std::shared_ptr<Loop> loop;
  std::shared_ptr<Choice> choice;
  bool is_pure = true;  // neither calls anything nor holds a `check`

  TypeId type() const { return expression.type; }
};

enum class TypedStatementKind : std::uint8_t { kBind, kExpression, kCheck };

struct TypedStatement {
  TypedStatementKind kind = TypedStatementKind::kExpression;
  Span span;
  std::string name;              // kBind
  BindingId binding;             // kBind
  Typed value;                   // kCheck: the condition
  std::optional<Typed> message;  // kCheck
  std::vector<BindingId> after;
};

struct TypedBlock {
  std::vector<TypedStatement> statements;
  bool has_value = false;  // then it is that of the last statement
  TypeId type;
  bool is_pure = true;
};

struct LoopSource {
  std::string name;
  BindingId item;
  Span span;
  Typed list;
};

struct Loop {
  std::vector<LoopSource> sources;
  std::optional<Typed> limit;
  std::uint32_t tolerate = 0;
  bool tolerate_is_percent = false;
  TypedBlock body;
};

struct Choice {
  Typed condition;
  TypedBlock then_block;
  std::optional<TypedBlock> else_block;
};

}  // namespace mlp::check
