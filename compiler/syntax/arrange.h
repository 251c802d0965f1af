// SPDX-License-Identifier: Apache-2.0
//
// Tokens as lexed to tokens as the parser reads them: brackets balanced, newlines only where they
// end something, forms of other languages put right, comments set aside. Inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/source.h"
#include "compiler/syntax/token.h"

namespace mlp::syntax {

/// A line of `///`: it belongs to what begins at `next_begin`, or, when it stands behind something
/// on its line, to what ends at `previous_end`.
struct DocComment {
  bool trailing = false;
  std::uint32_t next_begin = 0;
  std::uint32_t previous_end = 0;
  std::string text;
};

struct Arranged {
  std::vector<Token> tokens;          // for the parser; the last is kEnd
  std::vector<DocComment> docs;       // in the order written
  std::vector<source::Span> muddled;  // where brackets were mended: errors there are echoes
};

/// Tokens of lex(); reports brackets that do not match, nesting over kMaxNesting, lines that are no
/// declarations.
Arranged arrange(source::SourceId id, const std::vector<Token>& lexed,
                 diagnostics::Diagnostics& diagnostics);

/// First half of arrange(): the same tokens with every bracket closed. Inside of it kReset is gone.
std::vector<Token> balance(source::SourceId id, const std::vector<Token>& lexed,
                           diagnostics::Diagnostics& diagnostics,
                           std::vector<source::Span>& muddled);

}  // namespace mlp::syntax
