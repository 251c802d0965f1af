// SPDX-License-Identifier: Apache-2.0
//
// The one file that includes ANTLR. Its types and exceptions end here.
#include "compiler/syntax/antlr.h"

#include <MlpLexer.h>
#include <MlpParser.h>
#include <antlr4-runtime.h>

#include <array>
#include <map>
#include <unordered_map>

#include "base/check.h"

namespace mlp::syntax {
namespace {

// --- Characters and the lexer ---

/// One character a byte, so that places are byte offsets.
class ByteStream final : public antlr4::ANTLRInputStream {
 public:
  explicit ByteStream(std::string_view text) {
    _data.clear();
    _data.reserve(text.size());
    for (const char c : text) _data.push_back(static_cast<unsigned char>(c));
  }
};

class GuardedLexer final : public MlpLexer {
 public:
  using MlpLexer::MlpLexer;
  size_t popMode() override { return modeStack.empty() ? mode : MlpLexer::popMode(); }
};

TokenKind kind_of_name(const std::string& name) {
  static const std::unordered_map<std::string, TokenKind> kinds = {
      {"ID", TokenKind::kWord},
      {"TYPE", TokenKind::kType},
      {"INT", TokenKind::kInt},
      {"FLOAT", TokenKind::kFloat},
      {"DURATION", TokenKind::kDuration},
      {"SIZE", TokenKind::kSize},
      {"DATE", TokenKind::kDate},
      {"DATETIME", TokenKind::kDatetime},
      {"STRING_OPEN", TokenKind::kStringOpen},
      {"BLOCK_D_OPEN", TokenKind::kStringOpen},
      {"BLOCK_S_OPEN", TokenKind::kStringOpen},
      {"STRING_CLOSE", TokenKind::kStringClose},
      {"TEXT", TokenKind::kText},
      {"ESCAPE", TokenKind::kEscape},
      {"NEWLINE", TokenKind::kNewline},
      {"LINE_COMMENT", TokenKind::kComment},
      {"BLOCK_COMMENT", TokenKind::kComment},
      {"DOC_COMMENT", TokenKind::kDocComment},
      {"BAD_DATETIME", TokenKind::kBadDatetime},
      {"BAD_NUMBER", TokenKind::kBadNumber},
      {"BAD_NAME", TokenKind::kBadName},
      {"BAD_COMMENT", TokenKind::kBadComment},
      {"BAD_ESCAPE", TokenKind::kBadEscape},
      {"BAD_STRING", TokenKind::kBadString},
      {"BAD_CHARACTER", TokenKind::kBadCharacter},
      {"FOREIGN_STRING", TokenKind::kForeignString},
      {"FOREIGN_COMMENT", TokenKind::kForeignComment},
      {"FOREIGN_OPERATOR", TokenKind::kForeignOperator},
  };
  if (name.starts_with("KW_")) return TokenKind::kWord;
  const auto found = kinds.find(name);
  return found == kinds.end() ? TokenKind::kPunctuation : found->second;
}

/// Lets a map of strings be asked by string_view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Token types of the generated code and our kinds, both ways.
class Types {
 public:
  explicit Types(const antlr4::dfa::Vocabulary& vocabulary) {
    kinds_.resize(vocabulary.getMaxTokenType() + 1, TokenKind::kPunctuation);
    for (size_t type = 1; type <= vocabulary.getMaxTokenType(); ++type) {
      const std::string name = vocabulary.getSymbolicName(type);
      kinds_[type] = kind_of_name(name);
      const std::string quoted = vocabulary.getLiteralName(type);
      if (quoted.size() > 2) by_text_[quoted.substr(1, quoted.size() - 2)] = type;
    }
    by_text_["~{"] = MlpLexer::INTERPOLATION;
  }

  TokenKind kind(size_t type) const {
    return type >= kinds_.size() ? TokenKind::kEnd : kinds_[type];
  }

  size_t type(const Token& token) const {
    switch (token.kind) {
      case TokenKind::kEnd:
        return antlr4::Token::EOF;
      case TokenKind::kWord:
        return by_text(token.text, MlpLexer::ID);
      case TokenKind::kPunctuation:
        return by_text(token.text, MlpLexer::BAD_CHARACTER);
      case TokenKind::kType:
        return MlpLexer::TYPE;
      case TokenKind::kInt:
        return MlpLexer::INT;
      case TokenKind::kFloat:
        return MlpLexer::FLOAT;
      case TokenKind::kDuration:
        return MlpLexer::DURATION;
      case TokenKind::kSize:
        return MlpLexer::SIZE;
      case TokenKind::kDate:
        return MlpLexer::DATE;
      case TokenKind::kDatetime:
        return MlpLexer::DATETIME;
      case TokenKind::kStringOpen:
        return MlpLexer::STRING_OPEN;
      case TokenKind::kStringClose:
        return MlpLexer::STRING_CLOSE;
      case TokenKind::kText:
        return MlpLexer::TEXT;
      case TokenKind::kEscape:
        return MlpLexer::ESCAPE;
      case TokenKind::kNewline:
        return MlpLexer::NEWLINE;
      default:
        return MlpLexer::BAD_CHARACTER;
    }
  }

 private:
  size_t by_text(std::string_view text, size_t otherwise) const {
    const auto found = by_text_.find(text);
    return found == by_text_.end() ? otherwise : found->second;
  }

  std::vector<TokenKind> kinds_;
  std::unordered_map<std::string, size_t, TextHash, std::equal_to<>> by_text_;
};

const Types& types() {
  static const Types all = [] {
    antlr4::ANTLRInputStream nothing("");
    MlpLexer lexer(&nothing);
    return Types(lexer.getVocabulary());
  }();
  return all;
}

// --- The parser ---

std::string expected_name(const antlr4::dfa::Vocabulary& vocabulary, size_t type) {
  const std::string quoted = vocabulary.getLiteralName(type);
  if (quoted.size() > 2) return quoted.substr(1, quoted.size() - 2);
  return vocabulary.getSymbolicName(type);
}

/// `passed` are states left behind at this very token, where it might have been something else.
std::vector<std::string> expected_names(antlr4::Parser& parser, const std::vector<size_t>& passed) {
  const antlr4::dfa::Vocabulary& vocabulary = parser.getVocabulary();
  // The set is a copy that must outlive the loop; it may hold markers that are no tokens.
  antlr4::misc::IntervalSet expected = parser.getExpectedTokens();
  for (const size_t state : passed) {
    expected.addAll(parser.getATN().nextTokens(parser.getATN().states[state]));
  }
  std::vector<std::string> names;
  for (size_t type = 1; type <= vocabulary.getMaxTokenType(); ++type) {
    if (expected.contains(type)) names.push_back(expected_name(vocabulary, type));
  }
  if (expected.contains(antlr4::Token::EOF)) names.push_back("END");
  return names;
}

/// How many brackets are open before each token.
std::vector<int> depths_of(const std::vector<Token>& tokens) {
  std::vector<int> depths;
  depths.reserve(tokens.size());
  int depth = 0;
  for (const Token& token : tokens) {
    depths.push_back(depth);
    if (token.kind != TokenKind::kPunctuation) continue;
    const char last = token.text.back();
    if (last == '(' || last == '[' || last == '{') ++depth;
    if (last == ')' || last == ']' || last == '}') --depth;
  }
  return depths;
}

/// After a mistake reading goes on where the next item, line or body begins. Brackets are balanced
/// by now, so that place is known; nothing is inserted or deleted on the way.
class Recovery final : public antlr4::DefaultErrorStrategy {
 public:
  explicit Recovery(const std::vector<Token>& tokens)
      : tokens_(tokens), depths_(depths_of(tokens)) {}

  /// Called before each turn of a loop: where an item has ended, a separator or the end must come.
  void sync(antlr4::Parser* parser) override {
    const size_t at = index(parser);
    remember(parser, at);
    if (inErrorRecoveryMode(parser) || at == 0 || !is_sequence(*parser->getContext())) return;
    if (is_separator(tokens_[at]) || is_closer(tokens_[at]) || is_separator(tokens_[at - 1]) ||
        tokens_[at].kind == TokenKind::kEnd || is_opener(tokens_[at - 1])) {
      return;
    }
    if (parser->getContext()->start->getTokenIndex() == at) return;
    reportError(parser, antlr4::InputMismatchException(parser));
    skip(parser, depths_[at], false);
  }

  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    throw antlr4::InputMismatchException(parser);
  }

  void recover(antlr4::Parser* parser, std::exception_ptr) override {
    int depth = 0;
    bool head = false;
    for (antlr4::RuleContext* at = parser->getContext(); at != nullptr;
         at = dynamic_cast<antlr4::RuleContext*>(at->parent)) {
      head = is_head(*at);
      if (!head && !is_item(*at)) continue;
      auto* context = dynamic_cast<antlr4::ParserRuleContext*>(at);
      if (context != nullptr && context->start != nullptr) depth = depth_of(*context->start);
      break;
    }
    skip(parser, depth, head);
  }

  /// States that were left without taking this token.
  const std::vector<size_t>& passed(size_t token) {
    if (token != passed_at_) passed_.clear();
    return passed_;
  }

 private:
  void remember(antlr4::Parser* parser, size_t at) {
    if (at != passed_at_) passed_.clear();
    passed_at_ = at;
    const antlr4::atn::ATN& atn = parser->getATN();
    const size_t state = parser->getState();
    if (!atn.nextTokens(atn.states[state]).contains(parser->getCurrentToken()->getType())) {
      passed_.push_back(state);
    }
  }

  static Rule rule_of(const antlr4::RuleContext& context) {
    return static_cast<Rule>(context.getRuleIndex());
  }

  size_t index(antlr4::Parser* parser) const {
    return std::min(parser->getCurrentToken()->getTokenIndex(), tokens_.size() - 1);
  }
  int depth_of(const antlr4::Token& token) const {
    return depths_[std::min(token.getTokenIndex(), tokens_.size() - 1)];
  }

  static bool is_separator(const Token& token) {
    return token.kind == TokenKind::kNewline || token.is_mark(",");
  }
  static bool is_opener(const Token& token) {
    return token.is_mark("(") || token.is_mark("[") || token.is_mark("{") || token.is_mark("~{");
  }
  static bool is_closer(const Token& token) {
    return token.is_mark(")") || token.is_mark("]") || token.is_mark("}");
  }

  static bool is_sequence(const antlr4::RuleContext& context) {
    switch (rule_of(context)) {
      case Rule::kFile:
      case Rule::kBlock:
      case Rule::kTaskBody:
      case Rule::kPipelineBody:
      case Rule::kScheduleBody:
      case Rule::kTriggerBody:
      case Rule::kTestBody:
      case Rule::kRecordValue:
      case Rule::kMap:
      case Rule::kParams:
      case Rule::kOutputs:
      case Rule::kArgs:
      case Rule::kList:
      case Rule::kParts:
      case Rule::kPartsType:
      case Rule::kInterpolation:
        return true;
      default:
        return false;
    }
  }

  /// What stands between separators, or alone between brackets.
  static bool is_item(const antlr4::RuleContext& context) {
    switch (rule_of(context)) {
      case Rule::kDeclaration:
      case Rule::kField:
      case Rule::kParam:
      case Rule::kOutput:
      case Rule::kProperty:
      case Rule::kPipelineItem:
      case Rule::kStatement:
      case Rule::kScheduleProperty:
      case Rule::kTriggerProperty:
      case Rule::kTestStatement:
      case Rule::kTypePart:
      case Rule::kArg:
      case Rule::kNamedValue:
      case Rule::kMapEntry:
      case Rule::kOption:
        return true;
      case Rule::kExpr: {
        const Rule parent = parent_of(context);
        return parent == Rule::kGroup || parent == Rule::kPostfix || parent == Rule::kList ||
               parent == Rule::kInterpolation;
      }
      case Rule::kType:
        return parent_of(context) == Rule::kListType;
      default:
        return false;
    }
  }

  /// What stands before a body.
  static bool is_head(const antlr4::RuleContext& context) {
    switch (rule_of(context)) {
      case Rule::kTaskHead:
      case Rule::kPipelineHead:
      case Rule::kScheduleHead:
      case Rule::kTriggerHead:
      case Rule::kTestHead:
      case Rule::kForSource:
        return true;
      case Rule::kExpr: {
        const Rule parent = parent_of(context);
        return parent == Rule::kIfExpr || parent == Rule::kForExpr || parent == Rule::kRepeatExpr;
      }
      default:
        return false;
    }
  }

  static Rule parent_of(const antlr4::RuleContext& context) {
    const auto* parent = dynamic_cast<const antlr4::RuleContext*>(context.parent);
    return parent == nullptr ? Rule::kFile : rule_of(*parent);
  }

  void skip(antlr4::Parser* parser, int depth, bool to_body) {
    for (size_t at = index(parser); tokens_[at].kind != TokenKind::kEnd; at = index(parser)) {
      const bool here = depths_[at] == depth;
      const bool body = to_body && tokens_[at].is_mark("{");
      if (here && (is_separator(tokens_[at]) || is_closer(tokens_[at]) || body)) return;
      parser->consume();
    }
  }

  const std::vector<Token>& tokens_;
  std::vector<int> depths_;
  std::vector<size_t> passed_;
  size_t passed_at_ = 0;
};

struct TooManyErrors {};

class Collector final : public antlr4::BaseErrorListener {
 public:
  Collector(std::vector<SyntaxError>& errors, Recovery& recovery)
      : errors_(errors), recovery_(recovery) {}

  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, size_t, size_t,
                   const std::string&, std::exception_ptr problem) override {
    if (errors_.size() >= kMaxSyntaxErrors) throw TooManyErrors{};
    auto& parser = static_cast<antlr4::Parser&>(*recognizer);
    SyntaxError error;
    error.token = error.start = offending->getTokenIndex();
    if (problem) error.start = start_of(problem, error.start);
    error.expected = expected_names(parser, recovery_.passed(error.token));
    for (antlr4::RuleContext* at = parser.getContext(); at != nullptr;
         at = dynamic_cast<antlr4::RuleContext*>(at->parent)) {
      error.rules.push_back(static_cast<Rule>(at->getRuleIndex()));
    }
    errors_.push_back(std::move(error));
  }

 private:
  static size_t start_of(const std::exception_ptr& problem, size_t otherwise) {
    try {
      std::rethrow_exception(problem);
    } catch (const antlr4::NoViableAltException& e) {
      return e.getStartToken()->getTokenIndex();
    } catch (...) {
      return otherwise;
    }
  }

  std::vector<SyntaxError>& errors_;
  Recovery& recovery_;
};

/// Copies the generated parser's tree; as deep as brackets are, so recursion is bounded.
class TreeCopier {
 public:
  explicit TreeCopier(const std::vector<Token>& tokens) : tokens_(tokens) {}

  Tree copy(antlr4::ParserRuleContext& from) {
    Tree to;
    to.rule = static_cast<Rule>(from.getRuleIndex());
    to.broken = from.exception != nullptr;
    to.children.reserve(from.children.size());
    for (antlr4::tree::ParseTree* child : from.children) add(*child, to);
    if (!to.children.empty()) {
      to.begin = to.children.front().begin;
      to.end = to.children.back().end;
    } else if (from.start != nullptr) {
      to.begin = to.end = tokens_[token_index(*from.start)].begin;
    }
    return to;
  }

 private:
  void add(antlr4::tree::ParseTree& child, Tree& to) {
    if (auto* rule = dynamic_cast<antlr4::ParserRuleContext*>(&child)) {
      to.children.push_back(copy(*rule));
      return;
    }
    if (dynamic_cast<antlr4::tree::ErrorNode*>(&child) != nullptr) {
      to.broken = true;
      return;
    }
    auto* leaf = dynamic_cast<antlr4::tree::TerminalNode*>(&child);
    MLP_CHECK(leaf != nullptr);
    const Token& token = tokens_[token_index(*leaf->getSymbol())];
    to.children.push_back(Tree{Rule::kToken, false, &token, token.begin, token.end, {}});
  }

  size_t token_index(const antlr4::Token& token) const {
    return std::min(token.getTokenIndex(), tokens_.size() - 1);
  }

  const std::vector<Token>& tokens_;
};

/// `origin` is what the runtime asks when it makes up a missing token; it must not be null.
std::vector<std::unique_ptr<antlr4::Token>> to_antlr(const std::vector<Token>& tokens,
                                                     antlr4::TokenSource& origin) {
  std::vector<std::unique_ptr<antlr4::Token>> made;
  made.reserve(tokens.size());
  for (const Token& token : tokens) {
    auto one = std::make_unique<antlr4::CommonToken>(
        std::pair<antlr4::TokenSource*, antlr4::CharStream*>(&origin, nullptr), types().type(token),
        antlr4::Token::DEFAULT_CHANNEL, 0, 0);
    one->setTokenIndex(made.size());
    one->setText("");
    made.push_back(std::move(one));
  }
  return made;
}

ParseResult parse_with(const std::vector<Token>& tokens, antlr4::atn::PredictionMode mode) {
  ParseResult result;
  antlr4::ANTLRInputStream nothing("");
  MlpLexer origin(&nothing);
  antlr4::ListTokenSource source(to_antlr(tokens, origin));
  antlr4::CommonTokenStream stream(&source);
  MlpParser parser(&stream);
  MLP_CHECK(parser.getRuleNames().size() == static_cast<size_t>(Rule::kToken));
  const auto recovery = std::make_shared<Recovery>(tokens);
  Collector collector(result.errors, *recovery);
  parser.removeErrorListeners();
  parser.addErrorListener(&collector);
  parser.setErrorHandler(recovery);
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
  try {
    antlr4::ParserRuleContext* root = parser.file();
    result.tree = TreeCopier(tokens).copy(*root);
  } catch (const TooManyErrors&) {
    result.tree.reset();
  } catch (const std::exception&) {
    // The runtime gave up on a place it cannot recover from; the errors so far say why.
    result.tree.reset();
  }
  return result;
}

}  // namespace

struct AntlrLexer::State {
  explicit State(std::string_view all) : text(all), stream(all), lexer(&stream) {
    lexer.removeErrorListeners();
  }
  std::string_view text;
  ByteStream stream;
  GuardedLexer lexer;
};

AntlrLexer::AntlrLexer(std::string_view text) : state_(std::make_unique<State>(text)) {}
AntlrLexer::~AntlrLexer() = default;

Token AntlrLexer::next() {
  const auto size = static_cast<std::uint32_t>(state_->text.size());
  const std::unique_ptr<antlr4::Token> made = state_->lexer.nextToken();
  if (made->getType() == antlr4::Token::EOF) return Token{TokenKind::kEnd, false, size, size, {}};
  const auto begin = static_cast<std::uint32_t>(made->getStartIndex());
  const auto end = static_cast<std::uint32_t>(made->getStopIndex() + 1);
  return Token{types().kind(made->getType()), false, begin, end,
               state_->text.substr(begin, end - begin)};
}

void AntlrLexer::pop_modes(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) state_->lexer.popMode();
}

void AntlrLexer::enter_raw_text() {
  const std::map<std::size_t, std::size_t> raw = {{MlpLexer::LINE, MlpLexer::RAW_LINE},
                                                  {MlpLexer::BLOCK_D, MlpLexer::RAW_BLOCK_D},
                                                  {MlpLexer::BLOCK_S, MlpLexer::RAW_BLOCK_S}};
  const auto found = raw.find(state_->lexer.mode);
  if (found != raw.end()) state_->lexer.setMode(found->second);
}

ParseResult parse_tokens(const std::vector<Token>& tokens) {
  // SLL decides nearly all and is fast; where it stumbles, full LL has the last word and the
  // errors.
  constexpr std::size_t kMaxForFullLl = 100'000;
  ParseResult result = parse_with(tokens, antlr4::atn::PredictionMode::SLL);
  if (result.errors.empty() || tokens.size() > kMaxForFullLl) return result;
  return parse_with(tokens, antlr4::atn::PredictionMode::LL);
}

bool is_reserved_word(std::string_view word) {
  static constexpr std::array<std::string_view, 15> kReserved = {
      "and", "as",  "check", "else", "false",  "for",    "if",  "import",
      "in",  "not", "null",  "or",   "repeat", "return", "true"};
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

}  // namespace mlp::syntax
