// SPDX-License-Identifier: Apache-2.0
//
// Text to tokens: refuses what may not stand in a file, reports what cannot be read, and finds its
// way out of strings and braces that are never closed. Inside this folder only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/token.h"

namespace mlp::syntax {

struct LexedFile {
  /// The text that was read: as long as the source's, forbidden bytes as blanks. Tokens point here.
  std::unique_ptr<const std::string> text;
  /// Comments and newlines included; kReset where a declaration begins in the first column; the
  /// last is kEnd. Every `~{` and string is closed again.
  std::vector<Token> tokens;
  /// No sense can be made of the rest: too large, or junk.
  bool gave_up = false;
  /// What follows this place was not read; mistakes that show there are echoes.
  std::uint32_t read_until = UINT32_MAX;
};

LexedFile lex(source::SourceId id, const source::SourceFile& source,
              diagnostics::Diagnostics& diagnostics);

/// True for `import record enum …`: what a line of a file may begin with.
bool is_declaration_word(std::string_view word);
const std::vector<std::string>& declaration_words();

}  // namespace mlp::syntax
