// SPDX-License-Identifier: Apache-2.0
//
// The door to the generated lexer and parser: tokens in and out, a tree, and plain error records.
// Nothing is reported here and no exception leaves. Inside this folder only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/token.h"

namespace mlp::syntax {

/// Tokens of a text, one at a time; the reader corrects its modes. `text` must outlive it.
class AntlrLexer {
 public:
  explicit AntlrLexer(std::string_view text);
  ~AntlrLexer();

  /// Without blanks; kEnd at the end, again and again. A `}` too many is harmless.
  Token next();
  /// Leaves the innermost `count` strings and braces.
  void pop_modes(std::size_t count);
  /// From here on the string that was just opened is the text of a script.
  void enter_raw_text();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The parser could not go on at a token.
struct SyntaxError {
  std::size_t token = 0;              // index of the token met
  std::size_t start = 0;              // index where the undecided phrase begins; token, if decided
  std::vector<std::string> expected;  // words, marks, or kinds such as "ID", "TYPE", "INT"
  std::vector<Rule> rules;            // innermost first
};

struct ParseResult {
  std::optional<Tree> tree;  // absent when there were more than kMaxSyntaxErrors
  std::vector<SyntaxError> errors;
};

inline constexpr std::size_t kMaxSyntaxErrors = 200;

/// Parses filtered tokens, the last of which is kEnd. The tree points into `tokens`.
ParseResult parse_tokens(const std::vector<Token>& tokens);

/// True for the words that are never names.
bool is_reserved_word(std::string_view word);

}  // namespace mlp::syntax
