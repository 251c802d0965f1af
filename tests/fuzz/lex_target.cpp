// SPDX-License-Identifier: Apache-2.0
//
// Any bytes to tokens: they lie in the text in order, cover what they say, and end with kEnd.
#include "compiler/syntax/clean_text.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/literals.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

/// A token that was told wrong may stand for another text, so that reading goes on.
void check_tokens(const syntax::LexedFile& lexed, bool has_errors) {
  std::uint32_t at = 0;
  for (const syntax::Token& token : lexed.tokens) {
    MLP_CHECK(token.begin >= at && token.begin <= token.end);
    MLP_CHECK(token.end <= lexed.text->size());
    at = token.begin;
    if (has_errors || token.made_up || token.kind == syntax::TokenKind::kEnd) continue;
    const std::string_view covered =
        std::string_view(*lexed.text).substr(token.begin, token.end - token.begin);
    MLP_CHECK(token.text == covered);
  }
  MLP_CHECK(!lexed.tokens.empty() && lexed.tokens.back().kind == syntax::TokenKind::kEnd);
}

void decode(const syntax::Token& token) {
  switch (token.kind) {
    case syntax::TokenKind::kInt:
      return static_cast<void>(syntax::decode_int(token.text));
    case syntax::TokenKind::kFloat:
      return static_cast<void>(syntax::decode_float(token.text));
    case syntax::TokenKind::kDuration:
      return static_cast<void>(syntax::decode_duration(token.text));
    case syntax::TokenKind::kSize:
      return static_cast<void>(syntax::decode_size(token.text));
    case syntax::TokenKind::kDate:
      return static_cast<void>(syntax::decode_date(token.text));
    case syntax::TokenKind::kDatetime:
      return static_cast<void>(syntax::decode_datetime(token.text));
    case syntax::TokenKind::kEscape:
      return static_cast<void>(syntax::decode_escape(token.text));
    default:
      return;
  }
}

}  // namespace

void take(std::string_view input) {
  const source::SourceFile source("x.mlp", std::string(input));
  diagnostics::Diagnostics said;
  const syntax::LexedFile lexed = syntax::lex(source::SourceId(1), source, said);
  MLP_CHECK(lexed.text->size() == input.size());
  check_tokens(lexed, said.has_errors());
  for (const syntax::Token& token : lexed.tokens) decode(token);
}

}  // namespace mlp::fuzz
