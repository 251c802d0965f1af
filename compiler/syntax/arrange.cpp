// SPDX-License-Identifier: Apache-2.0
//
// Which newlines end something, and the slips of other languages that are one word or one line.
#include "compiler/syntax/arrange.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "compiler/syntax/lex.h"

namespace mlp::syntax {
namespace {

using diagnostics::Diagnostics;
using diagnostics::Kind;
using source::Span;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// A line that ends in one of these goes on.
constexpr std::array<std::string_view, 17> kGoesOnAfter = {
    ",", ":", "=", "->", "=>", ".", "??", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">="};
constexpr std::array<std::string_view, 3> kWordsGoOnAfter = {"or", "and", "not"};
constexpr std::array<std::string_view, 3> kWordsGoOnBefore = {"else", "and", "or"};
/// Operators that may not begin a line.
constexpr std::array<std::string_view, 11> kNotFirst = {
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="};

class Arranger {
 public:
  Arranger(source::SourceId id, std::vector<Token> balanced, Diagnostics& diagnostics,
           Arranged& out)
      : id_(id), in_(std::move(balanced)), diagnostics_(diagnostics), out_(out) {}

  void run() {
    for (at_ = 0; at_ < in_.size(); ++at_) {
      const Token& token = in_[at_];
      if (token.kind == TokenKind::kComment) continue;
      if (token.kind == TokenKind::kDocComment) {
        set_aside(token);
      } else if (token.kind == TokenKind::kNewline) {
        newline_ = token;
        has_newline_ = true;
      } else {
        take(token);
      }
    }
  }

 private:
  void take(const Token& token) {
    const bool new_line = has_newline_;
    if (new_line) write_newline(token);
    has_newline_ = false;
    if (skips_line(token, new_line)) return;
    if (word_of_another_language(token)) return;
    push(token);
  }

  void push(const Token& token) {
    if (token.kind == TokenKind::kPunctuation) {
      const std::string_view t = token.text;
      if (t == "(" || t == "[" || t == "{" || t == "~{") open_.push_back(t.back());
      if ((t == ")" || t == "]" || t == "}") && !open_.empty()) open_.pop_back();
    }
    if (token.kind != TokenKind::kNewline) settle_docs(token.begin);
    out_.tokens.push_back(token);
  }

  // --- Newlines ---

  void write_newline(const Token& next) {
    const bool separates = open_.empty() || open_.back() == '{';
    if (!separates || out_.tokens.empty()) return;
    if (out_.tokens.back().kind == TokenKind::kNewline) return;
    if (goes_on_after() || goes_on_before(next)) return;
    if (begins_by_operator(next)) return;
    push(newline_);
  }

  bool goes_on_after() const {
    const Token& last = out_.tokens.back();
    if (last.kind == TokenKind::kPunctuation) return is_one_of(last.text, kGoesOnAfter);
    const bool is_part = out_.tokens.size() > 1 && out_.tokens[out_.tokens.size() - 2].is_mark(".");
    return last.kind == TokenKind::kWord && is_one_of(last.text, kWordsGoOnAfter) && !is_part;
  }

  bool goes_on_before(const Token& next) const {
    if (next.kind == TokenKind::kPunctuation) {
      return next.text == "->" || next.text == "??" || next.text == ".";
    }
    const bool is_label = at_ + 1 < in_.size() && in_[at_ + 1].is_mark(":");
    return next.kind == TokenKind::kWord && is_one_of(next.text, kWordsGoOnBefore) && !is_label;
  }

  bool begins_by_operator(const Token& next) {
    if (open_.empty() || next.kind != TokenKind::kPunctuation || !is_one_of(next.text, kNotFirst)) {
      return false;
    }
    if (out_.tokens.back().is_mark("{")) return false;
    const std::string mark(next.text);
    diagnostics_
        .report(Kind::kSyntax, Span{id_, next.begin, next.end},
                "a line may not begin with `" + mark + "`")
        .with_help("put the `" + mark + "` at the end of the line before");
    return true;
  }

  // --- Lines of the file that are no declarations ---

  /// One error for all such lines up to the next declaration.
  bool skips_line(const Token& token, bool new_line) {
    if (token.kind == TokenKind::kEnd) return false;
    if (skipping_ && (!new_line || skip_depth_ > 0)) return keep_skipping(token);
    skipping_ = false;
    const bool starts = out_.tokens.empty() || out_.tokens.back().kind == TokenKind::kNewline;
    if (!open_.empty() || !starts) return false;
    if (token.kind == TokenKind::kWord && is_declaration_word(token.text)) {
      told_line_ = false;
      return false;
    }
    const bool misspelt =
        !nearest(printable(token.text.substr(0, 40)), declaration_words()).empty();
    if (!told_line_ || misspelt) no_declaration(token);
    told_line_ = skipping_ = true;
    return keep_skipping(token);
  }

  /// Brackets of skipped lines are balanced too.
  bool keep_skipping(const Token& token) {
    if (token.kind == TokenKind::kPunctuation) {
      const std::string_view t = token.text;
      if (t == "(" || t == "[" || t == "{" || t == "~{") ++skip_depth_;
      if ((t == ")" || t == "]" || t == "}") && skip_depth_ > 0) --skip_depth_;
    }
    return true;
  }

  void no_declaration(const Token& token) {
    const std::string shown = printable(token.text.substr(0, 40));
    auto& told = diagnostics_.report(Kind::kNotADeclaration, Span{id_, token.begin, token.end},
                                     "`" + shown + "` begins no declaration");
    static constexpr std::array<std::string_view, 5> kFunctions = {"def", "func", "fn", "function",
                                                                   "process"};
    const std::string near = nearest(shown, declaration_words());
    if (is_one_of(shown, kFunctions)) {
      told.with_help("work is done by a `task`, and tasks are put together by a `pipeline`");
    } else if (!near.empty()) {
      told.with_help("did you mean `" + near + "`?");
      told.with_fix(told.span, near);
    } else {
      told.with_help("a file holds " + join(declaration_words(), ", ") +
                     "; all else stands in them");
    }
  }

  // --- Words of other languages ---

  bool word_of_another_language(const Token& token) {
    if (token.kind == TokenKind::kWord && (token.text == "elif" || token.text == "elseif")) {
      return else_if(token);
    }
    if (token.kind != TokenKind::kType || open_.empty()) return false;
    static constexpr std::array<std::array<std::string_view, 2>, 8> kWords = {{{"True", "true"},
                                                                               {"False", "false"},
                                                                               {"None", "null"},
                                                                               {"Null", "null"},
                                                                               {"NULL", "null"},
                                                                               {"TRUE", "true"},
                                                                               {"FALSE", "false"},
                                                                               {"Nil", "null"}}};
    const bool qualified = !out_.tokens.empty() && out_.tokens.back().is_mark(".");
    const bool goes_on =
        at_ + 1 < in_.size() &&
        (in_[at_ + 1].is_mark("{") || in_[at_ + 1].is_mark(".") || in_[at_ + 1].is_mark("<"));
    if (qualified || goes_on) return false;
    for (const auto& [foreign, ours] : kWords) {
      if (token.text != foreign) continue;
      tell_foreign(token, ours);
      push({TokenKind::kWord, false, token.begin, token.end, ours});
      return true;
    }
    return false;
  }

  bool else_if(const Token& token) {
    while (!out_.tokens.empty() && out_.tokens.back().kind == TokenKind::kNewline) {
      const std::size_t count = out_.tokens.size();
      if (count < 2 || !out_.tokens[count - 2].is_mark("}")) return false;
      out_.tokens.pop_back();
    }
    if (out_.tokens.empty() || !out_.tokens.back().is_mark("}")) return false;
    tell_foreign(token, "else if");
    push({TokenKind::kWord, true, token.begin, token.end, "else"});
    push({TokenKind::kWord, true, token.begin, token.end, "if"});
    return true;
  }

  void tell_foreign(const Token& token, std::string_view ours) {
    diagnostics_
        .report(Kind::kForeignSyntax, Span{id_, token.begin, token.end},
                "`" + std::string(token.text) + "` is written `" + std::string(ours) + "`")
        .with_fix(Span{id_, token.begin, token.end}, std::string(ours));
  }

  // --- Doc comments ---

  void set_aside(const Token& token) {
    DocComment doc;
    std::string_view text = token.text.substr(3);
    if (text.starts_with(' ')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    doc.text = text;
    const std::size_t last = last_but_comma();
    if (last != kNone && !has_newline_) {
      doc.trailing = true;
      doc.previous_end = out_.tokens[last].end;
    }
    out_.docs.push_back(std::move(doc));
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::size_t last_but_comma() const {
    std::size_t count = out_.tokens.size();
    if (count > 0 && out_.tokens[count - 1].is_mark(",")) --count;
    return count == 0 || out_.tokens[count - 1].kind == TokenKind::kNewline ? kNone : count - 1;
  }

  void settle_docs(std::uint32_t next_begin) {
    for (; settled_docs_ < out_.docs.size(); ++settled_docs_) {
      out_.docs[settled_docs_].next_begin = next_begin;
    }
  }

  source::SourceId id_;
  std::vector<Token> in_;
  Diagnostics& diagnostics_;
  Arranged& out_;
  std::string open_;
  std::size_t at_ = 0;
  Token newline_;
  bool has_newline_ = false;
  bool skipping_ = false;
  int skip_depth_ = 0;
  bool told_line_ = false;
  std::size_t settled_docs_ = 0;
};

}  // namespace

Arranged arrange(source::SourceId id, const std::vector<Token>& lexed, Diagnostics& diagnostics) {
  Arranged out;
  std::vector<Token> balanced = balance(id, lexed, diagnostics, out.muddled);
  Arranger(id, std::move(balanced), diagnostics, out).run();
  return out;
}

}  // namespace mlp::syntax
