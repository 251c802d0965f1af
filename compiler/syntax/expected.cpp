// SPDX-License-Identifier: Apache-2.0
//
// A parser's set of expected tokens as a phrase a person understands.
#include <algorithm>
#include <array>

#include "compiler/syntax/syntax_errors.h"

namespace mlp::syntax {
namespace {

/// More alternatives than this are no help.
constexpr std::size_t kMaxAlternatives = 5;

class Phrase {
 public:
  explicit Phrase(const std::vector<std::string>& expected) : expected_(expected) {}

  std::string text() {
    if (has("INT") && has("if") && has("null")) {
      add("a value");
    } else {
      name_or_type();
      text_or_number();
      words();
    }
    marks();
    if (has("*") && has("==") && !has("INT")) add("an operator");
    if (has("NEWLINE")) add("the end of the line");
    if (parts_.empty() && has("END")) add("the end of the file");
    return parts_.size() > kMaxAlternatives ? "" : joined();
  }

 private:
  bool has(std::string_view token) const {
    return std::ranges::find(expected_, token) != expected_.end();
  }

  void name_or_type() {
    if (has("ID") && has("TYPE") && has("[")) {
      add("a type");
    } else if (has("ID")) {
      add("a name");
    } else if (has("TYPE")) {
      add("a name that begins with a capital letter");
    }
  }

  void text_or_number() {
    if (has("STRING_OPEN")) add("a string");
    if (has("INT")) add(has("FLOAT") ? "a number" : "a whole number");
    if (has("TEXT") || has("STRING_CLOSE")) add("the end of the string");
  }

  /// Where a name may stand every soft word is one; then none of them is worth naming.
  void words() {
    if (has("ID") || has("TEXT") || has("*")) return;
    for (const std::string& token : expected_) {
      if (token.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos) continue;
      const bool is_operator = token == "and" || token == "or" || token == "not";
      const bool is_operator_too = token == "in" && has("==");
      if (!is_operator && !is_operator_too) add("`" + token + "`");
    }
  }

  void marks() {
    constexpr std::array<std::string_view, 10> kTold = {",",  ")", "]", "}", "{",
                                                        "->", "=", ":", ">", "=>"};
    const bool value = has("INT") && has("if") && has("null");
    const bool type = has("TYPE") && has("[");
    for (const std::string_view mark : kTold) {
      if (mark == "}" && has("NEWLINE")) continue;
      if (mark == ">" && has("*")) continue;
      if (mark == "{" && (value || type)) continue;
      if (has(mark)) add("`" + std::string(mark) + "`");
    }
    if (has("(") && !value && !has("*") && !type) add("`(`");
  }

  void add(std::string part) { parts_.push_back(std::move(part)); }

  std::string joined() const {
    std::string text;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (i > 0) text += i + 1 == parts_.size() ? " or " : ", ";
      text += parts_[i];
    }
    return text;
  }

  const std::vector<std::string>& expected_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string describe_expected(const std::vector<std::string>& expected) {
  return Phrase(expected).text();
}

}  // namespace mlp::syntax
