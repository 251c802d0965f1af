// SPDX-License-Identifier: Apache-2.0
//
// Closes what an author left open and drops what closes nothing. Indentation tells which of several
// brackets is the one that was meant: nobody indents by chance.
#include <algorithm>

#include "compiler/syntax/arrange.h"
#include "compiler/syntax/expression.h"

namespace mlp::syntax {
namespace {

using diagnostics::Diagnostics;
using diagnostics::Kind;
using source::Span;

bool is_opener(const Token& token) {
  return token.kind == TokenKind::kPunctuation &&
         (token.text == "(" || token.text == "[" || token.text == "{" || token.text == "~{");
}

bool is_closer(const Token& token) {
  return token.kind == TokenKind::kPunctuation &&
         (token.text == ")" || token.text == "]" || token.text == "}");
}

std::string_view closer_of(const Token& opener) {
  if (opener.text == "(") return ")";
  if (opener.text == "[") return "]";
  return "}";
}

bool is_brace(const Token& opener) {
  return closer_of(opener) == "}";
}

enum class Fate : std::uint8_t { kFine, kUnclosed, kStray };

/// Where a token stands in its line.
struct Layout {
  std::uint32_t indent = 0;  // column, from 0, of the first token of its line
  bool first_on_line = false;
};

/// What comes in and what goes out.
struct Balancing {
  source::SourceId id;
  const std::vector<Token>& tokens;
  Diagnostics& diagnostics;
  std::vector<Span>& muddled;
  std::vector<Token> out;
};

/// One stretch of the file, from one declaration in the first column to the next.
class Stretch {
 public:
  Stretch(Balancing& work, std::size_t from, std::size_t to)
      : id_(work.id),
        all_(work.tokens),
        from_(from),
        to_(to),
        diagnostics_(work.diagnostics),
        muddled_(work.muddled),
        out_(work.out),
        fate_(to - from, Fate::kFine),
        layout_(to - from) {}

  void run() {
    measure();
    match();
    write();
  }

 private:
  const Token& token(std::size_t i) const { return all_[i]; }
  Fate& fate(std::size_t i) { return fate_[i - from_]; }
  const Layout& layout(std::size_t i) const { return layout_[i - from_]; }

  void measure() {
    std::uint32_t line_begin = from_ == 0 ? 0 : token(from_).begin;
    std::uint32_t indent = 0;
    bool first = true;
    for (std::size_t i = from_; i < to_; ++i) {
      if (first) indent = token(i).begin - line_begin;
      layout_[i - from_] = {indent, first};
      first = token(i).kind == TokenKind::kNewline;
      if (first) line_begin = token(i).end;
      if (is_opener(token(i)) && is_brace(token(i))) ++surplus_;
      if (token(i).is_mark("}")) --surplus_;
    }
    next_.resize(to_ - from_ + 1, to_);
    for (std::size_t i = to_; i-- > from_;) {
      const TokenKind kind = token(i).kind;
      const bool empty = kind == TokenKind::kNewline || kind == TokenKind::kComment;
      next_[i - from_] = empty ? next_[i + 1 - from_] : i;
    }
  }

  // --- Which opener belongs to which closer ---

  void match() {
    for (std::size_t i = from_; i < to_; ++i) {
      if (is_opener(token(i))) {
        open_.push_back(i);
      } else if (token(i).is_mark("}")) {
        match_brace(i);
      } else if (is_closer(token(i))) {
        match_parenthesis(i);
      }
    }
    if (open_.empty()) return;
    for (const std::size_t i : open_) fate(i) = Fate::kUnclosed;
    report_unclosed(open_.back());
    open_.clear();
  }

  void match_parenthesis(std::size_t i) {
    std::size_t depth = open_.size();
    while (depth > 0 && !is_brace(token(open_[depth - 1])) &&
           closer_of(token(open_[depth - 1])) != token(i).text) {
      --depth;
    }
    if (depth == 0 || closer_of(token(open_[depth - 1])) != token(i).text) return stray(i);
    give_up_to(depth);
    open_.pop_back();
  }

  void match_brace(std::size_t i) {
    std::size_t depth = innermost_brace(open_.size());
    if (depth == 0 || closes_too_early(i, depth)) return stray(i);
    while (surplus_ > 0 && opened_deeper(i, depth)) {
      give_up_to(depth);
      fate(open_.back()) = Fate::kUnclosed;
      report_unclosed(open_.back());
      open_.pop_back();
      --surplus_;
      depth = innermost_brace(open_.size());
    }
    if (token(i).made_up) {
      for (std::size_t above = depth; above < open_.size(); ++above) {
        fate(open_[above]) = Fate::kUnclosed;
      }
      open_.resize(depth);
    }
    give_up_to(depth);
    open_.pop_back();
  }

  /// How deep the innermost brace lies below `depth`; 0 when there is none.
  std::size_t innermost_brace(std::size_t depth) const {
    while (depth > 0 && !is_brace(token(open_[depth - 1]))) --depth;
    return depth;
  }

  /// One brace too many was written, and this one would end the declaration from inside of it.
  bool closes_too_early(std::size_t i, std::size_t depth) {
    if (surplus_ >= 0 || innermost_brace(depth - 1) != 0) return false;
    if (!layout(i).first_on_line || layout(i).indent <= layout(open_[depth - 1]).indent)
      return false;
    ++surplus_;
    return true;
  }

  /// One brace is missing, and this one stands further left than the line of its opener.
  bool opened_deeper(std::size_t i, std::size_t depth) const {
    return layout(i).first_on_line && innermost_brace(depth - 1) != 0 &&
           layout(open_[depth - 1]).indent > layout(i).indent;
  }

  /// Everything open above `depth` was not closed.
  void give_up_to(std::size_t depth) {
    if (open_.size() > depth) report_unclosed(open_.back());
    for (; open_.size() > depth; open_.pop_back()) fate(open_.back()) = Fate::kUnclosed;
  }

  void stray(std::size_t i) {
    fate(i) = Fate::kStray;
    const Token& closer = token(i);
    diagnostics_
        .report(Kind::kStrayBracket, Span{id_, closer.begin, closer.end},
                "this `" + std::string(closer.text) + "` closes nothing")
        .with_fix(Span{id_, closer.begin, closer.end}, "")
        .with_help("remove it");
    muddled_.push_back({id_, closer.begin, closer.end});
  }

  void report_unclosed(std::size_t i) {
    const Token& opener = token(i);
    diagnostics_
        .report(Kind::kUnclosedBracket, Span{id_, opener.begin, opener.end},
                "this `" + std::string(opener.text) + "` is never closed")
        .with_help("close it by `" + std::string(closer_of(opener)) + "`");
    muddled_.push_back({id_, opener.begin, opener.end});
  }

  // --- The tokens again, balanced ---

  void write() {
    for (std::size_t i = from_; i < to_; ++i) {
      const Token& t = token(i);
      if (t.kind == TokenKind::kReset || fate(i) == Fate::kStray) continue;
      if (t.kind == TokenKind::kNewline) close_before_line(i);
      if (is_closer(t)) close_inner(t);
      if (is_opener(t)) enter(i);
      if (t.is_word("if") || t.is_word("for") || t.is_word("repeat")) add_control(t);
      if (!hidden()) out_.push_back(t);
      if (is_closer(t)) leave();
    }
    while (!written_.empty()) close_top(out_.empty() ? 0 : out_.back().end);
  }

  struct Frame {
    std::size_t opener = 0;
    int controls = 0;  // if, for, repeat whose block has not come yet
  };

  bool hidden() const { return hidden_from_ != 0 && written_.size() >= hidden_from_; }

  void enter(std::size_t i) {
    if (!written_.empty() && is_brace(token(i)) && written_.back().controls > 0) {
      --written_.back().controls;
      --controls_;
    }
    written_.push_back({i, 0});
    guard_depth(token(i));
  }

  void leave() {
    if (written_.empty()) return;
    controls_ -= written_.back().controls;
    written_.pop_back();
    if (written_.size() < hidden_from_) hidden_from_ = 0;
  }

  void add_control(const Token& t) {
    if (written_.empty()) return;
    ++written_.back().controls;
    ++controls_;
    guard_depth(t);
  }

  /// What lies deeper than the limit is not handed to the parser, which is recursive.
  void guard_depth(const Token& t) {
    if (hidden_from_ != 0) return;
    if (written_.size() + static_cast<std::size_t>(controls_) <= kMaxNesting) return;
    hidden_from_ = written_.size();
    muddled_.push_back({id_, t.begin, t.end});
    if (told_depth_) return;
    told_depth_ = true;
    diagnostics_
        .report(Kind::kTooDeep, Span{id_, t.begin, t.end},
                "this is nested more than " + std::to_string(kMaxNesting) + " deep")
        .with_help("bind inner parts to names first");
  }

  /// An unclosed bracket ends where a line follows that is indented no further than its own.
  void close_before_line(std::size_t i) {
    const std::size_t next = next_[i - from_];
    if (next == to_) {
      while (!written_.empty()) close_top(token(i).begin);
      return;
    }
    while (!written_.empty() && fate(written_.back().opener) == Fate::kUnclosed) {
      const std::uint32_t indent = layout(written_.back().opener).indent;
      if (layout(next).indent > indent || is_closer(token(next))) break;
      close_top(token(i).begin);
    }
    if (written_.empty() || is_brace(token(written_.back().opener))) drop_controls();
  }

  void drop_controls() {
    if (written_.empty()) return;
    controls_ -= written_.back().controls;
    written_.back().controls = 0;
  }

  void close_inner(const Token& closer) {
    while (!written_.empty() && (closer_of(token(written_.back().opener)) != closer.text ||
                                 fate(written_.back().opener) == Fate::kUnclosed)) {
      close_top(closer.begin);
    }
  }

  void close_top(std::uint32_t at) {
    const Token& opener = token(written_.back().opener);
    if (!hidden()) {
      out_.push_back({TokenKind::kPunctuation, true, at, at, closer_of(opener)});
    }
    muddled_.push_back({id_, is_brace(opener) ? at : opener.begin, at});
    leave();
  }

  source::SourceId id_;
  const std::vector<Token>& all_;
  std::size_t from_;
  std::size_t to_;
  Diagnostics& diagnostics_;
  std::vector<Span>& muddled_;
  std::vector<Token>& out_;
  std::vector<Fate> fate_;
  std::vector<Layout> layout_;
  std::vector<std::size_t> next_;  // from a token on, the first that is no newline or comment
  std::vector<std::size_t> open_;
  std::vector<Frame> written_;
  int surplus_ = 0;
  int controls_ = 0;
  std::size_t hidden_from_ = 0;
  bool told_depth_ = false;
};

}  // namespace

std::vector<Token> balance(source::SourceId id, const std::vector<Token>& lexed,
                           Diagnostics& diagnostics, std::vector<source::Span>& muddled) {
  Balancing work{id, lexed, diagnostics, muddled, {}};
  work.out.reserve(lexed.size());
  std::size_t from = 0;
  for (std::size_t i = 0; i < lexed.size(); ++i) {
    const bool ends = lexed[i].kind == TokenKind::kReset || lexed[i].kind == TokenKind::kEnd;
    if (!ends) continue;
    if (i > from) Stretch(work, from, i).run();
    from = i;
  }
  work.out.push_back(lexed.back());
  return std::move(work.out);
}

}  // namespace mlp::syntax
