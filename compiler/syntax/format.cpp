// SPDX-License-Identifier: Apache-2.0
//
// Lays tokens out again. What a mark is (a call's bracket or a group's) it asks the concrete tree.
#include "compiler/syntax/format.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/syntax/antlr.h"
#include "compiler/syntax/arrange.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace mlp::syntax {
namespace {

constexpr std::size_t kIndent = 2;
/// Lines that go on without a bracket stand further in than the block they open.
constexpr std::size_t kContinuation = 4;

/// What is written as one: a token, a whole string, a comment.
struct Atom {
  std::string_view text;
  Rule rule = Rule::kToken;  // of which it is a part
  bool comment = false;
  bool starts = false;  // a statement, a declaration, an entry
  int newlines = 0;     // before it
};

using Rules = std::unordered_map<std::uint32_t, Rule>;

void note_rules(const Tree& tree, Rules& rules) {
  for (const Tree& child : tree.children) {
    if (child.token != nullptr) {
      rules[child.begin] = tree.rule;
    } else if (child.rule != Rule::kString) {
      note_rules(child, rules);
    }
  }
}

/// Where something begins that is no continuation of the line before.
std::unordered_set<std::uint32_t> starts_of(const std::vector<Token>& arranged) {
  std::unordered_set<std::uint32_t> starts;
  std::string open;
  const Token* previous = nullptr;
  for (const Token& token : arranged) {
    const bool in_braces = open.empty() || open.back() == '{';
    const bool after_mark =
        previous != nullptr && in_braces && (previous->is_mark("{") || previous->is_mark(","));
    if (previous == nullptr || previous->kind == TokenKind::kNewline || after_mark) {
      starts.insert(token.begin);
    }
    if (token.kind == TokenKind::kPunctuation) {
      const char last = token.text.back();
      if (last == '(' || last == '[' || last == '{') open += last;
      if ((last == ')' || last == ']' || last == '}') && !open.empty()) open.pop_back();
    }
    previous = &token;
  }
  return starts;
}

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Index of the token that closes the string opened at `at`.
std::size_t end_of_string(const std::vector<Token>& tokens, std::size_t at) {
  int depth = 0;
  for (; at < tokens.size(); ++at) {
    if (tokens[at].kind == TokenKind::kStringOpen) ++depth;
    if (tokens[at].kind == TokenKind::kStringClose && --depth == 0) return at;
  }
  return tokens.size() - 1;
}

std::vector<Atom> atoms_of(std::string_view text, const std::vector<Token>& lexed,
                           const Rules& rules, const std::unordered_set<std::uint32_t>& starts) {
  std::vector<Atom> atoms;
  int newlines = 0;
  for (std::size_t i = 0; i < lexed.size(); ++i) {
    const Token& token = lexed[i];
    if (token.kind == TokenKind::kNewline) ++newlines;
    if (token.kind == TokenKind::kNewline || token.kind == TokenKind::kReset) continue;
    if (token.kind == TokenKind::kEnd) break;
    Atom atom{token.text, Rule::kToken, false, starts.contains(token.begin), newlines};
    if (token.kind == TokenKind::kStringOpen) {
      i = end_of_string(lexed, i);
      atom.text = text.substr(token.begin, lexed[i].end - token.begin);
    } else if (token.kind == TokenKind::kComment || token.kind == TokenKind::kDocComment) {
      atom.text = without_blanks_behind(token.text);
      atom.comment = true;
    } else if (const auto found = rules.find(token.begin); found != rules.end()) {
      atom.rule = found->second;
    }
    atoms.push_back(atom);
    newlines = 0;
  }
  return atoms;
}

bool is_open(const Atom& atom) {
  return !atom.comment && (atom.text == "(" || atom.text == "[" || atom.text == "{");
}

bool is_close(const Atom& atom) {
  return !atom.comment && (atom.text == ")" || atom.text == "]" || atom.text == "}");
}

/// Braces that hold a value or a type lie close to it; those of blocks and declarations do not.
bool is_tight_brace(Rule rule) {
  return rule == Rule::kRecordValue || rule == Rule::kMap || rule == Rule::kMapType;
}

bool opens_a_call(const Atom& before, const Atom& bracket) {
  if (before.text == "->") return false;
  switch (bracket.rule) {
    case Rule::kCall:
    case Rule::kTarget:
    case Rule::kTaskHead:
    case Rule::kPipelineHead:
    case Rule::kRetryClass:
      return true;
    default:
      return false;
  }
}

bool is_blank_between(const Atom& a, const Atom& b) {
  const std::string_view t = b.text;
  if (t == "," || t == ")" || t == "]" || t == ":" || t == "?" || t == ".") return false;
  if (a.text == "(" || a.text == "[" || a.text == ".") return false;
  if (a.text == "{" && (t == "}" || is_tight_brace(a.rule))) return false;
  if (t == "}") return !is_tight_brace(b.rule);
  if (t == "(") return !opens_a_call(a, b);
  if (t == "[") return b.rule != Rule::kPostfix;
  if (t == "{") return b.rule != Rule::kRecordValue;
  if (t == "%") return b.rule != Rule::kTolerate;
  if ((t == "<" || t == ">") && b.rule == Rule::kNamedType) return false;
  if (a.text == "<" && a.rule == Rule::kNamedType) return false;
  return !(a.text == "-" && a.rule == Rule::kUnary);
}

class Writer {
 public:
  explicit Writer(const std::vector<Atom>& atoms) : atoms_(atoms) {}

  std::string write() {
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      const Atom& atom = atoms_[i];
      if (i > 0) separate(atoms_[i - 1], atom);
      if (is_close(atom)) close();
      out_ += atom.text;
      if (is_open(atom)) open(atom);
    }
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  struct Open {
    std::size_t indent = 0;     // of the line it closes on
    std::size_t statement = 0;  // of the statement it stands in
    bool brace = false;
  };

  void open(const Atom& atom) {
    const bool brace = atom.text == "{";
    open_.push_back({brace ? statement_indent_ : line_indent_, statement_indent_, brace});
  }

  void close() {
    if (open_.empty()) return;
    statement_indent_ = open_.back().statement;
    open_.pop_back();
  }

  void separate(const Atom& before, const Atom& atom) {
    if (atom.newlines == 0 || (before.text == "}" && is_else(atom))) {
      if (atom.comment || before.comment) {
        out_ += before.comment ? " " : "  ";
      } else if (is_blank_between(before, atom)) {
        out_ += ' ';
      }
      return;
    }
    const bool empty_line = atom.newlines > 1 && !is_close(atom) && !is_open(before);
    out_ += empty_line ? "\n\n" : "\n";
    indent(atom);
  }

  /// It stands behind the brace, wherever it was, unless a comment is between.
  static bool is_else(const Atom& atom) {
    return atom.text == "else" && atom.rule == Rule::kIfExpr;
  }

  void indent(const Atom& atom) {
    const bool closes = is_close(atom) && !open_.empty();
    const bool in_braces = open_.empty() || open_.back().brace;
    line_indent_ = open_.empty() ? 0 : open_.back().indent + (closes ? 0 : kIndent);
    if (!closes && !atom.comment) {
      const bool goes_on = in_braces && !atom.starts && !is_else(atom);
      if (goes_on) line_indent_ = statement_indent_ + kContinuation;
      if (!goes_on) statement_indent_ = line_indent_;
    }
    out_.append(line_indent_, ' ');
  }

  const std::vector<Atom>& atoms_;
  std::vector<Open> open_;
  std::size_t line_indent_ = 0;
  std::size_t statement_indent_ = 0;
  std::string out_;
};

}  // namespace

std::optional<std::string> format(source::SourceId id, const source::SourceFile& source,
                                  diagnostics::Diagnostics& diagnostics) {
  if (parse(id, source, diagnostics).has_errors) return std::nullopt;
  diagnostics::Diagnostics silent;
  const LexedFile lexed = lex(id, source, silent);
  const Arranged arranged = arrange(id, lexed.tokens, silent);
  const ParseResult parsed = parse_tokens(arranged.tokens);
  if (!parsed.tree) return std::nullopt;
  Rules rules;
  note_rules(*parsed.tree, rules);
  const auto atoms = atoms_of(*lexed.text, lexed.tokens, rules, starts_of(arranged.tokens));
  return Writer(atoms).write();
}

}  // namespace mlp::syntax
