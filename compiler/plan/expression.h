// SPDX-License-Identifier: Apache-2.0
//
// Expressions as data: typed, resolved, pure. Made by lowering; evaluated only by evaluate.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "compiler/plan/type.h"
#include "compiler/plan/value.h"

namespace mlp::plan {

using StatementId = Id<struct StatementTag, std::uint32_t>;

/// Where something is written: an index into Plan::sources, line and column from 1.
struct Place {
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const Place&) const = default;
};

enum class ExpressionKind : std::uint8_t {
  kLiteral,        // literal
  kStatement,      // value of `statement`
  kLocal,          // `number`: depth from the bottom of the stack of lambda and comprehension names
  kInput,          // in a task's properties, places and bodies: its input `number`
  kOutputPath,     // in a body: the path of output `number`
  kAttempt,        // in resource properties: 1, 2, …
  kLast,           // in resource properties: `name` of the attempt before (reason, exit_code, …)
  kField,          // child 0 . name
  kIndex,          // child 0 [child 1]: list or map
  kUnary,          // op, child 0
  kBinary,         // op, children 0 and 1; kAnd, kOr, kCoalesce look at child 1 only when needed
  kConditional,    // if child 0 { child 1 } else { child 2 }
  kRecord,         // names and children in the order of the type
  kList,
  kMap,            // key, value, key, value …
  kText,           // an interpolated string: the text forms of the children, joined
  kFunction,       // function, children are its arguments; lambdas are children of kind kLambda
  kLambda,         // one name; body child 0
  kComprehension,  // lists: all children but the last; body: the last, with one name a list
  kConvert,        // child 0 as `type` (int to float, Metrics<R> to R, T to T?)
};

enum class Operator : std::uint8_t {
  kNone, kNot, kNegate, kAnd, kOr, kCoalesce, kEqual, kNotEqual, kLess, kLessEqual, kGreater,
  kGreaterEqual, kIn, kAdd, kSubtract, kMultiply, kDivide, kModulo,
};

enum class Function : std::uint8_t {
  kNone,
  kCount, kSum, kMean, kMin, kMax, kFirst, kLast, kMinBy, kMaxBy, kSortBy, kFilter, kTake, kDrop,
  kZip, kRange, kSample, kFlatten, kUnique, kKeys, kValues,
  kJoin, kSplitText, kTrim, kLower, kUpper, kReplace, kLength, kFormat, kInt, kFloat, kRound,
  kFloor, kCeil, kAbs, kDiv,
  kFile, kDir, kGlob, kText, kRead, kBasename,
};

struct Expression {
  ExpressionKind kind = ExpressionKind::kLiteral;
  Operator op = Operator::kNone;
  Function function = Function::kNone;
  TypeId type;
  Place place;
  std::uint32_t number = 0;
  StatementId statement;
  std::string name;
  std::vector<std::string> names;  // kRecord: parts; kFunction kZip: part names
  Value literal;
  std::vector<Expression> children;
  bool operator==(const Expression&) const = default;
};

}  // namespace mlp::plan
