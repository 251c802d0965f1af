// SPDX-License-Identifier: Apache-2.0
//
// Where the parser could not go on: first the slips that people make, by name, then what was
// expected and what was found.
#include "compiler/syntax/syntax_errors.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace mlp::syntax {
namespace {

using diagnostics::Diagnostic;
using diagnostics::Diagnostics;
using diagnostics::Kind;
using source::Span;

using Words = std::vector<std::string>;

const Words kTaskProperties = {"in",      "uses", "keep",    "tags",     "cpus",     "memory",
                               "gpus",    "disk", "timeout", "priority", "retry",    "cache",
                               "secrets", "vars", "pool",    "executor", "network",  "sandbox",
                               "stub",    "run",  "exec",    "script",   "notebook", "python"};
const Words kScheduleProperties = {"cron",   "gap",  "fold",  "missed", "overlap",
                                   "jitter", "from", "until", "pause"};
const Words kTriggerProperties = {"on", "cooldown", "overlap"};
const Words kComparisons = {"==", "!=", "<", "<=", ">", ">=", "in"};
const Words kBindingWords = {"let", "var", "val", "const", "def", "set", "auto"};

bool holds(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

class Explainer {
 public:
  Explainer(source::SourceId id, const std::vector<Token>& tokens, const SyntaxError& error,
            Diagnostics& diagnostics)
      : id_(id),
        tokens_(tokens),
        error_(error),
        diagnostics_(diagnostics),
        found_(tokens[error.token]) {}

  void report() {
    const bool known = reserved_name() || misplaced_return() || unknown_property() ||
                       wrong_arrow() || joined_greater() || chained_comparison() ||
                       single_equals() || colon_for_block() || binding_word() || method_call() ||
                       lone_type() || list_type() || bare_output() || short_fraction() ||
                       bare_module() || wrong_case();
    if (!known) expected_something();
  }

 private:
  // --- What is around ---

  const Token& before(std::size_t count) const {
    static const Token nothing;
    return error_.token >= count ? tokens_[error_.token - count] : nothing;
  }
  const Token& after(std::size_t count) const {
    return tokens_[std::min(error_.token + count, tokens_.size() - 1)];
  }
  bool expects(std::string_view token) const { return holds(error_.expected, token); }
  bool within(Rule rule) const {
    return std::ranges::find(error_.rules, rule) != error_.rules.end();
  }
  Span span(const Token& token) const { return {id_, token.begin, token.end}; }
  bool line_ends() const {
    return found_.kind == TokenKind::kNewline || found_.kind == TokenKind::kEnd;
  }

  static bool ends_operand(const Token& token) {
    switch (token.kind) {
      case TokenKind::kPunctuation:
        return token.text == ")" || token.text == "]" || token.text == "}" || token.text == "?";
      case TokenKind::kNewline:
      case TokenKind::kEnd:
      case TokenKind::kStringOpen:
      case TokenKind::kText:
        return false;
      case TokenKind::kWord:
        return !is_reserved_word(token.text) || token.text == "true" || token.text == "false" ||
               token.text == "null";
      default:
        return true;
    }
  }

  /// The bracket we are in, or a space.
  char innermost_bracket() const {
    int depth = 0;
    for (std::size_t i = error_.token; i-- > 0;) {
      if (tokens_[i].kind != TokenKind::kPunctuation) continue;
      const char mark = tokens_[i].text.back();
      if (mark == ')' || mark == ']' || mark == '}') ++depth;
      if (mark != '(' && mark != '[' && mark != '{') continue;
      if (depth-- == 0) return tokens_[i].text == "~{" ? '~' : mark;
    }
    return ' ';
  }

  Diagnostic& tell(Kind kind, Span where, std::string message) {
    return diagnostics_.report(kind, where, std::move(message));
  }

  // --- Slips ---

  bool reserved_name() {
    const Token* word = nullptr;
    const Token& previous = before(1);
    const bool names = after(1).is_mark("=") || (expects("ID") && !expects("INT"));
    if (found_.kind == TokenKind::kWord && names) word = &found_;
    const bool bound = found_.is_mark("=") || (found_.is_mark(":") && !expects("{"));
    if (previous.kind == TokenKind::kWord && bound) word = &previous;
    if (word == nullptr || !is_reserved_word(word->text)) return false;
    const std::string text(word->text);
    tell(Kind::kReservedWord, span(*word), "`" + text + "` is a reserved word and cannot be a name")
        .with_help("choose another name, such as `" + text + "_`");
    return true;
  }

  bool misplaced_return() {
    if (!found_.is_word("return")) return false;
    tell(Kind::kMisplaced, span(found_), "`return` cannot stand here")
        .with_note("it stands once, at the end of a pipeline, before its hooks")
        .with_help("the value of a block is its last expression: leave out `return`");
    return true;
  }

  bool unknown_property() {
    const bool first = before(1).kind == TokenKind::kNewline || before(1).is_mark("{");
    if (!first || line_ends() || expects("ID")) return false;
    if (expects("cpus")) return no_property(kTaskProperties, "task");
    if (expects("cron")) return no_property(kScheduleProperties, "schedule");
    if (expects("cooldown")) return no_property(kTriggerProperties, "trigger");
    return false;
  }

  bool no_property(const Words& known, const std::string& of) {
    static const std::vector<std::pair<std::string_view, std::string>> kElsewhere = {
        {"cpu", "cpus"},      {"mem", "memory"},     {"gpu", "gpus"},    {"retries", "retry"},
        {"env", "vars"},      {"environment", "in"}, {"image", "in"},    {"container", "in"},
        {"command", "run"},   {"shell", "run"},      {"cmd", "run"},     {"inputs", "uses"},
        {"deps", "uses"},     {"label", "tags"},     {"labels", "tags"}, {"secret", "secrets"},
        {"caching", "cache"}, {"storage", "disk"},   {"output", "stub"}, {"bash", "run"}};
    const std::string shown = printable(found_.text.substr(0, 40));
    std::string near = nearest(shown, known);
    for (const auto& [word, ours] : kElsewhere) {
      if (of == "task" && shown == word) near = ours;
    }
    auto& told =
        tell(Kind::kUnknownProperty, span(found_), "a " + of + " has no property `" + shown + "`");
    if (found_.kind == TokenKind::kWord && !near.empty()) {
      told.with_help("did you mean `" + near + "`?").with_fix(span(found_), near);
    } else {
      told.with_note("the properties are " + join(known, ", "));
    }
    return true;
  }

  bool wrong_arrow() {
    if (found_.is_mark("=>") && expects("->")) {
      tell(Kind::kForeignSyntax, span(found_), "what a declaration gives is written with `->`")
          .with_fix(span(found_), "->")
          .with_help("`=>` is for the functions given to `max_by`, `filter` and the like");
      return true;
    }
    if (found_.is_mark("->") && before(1).kind == TokenKind::kWord && innermost_bracket() == '(') {
      tell(Kind::kForeignSyntax, span(found_), "a function given to a call is written with `=>`")
          .with_fix(span(found_), "=>")
          .with_help("write `" + std::string(before(1).text) + " => …`");
      return true;
    }
    return false;
  }

  bool joined_greater() {
    if (!found_.is_mark(">=")) return false;
    std::size_t back = 1;  // over a format such as tar.gz
    while (before(back).kind == TokenKind::kWord || before(back).is_mark(".")) ++back;
    const bool record = before(1).kind == TokenKind::kType && before(2).is_mark("<");
    const bool type =
        record || (before(back).is_mark("<") && before(back + 1).kind == TokenKind::kType);
    if (!type) return false;
    tell(Kind::kSyntax, span(found_), "`>=` is read as one operator here")
        .with_help("write a space: `> =`")
        .with_fix(span(found_), "> =");
    return true;
  }

  bool chained_comparison() {
    if (!holds(kComparisons, found_.text) || !ends_operand(before(1))) return false;
    int depth = 0;
    for (std::size_t i = error_.token; i-- > 0;) {
      const Token& token = tokens_[i];
      if (token.kind == TokenKind::kNewline || token.kind == TokenKind::kEnd) return false;
      if (token.is_mark(")") || token.is_mark("]") || token.is_mark("}")) ++depth;
      if (token.is_mark("(") || token.is_mark("[") || token.is_mark("{")) --depth;
      if (depth < 0 || (depth == 0 && (token.is_word("and") || token.is_word("or")))) return false;
      if (depth > 0 || !holds(kComparisons, token.text)) continue;
      tell(Kind::kChainedComparison, span(found_), "comparisons do not chain")
          .with_label(span(token), "the first comparison")
          .with_help("write `a < b and b < c`");
      return true;
    }
    return false;
  }

  bool single_equals() {
    if (!found_.is_mark("=") || !ends_operand(before(1))) return false;
    if (innermost_bracket() == '(' && before(1).kind == TokenKind::kWord &&
        (before(2).is_mark("(") || before(2).is_mark(","))) {
      const std::string name(before(1).text);
      tell(Kind::kForeignSyntax, span(found_), "an argument is named with `:`, not with `=`")
          .with_help("write `" + name + ": …`")
          .with_fix({id_, before(1).end, found_.end}, ":");
      return true;
    }
    if (!expects("==") && !within(Rule::kIfExpr) && !within(Rule::kCheckStatement)) return false;
    tell(Kind::kForeignSyntax, span(found_), "`=` binds a name and cannot stand in an expression")
        .with_help("to compare write `==`")
        .with_fix(span(found_), "==");
    return true;
  }

  bool colon_for_block() {
    if (!found_.is_mark(":") || !expects("{")) return false;
    tell(Kind::kForeignSyntax, span(found_), "a block stands in `{ … }`, not after `:`")
        .with_fix(span(found_), " {");
    return true;
  }

  bool binding_word() {
    if (found_.kind != TokenKind::kWord || !holds(kBindingWords, before(1).text)) return false;
    tell(Kind::kForeignSyntax, span(before(1)),
         "a name is bound without `" + std::string(before(1).text) + "`")
        .with_help("write `" + std::string(found_.text) + " = …`")
        .with_fix({id_, before(1).begin, found_.begin}, "");
    return true;
  }

  bool method_call() {
    if (!found_.is_mark("(") || before(1).kind != TokenKind::kWord || !before(2).is_mark("."))
      return false;
    const std::string name(before(1).text);
    tell(Kind::kSyntax, span(found_), "a value has no functions of its own")
        .with_help("give the value to the function: `" + name + "(x)`, not `x." + name + "()`");
    return true;
  }

  bool lone_type() {
    const Token& type = before(1);
    if (type.kind != TokenKind::kType || !(within(Rule::kExpr) || within(Rule::kStatement)))
      return false;
    if (found_.is_mark("<") || expects(">")) return false;
    const std::string name(type.text);
    auto& told = tell(Kind::kSyntax, span(type), "the type `" + name + "` is no value");
    if (found_.is_mark("(")) {
      told.with_help("a record is written `" + name + "{field: value}`");
    } else {
      told.with_help("write `" + name + "{field: value}` for a record, `" + name +
                     ".value` for an enum");
    }
    return true;
  }

  bool list_type() {
    if (!found_.is_mark("[") || !after(1).is_mark("]") || !before(2).is_mark(":")) return false;
    const std::string name(before(1).text);
    tell(Kind::kForeignSyntax, span(found_), "a list type is written `[" + name + "]`")
        .with_fix({id_, before(1).begin, after(1).end}, "[" + name + "]");
    return true;
  }

  bool bare_output() {
    if (!before(1).is_mark("->") || error_.rules.empty() || error_.rules.front() != Rule::kTaskHead)
      return false;
    tell(Kind::kSyntax, span(found_), "outputs of a task have names and stand in parentheses")
        .with_help("write `-> (name: " + std::string(found_.text) + ")`");
    return true;
  }

  bool short_fraction() {
    if (!found_.is_mark(".") || after(1).kind != TokenKind::kInt || !expects("INT")) return false;
    const std::string digits(after(1).text);
    tell(Kind::kBadNumber, {id_, found_.begin, after(1).end}, "a number begins with a digit")
        .with_fix({id_, found_.begin, found_.begin}, "0")
        .with_help("write `0." + digits + "`");
    return true;
  }

  bool bare_module() {
    if (error_.rules.empty() || error_.rules.front() != Rule::kImportDecl || !line_ends())
      return false;
    if (before(1).kind != TokenKind::kWord || !before(2).is_word("import")) return false;
    const std::string name(before(1).text);
    tell(Kind::kSyntax, span(before(1)), "`" + name + "` alone cannot be imported")
        .with_help("write `import " + name + ".x` for a module, `import \"./" + name +
                   ".mlp\"` for a file");
    return true;
  }

  bool wrong_case() {
    const bool name = expects("ID") && !expects("TYPE") && !expects("INT");
    const bool type = expects("TYPE") && !expects("ID");
    std::string text(found_.text);
    if (found_.kind == TokenKind::kType && name) {
      std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
      tell(Kind::kSyntax, span(found_), "`" + std::string(found_.text) + "` cannot be a name here")
          .with_note("names are lower-case; types, records and secrets begin with a capital letter")
          .with_help("write `" + text + "`");
      return true;
    }
    if (found_.kind != TokenKind::kWord || !type) return false;
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    tell(Kind::kSyntax, span(found_),
         "`" + std::string(found_.text) + "` must begin with a capital letter here")
        .with_help("write `" + text + "`");
    return true;
  }

  // --- All else ---

  void expected_something() {
    const Token& previous = before(1);
    const bool decided = error_.start == error_.token;
    std::string expected = decided ? describe_expected(error_.expected) : expected_around();
    if (expected.empty())
      expected = decided ? expected_around() : describe_expected(error_.expected);
    if (line_ends()) {
      const std::string where = found_.kind == TokenKind::kEnd ? "file" : "line";
      tell(Kind::kSyntax, {id_, previous.end, previous.end},
           expected.empty() ? "the " + where + " ends too early"
                            : "expected " + expected + " before the end of the " + where);
      return;
    }
    const std::string found = found_text();
    auto& told = tell(Kind::kSyntax, span(found_),
                      expected.empty() ? found + " cannot stand here"
                                       : "expected " + expected + ", found " + found);
    if (!previous.text.empty() && previous.kind != TokenKind::kNewline && expected.empty()) {
      told.with_span_label("not after `" + printable(previous.text.substr(0, 40)) + "`");
    }
  }

  std::string found_text() const {
    if (found_.kind == TokenKind::kStringOpen) return "a string";
    return "`" + printable(found_.text.substr(0, 60)) + "`";
  }

  /// What usually stands between two operands, or after an operator, by the bracket we are in.
  std::string expected_around() const {
    const Token& previous = before(1);
    if (!ends_operand(previous)) {
      return previous.kind == TokenKind::kPunctuation || previous.kind == TokenKind::kWord
                 ? "a value"
                 : "";
    }
    if (line_ends()) return "";
    switch (innermost_bracket()) {
      case '(':
        return "`,`, `)` or an operator";
      case '[':
        return "`,`, `]` or an operator";
      case '~':
        return "`}` or an operator";
      case '{':
        return "an operator or the end of the line";
      default:
        return "";
    }
  }

  source::SourceId id_;
  const std::vector<Token>& tokens_;
  const SyntaxError& error_;
  Diagnostics& diagnostics_;
  const Token& found_;
};

/// Which lines have had their say.
class Lines {
 public:
  Lines(const source::SourceFile& source, const std::vector<Span>& muddled) : source_(source) {
    for (const Span& span : muddled) {
      const std::uint32_t last = source.line_index(span.end);
      for (std::uint32_t line = source.line_index(span.begin); line <= last; ++line)
        told_.insert(line);
    }
  }
  /// True the first time.
  bool take(std::uint32_t offset) { return told_.insert(source_.line_index(offset)).second; }

 private:
  const source::SourceFile& source_;
  std::set<std::uint32_t> told_;
};

}  // namespace

void report_syntax_errors(source::SourceId id, const source::SourceFile& source,
                          const Arranged& arranged, const std::vector<SyntaxError>& errors,
                          Diagnostics& diagnostics) {
  Lines lines(source, arranged.muddled);
  for (const SyntaxError& error : errors) {
    const Token& found = arranged.tokens[error.token];
    const bool at_end = found.kind == TokenKind::kNewline || found.kind == TokenKind::kEnd;
    const std::uint32_t place =
        at_end && error.token > 0 ? arranged.tokens[error.token - 1].end : found.begin;
    if (lines.take(place)) Explainer(id, arranged.tokens, error, diagnostics).report();
  }
}

}  // namespace mlp::syntax
