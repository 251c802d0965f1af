// SPDX-License-Identifier: Apache-2.0
//
// What a text means to the compiler, to tell whether formatting changed it.
#pragma once

#include <string>

#include "compiler/syntax/arrange.h"
#include "compiler/syntax/lex.h"

namespace mlp::tests {

/// All that the tree is built from: the parser's tokens and the comments that document.
inline std::string meaning(const std::string& text) {
  const source::SourceFile source("x.mlp", text);
  const source::SourceId id(1);
  diagnostics::Diagnostics diagnostics;
  const syntax::LexedFile lexed = syntax::lex(id, source, diagnostics);
  const syntax::Arranged arranged = syntax::arrange(id, lexed.tokens, diagnostics);
  std::string all;
  for (const syntax::Token& token : arranged.tokens) {
    const bool newline = token.kind == syntax::TokenKind::kNewline;
    all += newline ? "<newline>\n" : std::string(token.text) + "\n";
  }
  for (const syntax::DocComment& doc : arranged.docs) all += "/// " + doc.text + "\n";
  return all;
}

}  // namespace mlp::tests
