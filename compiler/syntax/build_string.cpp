// SPDX-License-Identifier: Apache-2.0
//
// Strings of the AST: escapes, interpolations, and the indentation of blocks. Parts keep their
// place in the source, so that a body can be analysed and pointed into.
#include <algorithm>
#include <optional>

#include "compiler/syntax/build.h"
#include "compiler/syntax/literals.h"

namespace mlp::syntax {
namespace {

using diagnostics::Kind;

constexpr std::string_view kBlanks = " \t";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// A line of a block: its text pieces and interpolations in order.
struct Piece {
  std::uint32_t begin = 0;  // bytes of the file
  std::string_view text;    // empty for an interpolation
  const Tree* interpolation = nullptr;
};

struct Line {
  std::vector<Piece> pieces;
  bool ends = false;  // by a newline

  bool blank() const {
    return std::ranges::all_of(
        pieces, [](const Piece& p) { return p.interpolation == nullptr && is_blank(p.text); });
  }
  std::string_view indentation() const {
    if (pieces.empty() || pieces.front().interpolation != nullptr) return {};
    const std::string_view text = pieces.front().text;
    return text.substr(0, std::min(text.find_first_not_of(kBlanks), text.size()));
  }
};

/// The text between the marks of a block, cut into lines; newlines are not in the pieces.
std::vector<Line> lines_of(const Tree& tree) {
  std::vector<Line> lines(1);
  for (const Tree& part : tree.children) {
    if (part.rule == Rule::kInterpolation) lines.back().pieces.push_back({part.begin, {}, &part});
    if (part.token == nullptr || part.token->kind != TokenKind::kText) continue;
    std::string_view rest = part.token->text;
    std::uint32_t begin = part.begin;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      lines.back().pieces.push_back({begin, rest.substr(0, end), nullptr});
      lines.back().ends = true;
      lines.emplace_back();
      begin += static_cast<std::uint32_t>(end) + 1;
      rest.remove_prefix(end + 1);
    }
    if (!rest.empty()) lines.back().pieces.push_back({begin, rest, nullptr});
  }
  return lines;
}

/// What all lines with text begin with. Text right behind the opening mark has no indentation.
std::string_view common_indentation(const std::vector<Line>& lines, bool first_counts) {
  std::optional<std::string_view> common;
  for (std::size_t i = first_counts ? 0 : 1; i < lines.size(); ++i) {
    if (lines[i].blank()) continue;
    const std::string_view own = lines[i].indentation();
    if (!common) common = own;
    const auto differ = std::mismatch(common->begin(), common->end(), own.begin(), own.end());
    common = common->substr(0, static_cast<std::size_t>(differ.first - common->begin()));
  }
  return common.value_or(std::string_view{});
}

/// Text whose bytes are those of the source goes on in the part before it, up to the end of a line.
void add_text(StringLiteral& out, Span span, std::string_view text) {
  if (text.empty()) return;
  auto* last = out.parts.empty() ? nullptr : std::get_if<TextPart>(&out.parts.back());
  const bool goes_on = last != nullptr && last->span.end == span.begin &&
                       last->span.size() == last->text.size() && span.size() == text.size() &&
                       !last->text.ends_with('\n');
  if (!goes_on) {
    out.parts.emplace_back(TextPart{span, std::string(text)});
    return;
  }
  last->span.end = span.end;
  last->text += text;
}

}  // namespace

StringLiteral ExpressionBuilder::string(const Tree* tree) {
  StringLiteral made;
  if (tree == nullptr) return made;
  made.span = span(*tree);
  const Tree* mark = tree->leaf(TokenKind::kStringOpen);
  if (mark != nullptr && mark->token->text.size() == 3) {
    made.style =
        mark->token->text.front() == '"' ? StringStyle::kDoubleBlock : StringStyle::kSingleBlock;
    block_parts(*tree, made);
  } else {
    line_parts(*tree, made);
  }
  return made;
}

void ExpressionBuilder::line_parts(const Tree& tree, StringLiteral& out) {
  for (const Tree& part : tree.children) {
    if (part.rule == Rule::kInterpolation) {
      out.parts.emplace_back(interpolation(part));
    } else if (part.token != nullptr && part.token->kind == TokenKind::kText) {
      add_text(out, span(part), part.token->text);
    } else if (part.token != nullptr && part.token->kind == TokenKind::kEscape) {
      const auto decoded = decode_escape(part.token->text);
      if (!decoded) {
        diagnostics_
            .report(Kind::kBadEscape, span(part),
                    "`" + std::string(part.token->text) + "` is no Unicode character")
            .with_note("1 to 6 hexadecimal digits, 1 to 10FFFF, no surrogates");
      }
      add_text(out, span(part), decoded.value_or("?"));
    }
  }
}

void ExpressionBuilder::block_parts(const Tree& tree, StringLiteral& out) {
  std::vector<Line> lines = lines_of(tree);
  const bool opens_alone = lines.front().ends && lines.front().blank();
  if (opens_alone) lines.erase(lines.begin());
  if (!lines.empty() && lines.back().blank()) lines.back().pieces.clear();
  const std::size_t indentation = common_indentation(lines, opens_alone).size();
  bool first = !opens_alone;
  for (Line& line : lines) {
    const bool blank = line.blank();
    std::uint32_t end_of_line = line.pieces.empty() ? 0 : line.pieces.back().begin;
    std::string_view last_text;
    for (std::size_t i = 0; i < line.pieces.size(); ++i) {
      Piece piece = line.pieces[i];
      if (piece.interpolation != nullptr) {
        out.parts.emplace_back(interpolation(*piece.interpolation));
        continue;
      }
      const std::size_t drop = blank ? piece.text.size() : i == 0 && !first ? indentation : 0;
      last_text = piece.text;
      const bool returns = line.ends && piece.text.ends_with('\r') && i + 1 == line.pieces.size();
      piece.text.remove_prefix(drop);
      piece.begin += static_cast<std::uint32_t>(drop);
      if (returns && !piece.text.empty()) piece.text.remove_suffix(1);
      const auto size = static_cast<std::uint32_t>(piece.text.size());
      add_text(out, {id_, piece.begin, piece.begin + size}, piece.text);
    }
    end_of_line += static_cast<std::uint32_t>(last_text.size());
    if (line.ends) add_text(out, {id_, end_of_line, end_of_line + 1}, "\n");
    first = false;
  }
}

Interpolation ExpressionBuilder::interpolation(const Tree& tree) {
  Interpolation made{span(tree), expr(tree.child(Rule::kExpr)), {}};
  for (const Tree* each : tree.all(Rule::kOption)) {
    made.options.push_back({name(each->child(Rule::kWord)), expr(each->child(Rule::kExpr))});
  }
  return made;
}

}  // namespace mlp::syntax
