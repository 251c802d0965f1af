// SPDX-License-Identifier: Apache-2.0
//
// The table of all mistakes a pipeline author can be told of: name, stable code, severity, title.
// A code is never used again for something else. Every kind has a golden case.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mlp::diagnostics {

enum class Severity { kError, kWarning };

// E01xx text and syntax, E02xx names, E03xx types, E04xx tasks, E05xx pipelines and control,
// E06xx environments and files, E09xx not supported yet, W.. warnings.
#define MLP_DIAGNOSTIC_KINDS(KIND)                                                        \
  KIND(kFileTooLarge, "E0101", kError, "the file is too large")                           \
  KIND(kNotUtf8, "E0102", kError, "the file is not UTF-8")                                \
  KIND(kForbiddenCharacter, "E0103", kError, "a character that may not stand in a file")  \
  KIND(kTooDeep, "E0104", kError, "nested too deeply")                                    \
  KIND(kUnclosedBracket, "E0105", kError, "a bracket that is never closed")               \
  KIND(kStrayBracket, "E0106", kError, "a closing bracket without its opening one")       \
  KIND(kUnclosedString, "E0107", kError, "a string that is never closed")                 \
  KIND(kUnclosedComment, "E0108", kError, "a comment that is never closed")               \
  KIND(kBadEscape, "E0109", kError, "an unknown escape in a string")                      \
  KIND(kBadNumber, "E0110", kError, "a number that cannot be read")                       \
  KIND(kNumberTooLarge, "E0111", kError, "a number that does not fit")                    \
  KIND(kBadDate, "E0112", kError, "a date or time that does not exist")                   \
  KIND(kBadCharacter, "E0113", kError, "a character that means nothing here")             \
  KIND(kBadIndentation, "E0114", kError, "a block string's indentation")                  \
  KIND(kSyntax, "E0120", kError, "something else was expected")                           \
  KIND(kForeignSyntax, "E0121", kError, "a form of another language")                     \
  KIND(kReservedWord, "E0122", kError, "a reserved word as a name")                       \
  KIND(kChainedComparison, "E0123", kError, "comparisons do not chain")                   \
  KIND(kNotADeclaration, "E0124", kError, "not a declaration")                            \
  KIND(kUnknownProperty, "E0125", kError, "an unknown property")

enum class Kind : std::uint16_t {
#define MLP_KIND(name, code, severity, title) name,
  MLP_DIAGNOSTIC_KINDS(MLP_KIND)
#undef MLP_KIND
};

struct KindInfo {
  Kind kind;
  std::string_view code;
  Severity severity;
  std::string_view title;
};

/// The whole table, in the order of the enum.
std::span<const KindInfo> all_kinds();
const KindInfo& info_of(Kind kind);

}  // namespace mlp::diagnostics
