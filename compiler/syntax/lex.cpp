// SPDX-License-Identifier: Apache-2.0
//
// Drives the generated lexer. It keeps the stack of strings and braces, because only who knows what
// is open can tell where an author forgot to close it.
#include "compiler/syntax/lex.h"

#include <algorithm>

#include "base/text.h"
#include "compiler/syntax/antlr.h"
#include "compiler/syntax/clean_text.h"
#include "compiler/syntax/parse.h"

namespace mlp::syntax {
namespace {

using diagnostics::Diagnostics;
using diagnostics::Kind;
using source::Span;

/// After so many characters that mean nothing the file is no .mlp file.
constexpr int kMaxBadCharacters = 50;
/// So many mistakes more than are shown at all say the same.
constexpr std::size_t kMaxDropped = 500;
/// Some 20,000 lines. Each costs about 6 us and 1 KB from here to the plan: a megabyte of the
/// dearest text stays under a second with it.
constexpr std::size_t kMaxTokens = 150'000;
constexpr char kTooLong[] = "this file is too long: it has over 150,000 words and signs";
constexpr char kNoSuchFile[] = "this is no .mlp file: too much here cannot be read";

enum class Open { kBrace, kInterpolation, kLineString, kBlockString };

/// Text of the file for a message: one line, and no longer than one reads.
std::string quoted(std::string_view text) {
  constexpr std::size_t kMaxShown = 60;
  const std::string shown = printable(text.substr(0, kMaxShown));
  return "`" + shown + (text.size() > kMaxShown ? "…`" : "`");
}

struct Frame {
  Open open;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

bool is_string(Open open) {
  return open == Open::kLineString || open == Open::kBlockString;
}

class Reader {
 public:
  Reader(source::SourceId id, std::string_view text, Diagnostics& diagnostics, LexedFile& out)
      : id_(id), text_(text), diagnostics_(diagnostics), out_(out), lexer_(text) {}

  void run() {
    while (!out_.gave_up) {
      const Token token = lexer_.next();
      if (token.kind == TokenKind::kEnd) break;
      if (starts_declaration(token)) reset(token.begin);
      take(token);
      if (out_.gave_up) break;
      if (diagnostics_.dropped() > kMaxDropped)
        give_up(token, kNoSuchFile);
      else if (out_.tokens.size() > kMaxTokens)
        give_up(token, kTooLong);
    }
    finish();
  }

 private:
  void take(const Token& token) {
    switch (token.kind) {
      case TokenKind::kPunctuation:
        return take_mark(token);
      case TokenKind::kStringOpen:
        return open_string(token);
      case TokenKind::kStringClose:
        return close_string(token);
      case TokenKind::kNewline:
        return take_newline(token);
      case TokenKind::kBadString:
        return end_line_string(token);
      case TokenKind::kBadComment:
        report(Kind::kUnclosedComment, token, "this comment is never closed")
            .with_help("close it by `*/`");
        out_.gave_up = true;
        out_.read_until = token.begin;
        return;
      case TokenKind::kBadEscape:
        return bad_escape(token);
      case TokenKind::kBadDatetime:
        return bad_datetime(token);
      case TokenKind::kBadNumber:
        return bad_number(token);
      case TokenKind::kBadName:
        return bad_name(token);
      case TokenKind::kBadCharacter:
        return bad_character(token);
      case TokenKind::kForeignString:
        return foreign_string(token);
      case TokenKind::kForeignComment:
        report(Kind::kForeignSyntax, token, "comments begin with `//`, not with `#`")
            .with_fix(Span{id_, token.begin, token.begin + 1}, "//");
        return;
      case TokenKind::kForeignOperator:
        return foreign_operator(token);
      default:
        emit(token);
    }
  }

  // --- What is open ---

  void take_mark(const Token& token) {
    if (token.text == "{") stack_.push_back({Open::kBrace, token.begin, token.end});
    if (token.text == "~{") stack_.push_back({Open::kInterpolation, token.begin, token.end});
    if (token.text == "}" && !stack_.empty() && !is_string(stack_.back().open)) stack_.pop_back();
    emit(token);
  }

  void open_string(const Token& token) {
    const Open open = token.text.size() == 1 ? Open::kLineString : Open::kBlockString;
    emit(token);
    if (script_ == Script::kAfterInterpreter) lexer_.enter_raw_text();
    if (script_ == Script::kAfterWord) script_ = Script::kInInterpreter;
    strings_.push_back(stack_.size());
    stack_.push_back({open, token.begin, token.end});
  }

  void close_string(const Token& token) {
    pop_frame();
    emit(token);
    if (script_ == Script::kInInterpreter) script_ = Script::kAfterInterpreter;
  }

  /// A newline ends every "…" it stands in, and what is open inside it.
  void take_newline(const Token& token) {
    while (!strings_.empty() && stack_[strings_.back()].open == Open::kLineString) {
      unclosed_string(stack_[strings_.back()]);
      close(stack_.size() - strings_.back(), token.begin);
    }
    emit(token);
  }

  void end_line_string(const Token& token) {
    unclosed_string(stack_.back());
    close(1, token.begin);
    Token newline = token;
    newline.kind = TokenKind::kNewline;
    if (token.text == "\n") take_newline(newline);
  }

  /// Leaves the innermost `count` frames as if they had been closed at `at`.
  void close(std::size_t count, std::uint32_t at) {
    lexer_.pop_modes(count);
    for (; count > 0; --count) {
      const bool string = is_string(stack_.back().open);
      emit(Token{string ? TokenKind::kStringClose : TokenKind::kPunctuation, true, at, at,
                 string ? "\"" : "}"});
      pop_frame();
    }
  }

  void pop_frame() {
    stack_.pop_back();
    if (!strings_.empty() && strings_.back() == stack_.size()) strings_.pop_back();
  }

  bool starts_declaration(const Token& token) const {
    const bool first_column = token.begin == 0 || text_[token.begin - 1] == '\n';
    if (!first_column || (!stack_.empty() && is_string(stack_.back().open))) return false;
    if (token.kind == TokenKind::kDocComment) return true;
    if (token.kind != TokenKind::kWord || !is_declaration_word(token.text)) return false;
    const std::string_view rest = text_.substr(token.end);
    const std::size_t next = rest.find_first_not_of(" \t");
    if (next == 0 || next == std::string_view::npos) return false;
    const auto c = static_cast<unsigned char>(rest[next]);
    return std::isalpha(c) != 0 || c == '_' || c == '"';
  }

  /// Braces are closed, and the mistake is told, where parentheses are known too.
  void reset(std::uint32_t at) {
    const Frame* string = outermost_string();
    if (string != nullptr) {
      unclosed_string(*string);
      close(stack_.size(), at);
    }
    lexer_.pop_modes(stack_.size());
    stack_.clear();
    strings_.clear();
    emit(Token{TokenKind::kReset, true, at, at, {}});
  }

  void finish() {
    auto size = static_cast<std::uint32_t>(text_.size());
    if (const Frame* string = outermost_string()) {
      if (string->open == Open::kBlockString) cut_at_unclosed_block();
      unclosed_string(*outermost_string());
      close(stack_.size(), size);
    }
    emit(Token{TokenKind::kEnd, false, size, size, {}});
  }

  const Frame* outermost_string() const {
    return strings_.empty() ? nullptr : &stack_[strings_.front()];
  }

  /// Of all blocks the one that holds a declaration is the likely one to lack its end. What was
  /// read after it was read inside out: it is dropped, and so is what was said of it.
  void cut_at_unclosed_block() {
    const std::vector<std::size_t> declarations = declaration_lines();
    std::size_t opener = out_.tokens.size();
    for (std::size_t i = 0; i < out_.tokens.size(); ++i) {
      const Token& token = out_.tokens[i];
      const bool block = token.kind == TokenKind::kStringOpen && token.text.size() == 3;
      if (block && opener == out_.tokens.size()) opener = i;
      if (token.kind != TokenKind::kStringClose || opener == out_.tokens.size()) continue;
      const Token first = out_.tokens[opener];
      const auto inside = std::ranges::lower_bound(declarations, first.end);
      if (inside != declarations.end() && *inside < token.begin) {
        out_.tokens.resize(opener + 1);
        stack_.assign(1, {Open::kBlockString, first.begin, first.end});
        strings_.assign(1, 0);
        out_.read_until = first.begin;
        return;
      }
      opener = out_.tokens.size();
    }
  }

  /// Ends of lines after which a declaration seems to begin, sorted.
  std::vector<std::size_t> declaration_lines() const {
    std::vector<std::size_t> places;
    for (const std::string& word : declaration_words()) {
      const std::string line = "\n" + word + " ";
      for (std::size_t at = text_.find(line); at != std::string_view::npos;
           at = text_.find(line, at + 1)) {
        places.push_back(at);
      }
    }
    std::ranges::sort(places);
    return places;
  }

  void unclosed_string(const Frame& frame) {
    const bool block = frame.open == Open::kBlockString;
    const std::string mark(text_.substr(frame.begin, frame.end - frame.begin));
    diagnostics_
        .report(
            Kind::kUnclosedString, Span{id_, frame.begin, frame.end},
            block ? "this block string is never closed" : "this string is not closed on its line")
        .with_help(block ? "close it by `" + mark + "`"
                         : "close it by `\"`, or write text of several lines in `\"\"\"`");
  }

  // --- What cannot be read, and what is read in its stead ---

  void bad_escape(const Token& token) {
    report(Kind::kBadEscape, token, "unknown escape " + quoted(token.text))
        .with_note("the escapes are \\n \\r \\t \\\" \\\\ \\~ and \\u{…}")
        .with_help("write `\\\\` for a backslash; block strings `\"\"\"` have no escapes")
        .with_fix(Span{id_, token.begin, token.begin}, "\\");
    replace(token, TokenKind::kText, token.text);
  }

  void bad_datetime(const Token& token) {
    report(Kind::kBadDate, token, "the date-time " + quoted(token.text) + " is not complete")
        .with_help("it has hours, minutes and a zone: `" + std::string(token.text.substr(0, 10)) +
                   "T02:30:00Z` or `…+01:00`");
    replace(token, TokenKind::kDate, token.text.substr(0, 10));
  }

  void bad_number(const Token& token);
  void bad_name(const Token& token);

  void bad_character(const Token& first) {
    const std::string_view rest = text_.substr(first.begin);
    const std::size_t length = std::max<std::size_t>(1, utf8_length(rest));
    for (std::size_t i = 1; i < length; ++i) lexer_.next();
    Token whole = first;
    whole.end = first.begin + static_cast<std::uint32_t>(length);
    const std::string shown(text_.substr(whole.begin, length));
    auto& told = report(Kind::kBadCharacter, whole, quoted(shown) + " means nothing here");
    if (shown == "$")
      told.with_help("values are put into strings as `~{name}`; elsewhere write the name");
    if (shown == "“" || shown == "”") told.with_help("strings stand in straight quotes: `\"`");
    if (shown == "'") told.with_help("strings stand in double quotes: `\"`");
    if (++bad_characters_ >= kMaxBadCharacters) give_up(whole, kNoSuchFile);
  }

  void foreign_string(const Token& token) {
    const std::string_view inside = token.text.substr(1, token.text.size() - 2);
    auto& told = report(Kind::kForeignSyntax, token, "strings stand in double quotes");
    told.with_help("write " + quoted("\"" + std::string(inside) + "\""));
    if (inside.find_first_of("\"\\~") == std::string_view::npos) {
      told.with_fix(Span{id_, token.begin, token.end}, "\"" + std::string(inside) + "\"");
    }
    emit(Token{TokenKind::kStringOpen, true, token.begin, token.begin + 1, "\""});
    if (!inside.empty()) {
      emit(Token{TokenKind::kText, false, token.begin + 1, token.end - 1, inside});
    }
    emit(Token{TokenKind::kStringClose, true, token.end - 1, token.end, "\""});
  }

  void foreign_operator(const Token& token);

  // --- Small tools ---

  void replace(Token token, TokenKind kind, std::string_view text) {
    token.kind = kind;
    token.text = text;
    emit(token);
  }

  void emit(const Token& token) {
    follow_script(token);
    out_.tokens.push_back(token);
  }

  /// `script "sh" """…"""`: the second string is not ours to read.
  void follow_script(const Token& token) {
    if (token.is_word("script") && at_line_start()) {
      script_ = Script::kAfterWord;
    } else if (script_ == Script::kAfterWord || script_ == Script::kAfterInterpreter) {
      if (token.kind != TokenKind::kStringOpen) script_ = Script::kNone;
    }
  }

  bool at_line_start() const {
    if (out_.tokens.empty()) return true;
    const Token& last = out_.tokens.back();
    return last.kind == TokenKind::kNewline || last.is_mark("{");
  }

  void give_up(const Token& token, const char* why) {
    out_.gave_up = true;
    out_.read_until = token.begin;
    report(Kind::kFileTooLarge, token, why)
        .with_help("what stands before this place was read; the rest was not");
  }

  diagnostics::Diagnostic& report(Kind kind, const Token& token, std::string message) {
    return diagnostics_.report(kind, Span{id_, token.begin, token.end}, std::move(message));
  }

  enum class Script { kNone, kAfterWord, kInInterpreter, kAfterInterpreter };

  source::SourceId id_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  LexedFile& out_;
  AntlrLexer lexer_;
  std::vector<Frame> stack_;
  std::vector<std::size_t> strings_;  // which frames are strings
  Script script_ = Script::kNone;
  int bad_characters_ = 0;
};

struct Unit {
  std::string_view wrong;
  std::string_view right;
};

/// Units as other tools write them.
constexpr Unit kUnits[] = {
    {"m", "min"},   {"mins", "min"}, {"minute", "min"}, {"minutes", "min"}, {"sec", "s"},
    {"secs", "s"},  {"second", "s"}, {"seconds", "s"},  {"hr", "h"},        {"hrs", "h"},
    {"hour", "h"},  {"hours", "h"},  {"day", "d"},      {"days", "d"},      {"msec", "ms"},
    {"K", "KB"},    {"M", "MB"},     {"G", "GB"},       {"T", "TB"},        {"k", "KB"},
    {"g", "GB"},    {"t", "TB"},     {"Ki", "KiB"},     {"Mi", "MiB"},      {"Gi", "GiB"},
    {"Ti", "TiB"},  {"kb", "KB"},    {"mb", "MB"},      {"gb", "GB"},       {"tb", "TB"},
    {"Kb", "KB"},   {"Mb", "MB"},    {"Gb", "GB"},      {"Tb", "TB"},       {"kB", "KB"},
    {"kib", "KiB"}, {"mib", "MiB"},  {"gib", "GiB"},    {"tib", "TiB"},     {"b", "B"},
    {"bytes", "B"}};

void Reader::bad_number(const Token& token) {
  const std::size_t letters = token.text.find_first_not_of("0123456789_.");
  const std::string number(token.text.substr(0, letters));
  const std::string_view unit = token.text.substr(letters);
  const auto* known = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const Unit& u) { return u.wrong == unit; });
  auto& told = report(Kind::kBadNumber, token, quoted(token.text) + " is no number");
  told.with_span_label(quoted(unit) + " is no unit");
  if (known != std::end(kUnits)) {
    const std::string right = number + std::string(known->right);
    told.with_help("did you mean " + quoted(right) + "?")
        .with_fix(Span{id_, token.begin, token.end}, right);
  } else if (unit == "w" || unit == "week" || unit == "weeks") {
    told.with_help("the longest unit is the day: a week is `7d`");
  } else {
    told.with_note("durations end in ms, s, min, h or d; sizes in B, KB to TB or KiB to TiB");
  }
  replace(token,
          known != std::end(kUnits) && known->right.back() == 'B' ? TokenKind::kSize
          : known != std::end(kUnits)                             ? TokenKind::kDuration
                                                                  : TokenKind::kInt,
          token.text);
  out_.tokens.back().made_up = true;
}

void Reader::bad_name(const Token& token) {
  std::string suggestion;
  for (const char c : token.text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !suggestion.empty() && suggestion.back() != '_') suggestion += '_';
    suggestion += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  report(Kind::kBadCharacter, token, "the name " + quoted(token.text) + " has capital letters")
      .with_note("names are lower-case with `_`; types, records and secrets begin with a capital")
      .with_help("write " + quoted(suggestion))
      .with_fix(Span{id_, token.begin, token.end}, suggestion);
  replace(token, TokenKind::kWord, token.text);
}

void Reader::foreign_operator(const Token& token) {
  struct Meaning {
    std::string_view foreign, ours;
    TokenKind kind;
    std::string_view message;
  };
  static constexpr Meaning kMeanings[] = {
      {"&&", "and", TokenKind::kWord, "`&&` is written `and`"},
      {"||", "or", TokenKind::kWord, "`||` is written `or`"},
      {"!", "not", TokenKind::kWord, "`!` is written `not`"},
      {"===", "==", TokenKind::kPunctuation, "`===` is written `==`"},
      {"!==", "!=", TokenKind::kPunctuation, "`!==` is written `!=`"},
      {":=", "=", TokenKind::kPunctuation, "`:=` is written `=`"},
      {"<-", "=", TokenKind::kPunctuation, "`<-` is written `=`"},
      {";", "\n", TokenKind::kNewline, "statements end at the end of the line, not at `;`"},
  };
  for (const Meaning& meaning : kMeanings) {
    if (meaning.foreign != token.text) continue;
    report(Kind::kForeignSyntax, token, std::string(meaning.message))
        .with_fix(Span{id_, token.begin, token.end}, meaning.kind == TokenKind::kWord
                                                         ? std::string(meaning.ours) + " "
                                                         : std::string(meaning.ours));
    return replace(token, meaning.kind, meaning.ours);
  }
  report(Kind::kForeignSyntax, token,
         "`" + std::string(token.text) + "` is no operator: a name is bound once and never changes")
      .with_help("bind the result to a new name");
  replace(token, TokenKind::kPunctuation, "=");
}

}  // namespace

LexedFile lex(source::SourceId id, const source::SourceFile& source, Diagnostics& diagnostics) {
  LexedFile out;
  std::string_view text = source.text;
  if (text.size() > kMaxFileBytes) {
    diagnostics
        .report(Kind::kFileTooLarge, Span{id, 0, 0},
                "the file has " + human_size(text.size()) + "; at most " +
                    human_size(kMaxFileBytes) + " are read")
        .with_help("put data into files of the project, and parts of the pipeline into imports");
    out.gave_up = true;
    text = {};
  }
  out.text = std::make_unique<const std::string>(clean_text(id, text, diagnostics));
  Diagnostics said;
  Reader(id, *out.text, said, out).run();
  for (const diagnostics::Diagnostic& each : said.all()) {
    if (each.span.begin <= out.read_until) diagnostics.add(each);
  }
  return out;
}

const std::vector<std::string>& declaration_words() {
  static const std::vector<std::string> words = {
      "import", "record", "enum", "environment", "task", "pipeline", "schedule", "trigger", "test"};
  return words;
}

bool is_declaration_word(std::string_view word) {
  const auto& words = declaration_words();
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace mlp::syntax
