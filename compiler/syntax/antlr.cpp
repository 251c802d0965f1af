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

/// Token types of the generated code and our kinds, both ways.
class Types {
 public:
  explicit Types(const antlr4::dfa::Vocabulary& vocabulary) {
    kinds_.resize(vocabulary.getMaxTokenType() + 1, TokenKind::kPunctuation);
    for (size_t type = 1; type <= vocabulary.getMaxTokenType(); ++type) {
      const std::string name = vocabulary.getSymbolicName(type);
      kinds_[type] = kind_of_name(name);
      by_name_[name] = type;
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
      case TokenKind::kEnd: return antlr4::Token::EOF;
      case TokenKind::kWord: return by_text(token.text, MlpLexer::ID);
      case TokenKind::kPunctuation: return by_text(token.text, MlpLexer::BAD_CHARACTER);
      case TokenKind::kType: return MlpLexer::TYPE;
      case TokenKind::kInt: return MlpLexer::INT;
      case TokenKind::kFloat: return MlpLexer::FLOAT;
      case TokenKind::kDuration: return MlpLexer::DURATION;
      case TokenKind::kSize: return MlpLexer::SIZE;
      case TokenKind::kDate: return MlpLexer::DATE;
      case TokenKind::kDatetime: return MlpLexer::DATETIME;
      case TokenKind::kStringOpen: return MlpLexer::STRING_OPEN;
      case TokenKind::kStringClose: return MlpLexer::STRING_CLOSE;
      case TokenKind::kText: return MlpLexer::TEXT;
      case TokenKind::kEscape: return MlpLexer::ESCAPE;
      case TokenKind::kNewline: return MlpLexer::NEWLINE;
      default: return MlpLexer::BAD_CHARACTER;
    }
  }

 private:
  size_t by_text(std::string_view text, size_t otherwise) const {
    const auto found = by_text_.find(std::string(text));
    return found == by_text_.end() ? otherwise : found->second;
  }

  std::vector<TokenKind> kinds_;
  std::unordered_map<std::string, size_t> by_name_;
  std::unordered_map<std::string, size_t> by_text_;
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

std::vector<std::string> expected_names(antlr4::Parser& parser) {
  const antlr4::dfa::Vocabulary& vocabulary = parser.getVocabulary();
  // The set is a copy that must outlive the loop; it may hold markers that are no tokens.
  const antlr4::misc::IntervalSet expected = parser.getExpectedTokens();
  std::vector<std::string> names;
  for (size_t type = 1; type <= vocabulary.getMaxTokenType(); ++type) {
    if (expected.contains(type)) names.push_back(expected_name(vocabulary, type));
  }
  if (expected.contains(antlr4::Token::EOF)) names.push_back("END");
  return names;
}

struct TooManyErrors {};

class Collector final : public antlr4::BaseErrorListener {
 public:
  explicit Collector(std::vector<SyntaxError>& errors) : errors_(errors) {}

  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, size_t, size_t,
                   const std::string&, std::exception_ptr problem) override {
    if (errors_.size() >= kMaxSyntaxErrors) throw TooManyErrors{};
    auto& parser = static_cast<antlr4::Parser&>(*recognizer);
    SyntaxError error;
    error.token = error.start = offending->getTokenIndex();
    if (problem) error.start = start_of(problem, error.start);
    error.expected = expected_names(parser);
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
        std::pair<antlr4::TokenSource*, antlr4::CharStream*>(&origin, nullptr),
        types().type(token), antlr4::Token::DEFAULT_CHANNEL, 0, 0);
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
  Collector collector(result.errors);
  parser.removeErrorListeners();
  parser.addErrorListener(&collector);
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
  // SLL decides nearly all and is fast; where it stumbles, full LL has the last word and the errors.
  constexpr std::size_t kMaxForFullLl = 100'000;
  ParseResult result = parse_with(tokens, antlr4::atn::PredictionMode::SLL);
  if (result.errors.empty() || tokens.size() > kMaxForFullLl) return result;
  return parse_with(tokens, antlr4::atn::PredictionMode::LL);
}

bool is_reserved_word(std::string_view word) {
  static constexpr std::array<std::string_view, 15> kReserved = {
      "and", "as", "check", "else",   "false",  "for",  "if", "import",
      "in",  "not", "null", "or", "repeat", "return", "true"};
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

}  // namespace mlp::syntax
