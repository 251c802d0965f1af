// SPDX-License-Identifier: Apache-2.0
//
// A megabyte of junk ends in a diagnostic, soon, and in no crash.
#include <gtest/gtest.h>

#include <ctime>
#include <functional>

#include "base/random.h"
#include "compiler/syntax/format.h"
#include "tests/support/golden.h"
#include "tests/unit/syntax/parsed.h"

namespace mlp::tests {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;

std::string filled(const std::string& piece, const std::string& front = "",
                   std::size_t size = kMegabyte) {
  std::string text = front;
  while (text.size() + piece.size() <= size) text += piece;
  return text;
}

struct Junk {
  std::string name;
  std::string text;
};
void PrintTo(const Junk& junk, std::ostream* out) {
  *out << junk.name;
}

std::string random_text(std::uint64_t seed, const std::function<std::string(Random&)>& piece) {
  SeededRandom random(seed);
  std::string text;
  while (text.size() < kMegabyte) text += piece(random);
  return text.substr(0, kMegabyte);
}

std::vector<Junk> all_junk() {
  const std::string open = "pipeline p() {\n  x = ";
  const std::vector<std::string> words = {
      "task ", "pipeline ", "x ",    "= ",  "( ",     ") ",     "{ ",    "} ", "[ ",
      "] ",    "\"",        "~{",    "if ", "for ",   "in ",    "else ", ", ", ": ",
      "-> ",   "1 ",        "5min ", "\n",  "\"\"\"", "run ",   "not ",  "- ", "?? ",
      "=> ",   "T ",        "and ",  "// ", "'''",    "return "};
  return {
      {"parentheses", filled("(", open)},
      {"brackets", filled("[", open)},
      {"braces", filled("{", open)},
      {"braces_and_lines", filled("{\n", open)},
      {"blocks", filled("if a {\n", open)},
      {"calls", filled("f(", open)},
      {"closers", filled(")]}")},
      {"closing_braces", filled("}")},
      {"quotes", filled("\"", open)},
      {"single_quotes", filled("'", open)},
      {"block_quotes", filled("\"\"\" ", open)},
      {"interpolations", filled("\"~{", open)},
      {"block_interpolations", filled("\"\"\"~{", open)},
      {"open_interpolations", filled("~{", open + "\"")},
      {"sum", filled("1+", open)},
      {"sum_in_parentheses", filled("1+1+1+1+1+1)+1", filled("(", open, 180))},
      {"nots", filled("not ", open)},
      {"minuses", filled("-", open)},
      {"fallbacks", filled("a??", open)},
      {"fields", filled("a.", open)},
      {"indexes", filled("[0]", open + "a")},
      {"fors", filled("for a in ", open)},
      {"ifs", filled("if ", open)},
      {"repeats", filled("repeat a = ", open)},
      {"else_ifs", filled(" else if a { b }", open + "if a { b }")},
      {"lambdas", filled("f(x => ", open)},
      {"types", filled("[", "record R { a: ")},
      {"map_types", filled("{string: ", "record R { a: ")},
      {"list", filled("1,", open + "[")},
      {"names", filled("a ", open)},
      {"lines_of_names", filled("a b\n", "pipeline p() {\n")},
      {"declarations", filled("task\n")},
      {"lines_of_nonsense", filled("foo bar\n")},
      {"one_word", filled("a", "")},
      {"digits", filled("1", open)},
      {"bad_numbers", filled("1x ", open)},
      {"backslashes", filled("\\", open + "\"")},
      {"comments", filled("/*", open)},
      {"docs", filled("///\n", "")},
      {"zeros", std::string(kMegabyte, '\0')},
      {"high_bytes", std::string(kMegabyte, '\xff')},
      {"semicolons", filled(";", open)},
      {"hashes", filled("#\n", open)},
      {"dollars", filled("$ ", open)},
      {"random_bytes",
       random_text(1, [](Random& r) { return std::string(1, static_cast<char>(r.below(256))); })},
      {"random_printable",
       random_text(2,
                   [](Random& r) { return std::string(1, static_cast<char>(32 + r.below(95))); })},
      {"random_words", random_text(3, [&](Random& r) { return words[r.below(words.size())]; })},
      {"too_large", std::string(5 * kMegabyte, ' ')},
  };
}

class Hostile : public testing::TestWithParam<Junk> {};

TEST_P(Hostile, EndsInADiagnosticSoon) {
  const std::clock_t start = std::clock();
  const Parsed parsed(GetParam().text);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_TRUE(parsed.result.has_errors || GetParam().name == "docs");
  EXPECT_EQ(parsed.diagnostics.has_errors(), parsed.result.has_errors);
  EXPECT_LT(parsed.said().size(), kMegabyte);
  // Under one second of the processor; a build with sanitizers takes some times as long.
  EXPECT_LT(seconds, 5.0);
}

struct JunkName {
  std::string operator()(const testing::TestParamInfo<Junk>& each) const { return each.param.name; }
};
INSTANTIATE_TEST_SUITE_P(Junk, Hostile, testing::ValuesIn(all_junk()), JunkName());

/// One slip: a few bytes away, a piece put in, or two places exchanged.
std::string with_slip(std::string text, Random& random) {
  const std::vector<std::string> pieces = {"(",   ")",      "{",  "}", "[", "]", "\"",
                                           "~{",  "\"\"\"", "\n", ",", ":", "=", "-",
                                           "if ", "for ",   "/*", "'", "?", " "};
  const std::size_t at = random.below(text.size());
  switch (random.below(4)) {
    case 0:
      return text.erase(at, 1 + random.below(4));
    case 1:
      return text.insert(at, pieces[random.below(pieces.size())]);
    case 2: {  // the words or marks between two blanks away
      const std::size_t begin = text.find(' ', at);
      if (begin == std::string::npos) return text;
      return text.erase(begin, text.find(' ', begin + 1) - begin);
    }
    default:
      std::swap(text[at], text[random.below(text.size())]);
      return text;
  }
}

class Slips : public testing::TestWithParam<GoldenCase> {};

TEST_P(Slips, EndInADiagnosticOrInAFileThatCanBeFormatted) {
  SeededRandom random(GetParam().text.size());
  for (int round = 0; round < 40; ++round) {
    std::string text = GetParam().text;
    for (std::uint64_t slips = 1 + random.below(3); slips > 0; --slips)
      text = with_slip(text, random);
    const Parsed parsed(text);
    EXPECT_EQ(parsed.diagnostics.has_errors(), parsed.result.has_errors) << text;
    diagnostics::Diagnostics said;
    const auto once = syntax::format(source::SourceId(1), source::SourceFile("x.mlp", text), said);
    ASSERT_EQ(once.has_value(), !parsed.result.has_errors) << text;
    if (!once) continue;
    const auto twice =
        syntax::format(source::SourceId(1), source::SourceFile("x.mlp", *once), said);
    EXPECT_EQ(twice.value_or("(not formatted)"), *once) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Slips, testing::ValuesIn(golden_cases("samples")), GoldenName());
INSTANTIATE_TEST_SUITE_P(Everything, Slips, testing::ValuesIn(golden_cases("format")),
                         GoldenName());

}  // namespace
}  // namespace mlp::tests
