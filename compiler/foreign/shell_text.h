// SPDX-License-Identifier: Apache-2.0
//
// Reads shell text far enough to know where in it each value stands: outside quotes, inside them,
// or where the shell expands nothing. POSIX shell and bash: quotes, $(…), `…`, ${…}, $((…)), here-
// documents, comments. Knows nothing of the language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlp::foreign {

/// Text, or the place of one value.
struct ShellPiece {
  std::string text;
  bool is_value = false;
};

enum class ShellPlace : std::uint8_t {
  kWord,            // outside quotes
  kQuoted,          // inside "…" or an unquoted here-document
  kSingleQuoted,    // inside '…' or $'…'
  kQuotedDocument,  // inside a here-document whose delimiter is quoted
  kDelimiter,       // part of a here-document's delimiter
  kArithmetic,      // inside $((…)) or ((…))
  kComment,
};

/// One place for each value of `pieces`, in order. Any text is read, also one the shell would
/// refuse.
std::vector<ShellPlace> places_of_values(const std::vector<ShellPiece>& pieces);

/// Words of the text that could be paths: cut at blanks, quotes and operators; sorted, unique.
std::vector<std::string> words_of_shell(const std::string& text);

}  // namespace mlp::foreign
