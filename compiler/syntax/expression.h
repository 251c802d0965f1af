// SPDX-License-Identifier: Apache-2.0
//
// Names, types, expressions and statements of the tree: plain values with their places. Copying
// copies deeply. The parser keeps every tree at most kMaxTreeDepth deep, so recursion over it is
// safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/source/source.h"

namespace mlp::syntax {

using source::Span;

/// Brackets and blocks in each other that a file may have.
inline constexpr int kMaxNesting = 200;
/// Levels of a tree: chains of operators add to the brackets.
inline constexpr int kMaxTreeDepth = 1000;
/// Things with names in one list: inputs, outputs, parameters, fields, values of an enum,
/// arguments.
inline constexpr std::size_t kMaxMembers = 1000;

/// Owns one T by value; copied deeply; empty only after a move.
template <typename T>
class Box {
 public:
  Box(T value) : owned_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : owned_(std::make_unique<T>(*other.owned_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) { return *this = Box(other); }
  Box& operator=(Box&&) noexcept = default;

  T& operator*() { return *owned_; }
  const T& operator*() const { return *owned_; }
  T* operator->() { return owned_.get(); }
  const T* operator->() const { return owned_.get(); }

 private:
  std::unique_ptr<T> owned_;
};

/// A name as written. Empty text: the author left it out and was told.
struct Name {
  std::string text;
  Span span;
};

/// `name` or `module.name`.
struct QName {
  std::optional<Name> module;
  Name name;
  Span span;

  /// "module.name" or "name".
  std::string text() const { return module ? module->text + "." + name.text : name.text; }
};

// --- Types ---

struct Type;

/// A lower-case type word: int, float, string, … (any word; the checker knows which exist).
struct ScalarType {
  Name name;
};
/// `File`, `File<tar.gz>`, `Metrics<Scores>`, `features.Row`: with a format or a record, not both.
struct NamedType {
  QName name;
  std::optional<Name> format;
  std::optional<QName> argument;
};
struct ListType {
  Box<Type> item;
};
struct MapType {
  Box<Type> value;
};
struct TypePart;
struct PartsType {
  std::vector<TypePart> parts;
};  // (a: T, b: U)
/// Could not be read; the author was told.
struct ErrorType {};

struct Type {
  Span span;
  bool nullable = false;  // `?`
  std::variant<ErrorType, ScalarType, NamedType, ListType, MapType, PartsType> node;
};

struct TypePart {
  Name name;
  Type type;
};

// --- Strings ---

struct Expr;

/// `sep: e` or `flag: e` of an interpolation.
struct InterpolationOption {
  Name name;
  Box<Expr> value;
};

/// `~{expr, option: e}`; the span has the brackets.
struct Interpolation {
  Span span;
  Box<Expr> value;
  std::vector<InterpolationOption> options;
};

/// Decoded text and the source it stands for. Parts are cut at escapes and, in blocks, after each
/// newline, so where text.size() == span.size() byte i of the text is byte span.begin + i of the
/// file.
struct TextPart {
  Span span;
  std::string text;
};

using StringPart = std::variant<TextPart, Interpolation>;

enum class StringStyle { kLine, kDoubleBlock, kSingleBlock };  // "…"  """…"""  '''…'''

struct StringLiteral {
  Span span;  // with its quotes
  StringStyle style = StringStyle::kLine;
  std::vector<StringPart> parts;

  /// True when nothing is interpolated; then text() is the value.
  bool is_constant() const;
  /// The text parts joined; interpolations are left out.
  std::string text() const;
};

// --- Expressions ---

struct Block;
struct Argument;
struct NamedValue;
struct MapEntry;
struct ForSource;

struct ErrorExpr {};  // could not be read; the author was told
struct NullLiteral {};
struct BoolLiteral {
  bool value = false;
};
struct IntLiteral {
  std::int64_t value = 0;
};
struct FloatLiteral {
  double value = 0;
};
struct DurationLiteral {
  std::int64_t microseconds = 0;
};
struct SizeLiteral {
  std::int64_t bytes = 0;
};
struct DateLiteral {
  std::int64_t days = 0;
};  // since 1970-01-01
struct DatetimeLiteral {
  std::int64_t microseconds = 0;
};  // since 1970-01-01T00:00:00Z
struct NameExpr {
  Name name;
};
struct FieldExpr {
  Box<Expr> object;
  Name field;
};  // object.field
struct IndexExpr {
  Box<Expr> object;
  Box<Expr> index;
};  // object[index]
struct EnumExpr {
  QName type;
  Name value;
};  // Split.random
struct RecordExpr {
  QName type;
  std::vector<NamedValue> fields;
};  // Train{lr: 0.1}
struct PartsExpr {
  std::vector<NamedValue> parts;
};  // (a: x, b: y)
struct ListExpr {
  std::vector<Expr> items;
};
struct MapExpr {
  std::vector<MapEntry> entries;
};
struct LambdaExpr {
  Name parameter;
  Box<Expr> body;
};  // x => e; only as an argument

struct CallExpr {
  QName callee;
  std::vector<Argument> arguments;
  bool nullable = false;  // `call(…)?`
};

enum class UnaryOp { kNot, kNegate };
struct UnaryExpr {
  UnaryOp op;
  Box<Expr> operand;
};

enum class BinaryOp {
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kFallback,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
};
/// The operator as it is written: "or", "==", "??".
const char* to_text(BinaryOp op);
struct BinaryExpr {
  BinaryOp op;
  Span op_span;
  Box<Expr> left;
  Box<Expr> right;
};

/// `else if` is an else_block whose only statement is that `if`; `else_if` says it was written so.
struct IfExpr {
  Box<Expr> condition;
  Box<Block> then_block;
  std::optional<Box<Block>> else_block;
  bool else_if = false;
};

struct Tolerate {
  Span span;
  std::int64_t amount = 0;
  bool percent = false;
};
struct ForExpr {
  std::vector<ForSource> sources;
  std::optional<Box<Expr>> limit;
  std::optional<Tolerate> tolerate;
  Box<Block> body;
};

struct RepeatExpr {
  Name name;
  Box<Expr> initial;
  Box<Expr> until;
  Box<Expr> limit;
  Box<Block> body;
};

using ExprNode =
    std::variant<ErrorExpr, NullLiteral, BoolLiteral, IntLiteral, FloatLiteral, DurationLiteral,
                 SizeLiteral, DateLiteral, DatetimeLiteral, StringLiteral, NameExpr, FieldExpr,
                 IndexExpr, EnumExpr, RecordExpr, PartsExpr, ListExpr, MapExpr, LambdaExpr,
                 CallExpr, UnaryExpr, BinaryExpr, IfExpr, ForExpr, RepeatExpr>;

/// Parentheses leave no node; they are part of the span of what they hold.
struct Expr {
  Span span;
  ExprNode node;
};

struct Argument {
  Span span;
  std::optional<Name> label;  // `label: e`
  Expr value;
};

struct NamedValue {
  Name name;
  Expr value;
};

struct MapEntry {
  StringLiteral key;
  Expr value;
};

struct ForSource {
  Name name;
  Expr items;
};

// --- Statements ---

struct CheckStatement {
  Expr condition;
  std::optional<StringLiteral> message;
};
struct BindingStatement {
  Name name;
  std::optional<Type> type;
  Expr value;
  std::vector<Name> after;
};
struct ExprStatement {
  Expr value;
  std::vector<Name> after;
};
/// `stub fit (…)`: in tests only.
struct StubStatement {
  QName task;
  Expr outputs;
};

struct Statement {
  Span span;
  std::variant<CheckStatement, BindingStatement, ExprStatement, StubStatement> node;
};

/// `{ … }`; the span has the brackets.
struct Block {
  Span span;
  std::vector<Statement> statements;
};

}  // namespace mlp::syntax
