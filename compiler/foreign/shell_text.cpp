// SPDX-License-Identifier: Apache-2.0
#include "compiler/foreign/shell_text.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <set>

namespace mlp::foreign {
namespace {

/// Stands for a value in the text that is scanned; NUL may not stand in a source file.
constexpr char kValue = '\0';
/// Deeper quoting than this is read as plain text.
constexpr std::size_t kMaxDepth = 200;

enum class Mode : std::uint8_t {
  kCommand,     // also inside $(…) and `…`
  kDouble,      // "…"
  kParameter,   // ${…}
  kArithmetic,  // $((…))
};

struct Level {
  Mode mode = Mode::kCommand;
  char end = '\0';         // what closes it: ) ` " }
  int parentheses = 0;     // open ones inside
  int cases = 0;           // `case` without `esac`: a pattern's ) closes nothing
  bool in_quotes = false;  // kParameter: inside "…" or a here-document
};

struct Document {
  std::string delimiter;
  bool is_quoted = false;
  bool strips_tabs = false;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

class Scanner {
 public:
  explicit Scanner(std::string text) : text_(std::move(text)) { levels_.push_back({}); }

  std::vector<ShellPlace> run() {
    while (!at_end()) read_next();
    return std::move(places_);
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char now() const { return text_[at_]; }
  char next(std::size_t by = 1) const { return at_ + by < text_.size() ? text_[at_ + by] : '\n'; }
  Level& level() { return levels_.back(); }

  void push(Mode mode, char end) {
    const bool in_quotes = level().mode == Mode::kDouble || level().in_quotes;
    if (levels_.size() >= kMaxDepth) return;
    Level made;
    made.mode = mode;
    made.end = end;
    made.in_quotes = mode == Mode::kParameter && in_quotes;
    levels_.push_back(made);
  }

  void pop() {
    if (levels_.size() > 1) levels_.pop_back();
  }

  void read_next() {
    switch (level().mode) {
      case Mode::kCommand:
        return read_command();
      case Mode::kDouble:
        return read_double();
      case Mode::kParameter:
        return read_parameter();
      case Mode::kArithmetic:
        return read_arithmetic();
    }
  }

  void place(ShellPlace where) {
    places_.push_back(where);
    ++at_;
    word_starts_ = false;
  }

  /// Skips what a backslash protects, a value too: its text begins after the backslash.
  void skip_escape() {
    ++at_;
    if (!at_end() && now() != kValue) ++at_;
    word_starts_ = false;
  }

  void single_quotes(bool has_escapes) {
    ++at_;
    while (!at_end() && now() != '\'') {
      if (now() == kValue) {
        place(ShellPlace::kSingleQuoted);
      } else if (has_escapes && now() == '\\') {
        skip_escape();
      } else {
        ++at_;
      }
    }
    if (!at_end()) ++at_;
    word_starts_ = false;
  }

  /// True when a `$…` or a backtick was taken; both work in commands, quotes and documents.
  bool take_expansion() {
    if (now() == '`') {
      const bool closes = level().mode == Mode::kCommand && level().end == '`';
      if (!closes) return push_at(1, Mode::kCommand, '`');
      ++at_;
      pop();
      word_starts_ = false;
      return true;
    }
    if (now() != '$') return false;
    if (next() == '(' && next(2) == '(') return push_at(3, Mode::kArithmetic, ')');
    if (next() == '(') return push_at(2, Mode::kCommand, ')');
    if (next() == '{') return push_at(2, Mode::kParameter, '}');
    if (next() == '[') return push_at(2, Mode::kArithmetic, ']');
    return false;
  }

  bool push_at(std::size_t skipped, Mode mode, char end) {
    at_ += skipped;
    push(mode, end);
    word_starts_ = mode == Mode::kCommand;
    return true;
  }

  void read_double() {
    const char c = now();
    if (c == kValue) return place(ShellPlace::kQuoted);
    if (c == '\\') return skip_escape();
    if (c == '"') {
      ++at_;
      pop();
      return;
    }
    if (!take_expansion()) ++at_;
  }

  void read_parameter() {
    const char c = now();
    if (c == kValue) return place(level().in_quotes ? ShellPlace::kQuoted : ShellPlace::kWord);
    if (c == '\\') return skip_escape();
    if (c == '}') {
      ++at_;
      pop();
      return;
    }
    if (c == '"') {
      push_at(1, Mode::kDouble, '"');
      return;
    }
    if (c == '\'' && !level().in_quotes) return single_quotes(false);
    if (!take_expansion()) ++at_;
  }

  void read_arithmetic() {
    const char c = now();
    if (c == kValue) return place(ShellPlace::kArithmetic);
    if (level().end == ']') {
      if (c == ']') pop();
      ++at_;
      return;
    }
    if (c == '(') ++level().parentheses;
    if (c != ')') {
      ++at_;
      return;
    }
    if (level().parentheses > 0) {
      --level().parentheses;
      ++at_;
      return;
    }
    at_ += next() == ')' ? 2 : 1;
    pop();
    word_starts_ = false;
  }

  void read_command() {
    const char c = now();
    if (c == kValue) return place(ShellPlace::kWord);
    if (c == '\\') return skip_escape();
    if (c == '\'') return single_quotes(false);
    if (c == '"') {
      push_at(1, Mode::kDouble, '"');
      return;
    }
    if (c == '$' && next() == '\'') {
      ++at_;
      return single_quotes(true);
    }
    if (c == '#' && word_starts_) return comment();
    if (c == '<' && next() == '<') return less_less();
    if (c == '\n') return end_of_line();
    if (c == '(' || c == ')') return parenthesis();
    if (take_expansion()) return;
    plain();
  }

  /// A blank, an operator or a run of letters: `case` and `esac` are noticed.
  void plain() {
    const char c = now();
    const bool is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    if (!is_letter) {
      word_starts_ = is_blank(c) || c == ';' || c == '&' || c == '|' || c == '<' || c == '>';
      ++at_;
      return;
    }
    const std::size_t begin = at_;
    while (!at_end() && (std::isalnum(static_cast<unsigned char>(now())) != 0 || now() == '_'))
      ++at_;
    const std::string word = text_.substr(begin, at_ - begin);
    if (word_starts_ && word == "case") ++level().cases;
    if (word_starts_ && word == "esac" && level().cases > 0) --level().cases;
    word_starts_ = false;
  }

  void parenthesis() {
    if (now() == '(') {
      if (next() == '(' && word_starts_) {
        push_at(2, Mode::kArithmetic, ')');
        return;
      }
      ++level().parentheses;
    } else if (level().parentheses > 0) {
      --level().parentheses;
    } else if (level().end == ')' && level().cases == 0) {
      ++at_;
      pop();
      word_starts_ = false;
      return;
    }
    ++at_;
    word_starts_ = true;
  }

  void comment() {
    while (!at_end() && now() != '\n') {
      if (now() == '`' && level().end == '`') return;
      if (now() == kValue)
        place(ShellPlace::kComment);
      else
        ++at_;
    }
  }

  /// `<<WORD`, `<<-WORD`; `<<<` is no here-document.
  void less_less() {
    if (next(2) == '<') {
      at_ += 3;
      word_starts_ = true;
      return;
    }
    at_ += 2;
    Document document;
    if (!at_end() && now() == '-') {
      document.strips_tabs = true;
      ++at_;
    }
    while (!at_end() && is_blank(now())) ++at_;
    read_delimiter(document);
    if (!document.delimiter.empty() || document.is_quoted)
      documents_.push_back(std::move(document));
    word_starts_ = false;
  }

  void read_delimiter(Document& document) {
    while (!at_end()) {
      const char c = now();
      if (c == kValue) {
        place(ShellPlace::kDelimiter);
      } else if (c == '\'' || c == '"') {
        document.is_quoted = true;
        quoted_delimiter(document, c);
      } else if (c == '\\') {
        document.is_quoted = true;
        ++at_;
      } else if (is_blank(c) || c == '\n' ||
                 std::string_view(";&|<>()").find(c) != std::string_view::npos) {
        return;
      } else {
        document.delimiter += c;
        ++at_;
      }
    }
  }

  void quoted_delimiter(Document& document, char quote) {
    ++at_;
    while (!at_end() && now() != quote && now() != '\n') {
      if (now() == kValue) {
        place(ShellPlace::kDelimiter);
        continue;
      }
      document.delimiter += now();
      ++at_;
    }
    if (!at_end() && now() == quote) ++at_;
  }

  void end_of_line() {
    ++at_;
    word_starts_ = true;
    while (!documents_.empty() && !at_end()) {
      const Document document = documents_.front();
      documents_.pop_front();
      read_document(document);
    }
    word_starts_ = true;
  }

  void read_document(const Document& document) {
    const std::size_t outer = levels_.size();
    while (!at_end()) {
      if (levels_.size() <= outer && take_last_line(document)) return;
      read_document_line(document, outer);
    }
  }

  /// True when the line is the delimiter; it is skipped.
  bool take_last_line(const Document& document) {
    std::size_t begin = at_;
    while (document.strips_tabs && begin < text_.size() && text_[begin] == '\t') ++begin;
    const std::size_t end = std::min(text_.find('\n', begin), text_.size());
    if (text_.compare(begin, end - begin, document.delimiter) != 0) return false;
    at_ = std::min(end + 1, text_.size());
    return true;
  }

  /// To the next newline that is not inside an expansion.
  void read_document_line(const Document& document, std::size_t outer) {
    while (!at_end()) {
      if (levels_.size() > outer) {
        read_next();
        continue;
      }
      const char c = now();
      if (c == '\n') {
        ++at_;
        return;
      }
      if (c == kValue) {
        place(document.is_quoted ? ShellPlace::kQuotedDocument : ShellPlace::kQuoted);
      } else if (document.is_quoted) {
        ++at_;
      } else if (c == '\\') {
        ++at_;
        if (!at_end() && now() != '\n' && now() != kValue) ++at_;
      } else if (!document_expansion()) {
        ++at_;
      }
    }
  }

  /// As take_expansion, where `${…}` is quoted as in "…".
  bool document_expansion() {
    const std::size_t before = levels_.size();
    if (!take_expansion()) return false;
    if (levels_.size() > before && level().mode == Mode::kParameter) level().in_quotes = true;
    return true;
  }

  std::string text_;
  std::size_t at_ = 0;
  bool word_starts_ = true;
  std::vector<Level> levels_;
  std::deque<Document> documents_;
  std::vector<ShellPlace> places_;
};

}  // namespace

std::vector<ShellPlace> places_of_values(const std::vector<ShellPiece>& pieces) {
  std::string text;
  for (const ShellPiece& piece : pieces) {
    if (piece.is_value)
      text += kValue;
    else
      text += piece.text;
  }
  return Scanner(std::move(text)).run();
}

std::vector<std::string> words_of_shell(const std::string& text) {
  constexpr std::string_view kCuts = " \t\r\n\"'`;&|<>()$={}*?[]\\,:";
  std::set<std::string> words;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find_first_of(kCuts, begin), text.size());
    if (end > begin) words.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return {words.begin(), words.end()};
}

}  // namespace mlp::foreign
