// SPDX-License-Identifier: Apache-2.0
//
// Expressions, types and statements of the AST. Chains of operators become nested nodes here, so
// here the depth of the tree is bounded.
#include <algorithm>
#include <optional>

#include "compiler/syntax/build.h"
#include "compiler/syntax/literals.h"

namespace mlp::syntax {
namespace {

using diagnostics::Kind;

std::optional<BinaryOp> binary_op(std::string_view text) {
  constexpr BinaryOp kAll[] = {BinaryOp::kOr,       BinaryOp::kAnd,          BinaryOp::kEqual,
                               BinaryOp::kNotEqual, BinaryOp::kLess,         BinaryOp::kLessEqual,
                               BinaryOp::kGreater,  BinaryOp::kGreaterEqual, BinaryOp::kIn,
                               BinaryOp::kFallback, BinaryOp::kAdd,          BinaryOp::kSubtract,
                               BinaryOp::kMultiply, BinaryOp::kDivide,       BinaryOp::kRemainder};
  for (const BinaryOp op : kAll) {
    if (text == to_text(op)) return op;
  }
  return std::nullopt;
}

}  // namespace

/// Counts levels: what is built within one Level lies one deeper than the expression itself.
class ExpressionBuilder::Level {
 public:
  explicit Level(ExpressionBuilder& builder) : builder_(builder), outer_(builder.depth_) {
    builder_.depth_ = 0;
  }
  ~Level() { builder_.depth_ = std::max(outer_, builder_.depth_ + 1); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  ExpressionBuilder& builder_;
  int outer_;
};

bool ExpressionBuilder::too_deep(const Tree& tree) {
  if (depth_ < kMaxTreeDepth) return false;
  diagnostics_
      .report(Kind::kTooDeep, span(tree),
              "this expression is more than " + std::to_string(kMaxTreeDepth) + " levels deep")
      .with_help("bind parts of it to names first, or use a list and `sum` or `join`");
  depth_ = 0;
  return true;
}

// --- Names ---

Name ExpressionBuilder::name_of(const Token& token) const {
  return {std::string(token.text), {id_, token.begin, token.end}};
}

Name ExpressionBuilder::name(const Tree* tree) {
  if (tree == nullptr) return {};
  if (tree->token != nullptr) return name_of(*tree->token);
  if (tree->children.empty()) return {"", span(*tree)};
  return name(&tree->children.front());
}

QName ExpressionBuilder::qname(const Tree* tree) {
  if (tree == nullptr) return {};
  QName made;
  made.span = span(*tree);
  const auto names = tree->all(Rule::kName);
  const Tree* capital = tree->leaf(TokenKind::kType);
  const bool qualified = capital != nullptr ? !names.empty() : names.size() > 1;
  if (qualified) made.module = name(names.front());
  made.name = capital != nullptr ? name(capital) : name(names.empty() ? nullptr : names.back());
  return made;
}

// --- Operators ---

Expr ExpressionBuilder::expr(const Tree* tree) {
  if (tree == nullptr) return Expr{{id_, 0, 0}, ErrorExpr{}};
  if (tree->broken || tree->children.empty()) return Expr{span(*tree), ErrorExpr{}};
  switch (tree->rule) {
    case Rule::kExpr:
    case Rule::kAndExpr:
    case Rule::kComparison:
    case Rule::kFallback:
    case Rule::kSum:
    case Rule::kProduct:
      return chain(*tree);
    case Rule::kNotExpr:
    case Rule::kUnary:
      return prefixed(*tree);
    case Rule::kPostfix:
      return postfix(*tree);
    default:
      break;
  }
  const Tree& only = tree->children.front();
  if (tree->rule == Rule::kPrimary && only.rule == Rule::kGroup && !only.broken) {
    Expr inner = expr(only.child(Rule::kExpr));
    inner.span = span(only);
    return inner;
  }
  const Level level(*this);
  ExprNode made = node(*tree);
  if (too_deep(*tree)) return Expr{span(*tree), ErrorExpr{}};
  return Expr{span(*tree), std::move(made)};
}

Expr ExpressionBuilder::chain(const Tree& tree) {
  const std::vector<Tree>& parts = tree.children;
  if (parts.size() == 1) return expr(&parts.front());
  const Level level(*this);
  const bool from_right = tree.rule == Rule::kFallback;
  const std::size_t last = parts.size() - 1;
  Expr made = expr(&parts[from_right ? last : 0]);
  for (std::size_t i = 1; i + 1 <= last; i += 2) {
    const Tree& mark = parts[from_right ? last - i : i];
    const std::optional<BinaryOp> op = binary_op(mark.token == nullptr ? "" : mark.token->text);
    Expr other = expr(&parts[from_right ? last - i - 1 : i + 1]);
    if (!op || too_deep(tree)) return Expr{span(tree), ErrorExpr{}};
    ++depth_;
    const Span whole = cover(made.span, other.span);
    if (from_right) std::swap(made, other);
    made = Expr{whole, BinaryExpr{*op, span(mark), std::move(made), std::move(other)}};
  }
  return made;
}

Expr ExpressionBuilder::prefixed(const Tree& tree) {
  const std::size_t count = tree.children.size() - 1;
  const UnaryOp op = tree.rule == Rule::kUnary ? UnaryOp::kNegate : UnaryOp::kNot;
  const Tree& operand = tree.children.back();
  if (count == 0) return expr(&operand);
  // The least int has no positive counterpart, so it is read together with its sign.
  const bool number = operand.end - operand.begin == 19 &&
                      operand.child(Rule::kPrimary) != nullptr && operand.children.size() == 1;
  const Tree* literal = number ? operand.child(Rule::kPrimary)->child(Rule::kLiteral) : nullptr;
  if (op == UnaryOp::kNegate && count == 1 && literal != nullptr &&
      literal->leaf("9223372036854775808") != nullptr) {
    return Expr{span(tree), IntLiteral{INT64_MIN}};
  }
  const Level level(*this);
  Expr made = expr(&operand);
  for (std::size_t i = count; i > 0; --i) {
    if (too_deep(tree)) return Expr{span(tree), ErrorExpr{}};
    ++depth_;
    const Span whole{id_, tree.children[i - 1].begin, tree.end};
    made = Expr{whole, UnaryExpr{op, std::move(made)}};
  }
  return made;
}

Expr ExpressionBuilder::postfix(const Tree& tree) {
  if (tree.children.size() == 1) return expr(&tree.children.front());
  const Level level(*this);
  Expr made = expr(&tree.children.front());
  for (std::size_t i = 1; i + 1 < tree.children.size(); ++i) {
    const Tree& part = tree.children[i + 1];
    if (too_deep(tree)) return Expr{span(tree), ErrorExpr{}};
    ++depth_;
    if (part.rule == Rule::kWord) {
      made = Expr{{id_, tree.begin, part.end}, FieldExpr{std::move(made), name(&part)}};
      ++i;
    } else if (part.rule == Rule::kExpr && i + 2 < tree.children.size()) {
      const std::uint32_t end = tree.children[i + 2].end;
      made = Expr{{id_, tree.begin, end}, IndexExpr{std::move(made), expr(&part)}};
      i += 2;
    }
  }
  return made;
}

// --- What stands alone ---

ExprNode ExpressionBuilder::node(const Tree& tree) {
  return tree.rule == Rule::kPrimary ? primary(tree.children.front()) : ExprNode{ErrorExpr{}};
}

ExprNode ExpressionBuilder::primary(const Tree& tree) {
  if (tree.broken && tree.rule != Rule::kIfExpr && tree.rule != Rule::kForExpr) return ErrorExpr{};
  switch (tree.rule) {
    case Rule::kLiteral:
      return tree.children.empty() ? ExprNode{ErrorExpr{}} : literal(*tree.children.front().token);
    case Rule::kString:
      return string(&tree);
    case Rule::kName:
      return NameExpr{name(&tree)};
    case Rule::kEnumValue:
      return EnumExpr{qname(tree.child(Rule::kQtype)), name(tree.child(Rule::kWord))};
    case Rule::kCall:
      return CallExpr{qname(tree.child(Rule::kQname)), arguments(tree.child(Rule::kArgs)),
                      tree.leaf("?") != nullptr};
    case Rule::kRecordValue:
      return RecordExpr{qname(tree.child(Rule::kQtype)), named_values(tree)};
    case Rule::kParts:
      return PartsExpr{named_values(tree)};
    case Rule::kList:
      return ListExpr{list_items(&tree)};
    case Rule::kMap: {
      MapExpr map;
      for (const Tree* entry : members(tree, Rule::kMapEntry)) {
        map.entries.push_back(
            {string(entry->child(Rule::kString)), expr(entry->child(Rule::kExpr))});
      }
      return map;
    }
    case Rule::kIfExpr:
      return if_expr(tree);
    case Rule::kForExpr:
      return for_expr(tree);
    case Rule::kRepeatExpr:
      return repeat_expr(tree);
    default:
      return ErrorExpr{};
  }
}

ExprNode ExpressionBuilder::literal(const Token& token) {
  if (token.text == "true") return BoolLiteral{true};
  if (token.text == "false") return BoolLiteral{false};
  if (token.text == "null") return NullLiteral{};
  if (token.made_up) return ErrorExpr{};
  return number_literal(token);
}

ExprNode ExpressionBuilder::number_literal(const Token& token) {
  const std::string_view text = token.text;
  const bool is_time = token.kind == TokenKind::kDate || token.kind == TokenKind::kDatetime;
  switch (token.kind) {
    case TokenKind::kInt:
      if (const auto value = decode_int(text)) return IntLiteral{*value};
      break;
    case TokenKind::kFloat:
      if (const auto value = decode_float(text)) return FloatLiteral{*value};
      break;
    case TokenKind::kDuration:
      if (const auto value = decode_duration(text)) return DurationLiteral{*value};
      break;
    case TokenKind::kSize:
      if (const auto value = decode_size(text)) return SizeLiteral{*value};
      break;
    case TokenKind::kDate:
      if (const auto value = decode_date(text)) return DateLiteral{*value};
      break;
    case TokenKind::kDatetime:
      if (const auto value = decode_datetime(text)) return DatetimeLiteral{*value};
      break;
    default:
      return ErrorExpr{};
  }
  const Span where{id_, token.begin, token.end};
  const std::string shown = "`" + std::string(text.substr(0, 40)) + "`";
  if (is_time) {
    diagnostics_.report(Kind::kBadDate, where, shown + " is not in the calendar");
  } else {
    diagnostics_.report(Kind::kNumberTooLarge, where, shown + " is too large")
        .with_note("whole numbers, durations and sizes have 64 bits");
  }
  return ErrorExpr{};
}

std::int64_t ExpressionBuilder::integer(const Tree* leaf) {
  if (leaf == nullptr || leaf->token == nullptr) return 0;
  const ExprNode made = literal(*leaf->token);
  const auto* value = std::get_if<IntLiteral>(&made);
  return value == nullptr ? 0 : value->value;
}

double ExpressionBuilder::number(const Tree* leaf) {
  if (leaf == nullptr || leaf->token == nullptr) return 1;
  const ExprNode made = literal(*leaf->token);
  if (const auto* value = std::get_if<FloatLiteral>(&made)) return value->value;
  if (const auto* value = std::get_if<IntLiteral>(&made)) return static_cast<double>(value->value);
  return 1;
}

std::vector<const Tree*> ExpressionBuilder::members(const Tree& tree, Rule rule) {
  std::vector<const Tree*> found = tree.all(rule);
  if (found.size() <= kMaxMembers) return found;
  diagnostics_
      .report(Kind::kPlanTooLarge, span(*found[kMaxMembers]),
              "more than " + std::to_string(kMaxMembers) + " of these in one list")
      .with_help("put large data into files, or values of one type into a list");
  found.resize(kMaxMembers);
  return found;
}

std::vector<Argument> ExpressionBuilder::arguments(const Tree* args) {
  std::vector<Argument> made;
  if (args == nullptr) return made;
  for (const Tree* each : members(*args, Rule::kArg)) made.push_back(argument(*each));
  return made;
}

Argument ExpressionBuilder::argument(const Tree& tree) {
  std::optional<Name> label;
  if (const Tree* word = tree.child(Rule::kWord)) label = name(word);
  const Tree* lambda = tree.child(Rule::kLambda);
  if (lambda == nullptr) return {span(tree), std::move(label), expr(tree.child(Rule::kExpr))};
  const Level level(*this);
  LambdaExpr made{name(lambda->child(Rule::kName)), expr(lambda->child(Rule::kExpr))};
  return {span(tree), std::move(label), Expr{span(*lambda), std::move(made)}};
}

std::vector<NamedValue> ExpressionBuilder::named_values(const Tree& tree) {
  std::vector<NamedValue> made;
  for (const Tree* each : members(tree, Rule::kNamedValue)) {
    made.push_back({name(each->child(Rule::kWord)), expr(each->child(Rule::kExpr))});
  }
  return made;
}

std::vector<Expr> ExpressionBuilder::list_items(const Tree* list) {
  std::vector<Expr> made;
  if (list == nullptr) return made;
  for (const Tree* each : list->all(Rule::kExpr)) made.push_back(expr(each));
  return made;
}

// --- Control ---

ExprNode ExpressionBuilder::if_expr(const Tree& tree) {
  const auto conditions = tree.all(Rule::kExpr);
  const auto blocks = tree.all(Rule::kBlock);
  if (conditions.empty() || blocks.size() < conditions.size()) return ErrorExpr{};
  std::optional<Block> rest;
  if (blocks.size() > conditions.size()) rest = block(blocks.back());
  for (std::size_t i = conditions.size(); i-- > 0;) {
    IfExpr made{expr(conditions[i]), block(blocks[i]), std::nullopt, i + 1 < conditions.size()};
    if (rest) made.else_block = Box<Block>(std::move(*rest));
    if (i == 0) return made;
    if (too_deep(tree)) return ErrorExpr{};
    depth_ += 1;
    const Span whole{id_, conditions[i]->begin, tree.end};
    rest = Block{whole, {}};
    rest->statements.push_back({whole, ExprStatement{Expr{whole, std::move(made)}, {}}});
  }
  return ErrorExpr{};
}

ExprNode ExpressionBuilder::for_expr(const Tree& tree) {
  ForExpr made{{}, std::nullopt, std::nullopt, block(tree.child(Rule::kBlock))};
  for (const Tree* each : tree.all(Rule::kForSource)) {
    made.sources.push_back({name(each->child(Rule::kName)), expr(each->child(Rule::kExpr))});
  }
  if (const Tree* limit = tree.child(Rule::kExpr)) made.limit = Box<Expr>(expr(limit));
  if (const Tree* tolerate = tree.child(Rule::kTolerate)) {
    made.tolerate = Tolerate{span(*tolerate), integer(tolerate->leaf(TokenKind::kInt)),
                             tolerate->leaf("%") != nullptr};
  }
  return made;
}

ExprNode ExpressionBuilder::repeat_expr(const Tree& tree) {
  const auto parts = tree.all(Rule::kExpr);
  const auto part = [&](std::size_t i) { return expr(i < parts.size() ? parts[i] : nullptr); };
  return RepeatExpr{name(tree.child(Rule::kName)), part(0), part(1), part(2),
                    block(tree.child(Rule::kBlock))};
}

// --- Statements ---

Block ExpressionBuilder::block(const Tree* tree) {
  Block made;
  if (tree == nullptr) return made;
  made.span = span(*tree);
  for (const Tree* each : tree->all(Rule::kStatement)) made.statements.push_back(statement(each));
  return made;
}

Statement ExpressionBuilder::statement(const Tree* tree) {
  const Span whole = span(*tree);
  if (tree->children.empty()) {
    return {whole, ExprStatement{Expr{whole, ErrorExpr{}}, {}}};
  }
  const Tree& only = tree->children.front();
  if (only.rule == Rule::kCheckStatement) {
    CheckStatement made{expr(only.child(Rule::kExpr)), std::nullopt};
    if (const Tree* text = only.child(Rule::kString)) made.message = string(text);
    return {whole, std::move(made)};
  }
  Expr value = expr(only.child(Rule::kExpr));
  std::vector<Name> waits = after(only.child(Rule::kAfter));
  if (only.rule != Rule::kBinding)
    return {whole, ExprStatement{std::move(value), std::move(waits)}};
  BindingStatement made{name(only.child(Rule::kName)), std::nullopt, std::move(value),
                        std::move(waits)};
  if (const Tree* written = only.child(Rule::kType)) made.type = type(written);
  return {whole, std::move(made)};
}

std::vector<Name> ExpressionBuilder::after(const Tree* tree) {
  std::vector<Name> made;
  if (tree == nullptr) return made;
  for (const Tree* each : tree->all(Rule::kName)) made.push_back(name(each));
  return made;
}

// --- Types ---

Type ExpressionBuilder::type(const Tree* tree) {
  Type made;
  if (tree == nullptr) return made;
  made.span = span(*tree);
  made.nullable = tree->leaf("?") != nullptr;
  const Tree* base = tree->child(Rule::kBaseType);
  if (base == nullptr || tree->broken || base->broken || base->children.empty()) return made;
  made.node = type_node(base->children.front());
  return made;
}

std::variant<ErrorType, ScalarType, NamedType, ListType, MapType, PartsType>
ExpressionBuilder::type_node(const Tree& tree) {
  if (tree.broken) return ErrorType{};
  switch (tree.rule) {
    case Rule::kScalarType:
      return ScalarType{name(tree.child(Rule::kName))};
    case Rule::kNamedType:
      return named_type(tree);
    case Rule::kListType:
      return ListType{type(tree.child(Rule::kType))};
    case Rule::kMapType:
      return MapType{type(tree.child(Rule::kType))};
    case Rule::kPartsType: {
      PartsType made;
      for (const Tree* each : members(tree, Rule::kTypePart)) {
        made.parts.push_back({name(each->child(Rule::kName)), type(each->child(Rule::kType))});
      }
      return made;
    }
    default:
      return ErrorType{};
  }
}

NamedType ExpressionBuilder::named_type(const Tree& tree) {
  const auto names = tree.all(Rule::kQtype);
  NamedType made;
  made.name = qname(names.empty() ? nullptr : names.front());
  if (names.size() > 1) made.argument = qname(names.back());
  if (const Tree* format = tree.child(Rule::kFormat)) {
    Name whole{"", span(*format)};
    for (const Tree* part : format->all(Rule::kName)) {
      whole.text += (whole.text.empty() ? "" : ".") + name(part).text;
    }
    made.format = std::move(whole);
  }
  return made;
}

}  // namespace mlp::syntax
