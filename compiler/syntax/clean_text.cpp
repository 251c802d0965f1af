// SPDX-License-Identifier: Apache-2.0
//
// Checks the bytes of a file before the lexer sees them.
#include "compiler/syntax/clean_text.h"

#include <algorithm>
#include <cstdio>

namespace mlp::syntax {
namespace {

using diagnostics::Diagnostics;
using diagnostics::Kind;
using source::Span;

/// More of one kind say nothing new.
constexpr int kMaxReports = 20;

std::string code_point_name(std::uint32_t code_point) {
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(code_point));
  return name;
}

/// Of a well-formed sequence.
std::uint32_t decode(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  std::uint32_t code_point = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i)
    code_point = code_point << 6 | (byte(i) & 0x3FU);
  return code_point;
}

/// Marks that make text look other than it is (CVE-2021-42574).
bool turns_direction(std::uint32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

bool is_control(std::uint32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0) ||
         c == 0x2028 || c == 0x2029 || c == 0xFEFF;
}

class Cleaner {
 public:
  Cleaner(source::SourceId id, std::string_view text, Diagnostics& diagnostics)
      : id_(id), text_(text), clean_(text), diagnostics_(diagnostics) {}

  std::string run() {
    std::size_t at = 0;
    if (text_.starts_with("\xEF\xBB\xBF")) blank(0, at = 3);
    while (at < text_.size()) at += check(at);
    return std::move(clean_);
  }

 private:
  /// How many bytes were dealt with.
  std::size_t check(std::size_t at) {
    const auto first = static_cast<unsigned char>(text_[at]);
    if ((first >= 0x20 && first < 0x7F) || first == '\n') return 1;
    if (reports_ >= kMaxReports && first < 0x20) {
      blank(at, at + 1);
      return 1;
    }
    const std::size_t length = utf8_length(text_.substr(at));
    if (length == 0) {
      refuse(Kind::kNotUtf8, at, 1, "this byte is no UTF-8 text", "save the file as UTF-8");
      return 1;
    }
    const std::uint32_t code_point = decode(text_.substr(at, length));
    const bool lone_return = code_point == '\r' && !text_.substr(at).starts_with("\r\n");
    if (turns_direction(code_point)) {
      refuse(Kind::kForbiddenCharacter, at, length,
             "the character " + code_point_name(code_point) + " turns the direction of text",
             "remove it; it makes a file read other than it is");
    } else if (is_control(code_point) || lone_return) {
      refuse(Kind::kForbiddenCharacter, at, length,
             "the control character " + code_point_name(code_point) + " may not stand in a file",
             "remove it; in a string it can be written as `\\u{" +
                 code_point_name(code_point).substr(2) + "}`");
    }
    return length;
  }

  void refuse(Kind kind, std::size_t at, std::size_t length, std::string message,
              std::string help) {
    blank(at, at + length);
    if (++reports_ > kMaxReports) return;
    const auto begin = static_cast<std::uint32_t>(at);
    diagnostics_
        .report(kind, Span{id_, begin, begin + static_cast<std::uint32_t>(length)},
                std::move(message))
        .with_help(std::move(help));
  }

  void blank(std::size_t begin, std::size_t end) {
    std::fill(clean_.begin() + static_cast<std::ptrdiff_t>(begin),
              clean_.begin() + static_cast<std::ptrdiff_t>(end), ' ');
  }

  source::SourceId id_;
  std::string_view text_;
  std::string clean_;
  Diagnostics& diagnostics_;
  int reports_ = 0;
};

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned a = byte(0);
  const unsigned b = byte(1);
  if (a < 0x80) return 1;
  if (a >= 0xC2 && a <= 0xDF) return tail(1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    const bool fits = !(a == 0xE0 && b < 0xA0) && !(a == 0xED && b > 0x9F);
    return fits && tail(1) && tail(2) ? 3 : 0;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    const bool fits = !(a == 0xF0 && b < 0x90) && !(a == 0xF4 && b > 0x8F);
    return fits && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

std::string clean_text(source::SourceId id, std::string_view text, Diagnostics& diagnostics) {
  return Cleaner(id, text, diagnostics).run();
}

}  // namespace mlp::syntax
