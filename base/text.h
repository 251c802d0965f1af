// SPDX-License-Identifier: Apache-2.0
//
// Small functions on text that every layer uses. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlp {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);

/// One POSIX shell word with this exact value.
std::string shell_quote(std::string_view word);

/// True for well-formed UTF-8 (Unicode 15, table 3-7).
bool is_utf8(std::string_view text);

/// Text made printable on one line: control characters and bytes that are no UTF-8 become \xNN.
std::string printable(std::string_view text);

/// The candidate that is most alike (Damerau-Levenshtein, at most a third of the length off), for
/// "did you mean"; empty when none is close. Looks at the first 1000.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Matches a slash-separated path: * and ? within one part, ** over parts, [abc] sets. Case
/// matters.
bool glob_match(std::string_view pattern, std::string_view path);
/// True when the text has any of * ? [.
bool is_glob(std::string_view text);

/// "1.5 GiB", "512 B": for people.
std::string human_size(std::uint64_t bytes);

/// "1 task", "3 tasks".
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace mlp
