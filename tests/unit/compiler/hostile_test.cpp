// SPDX-License-Identifier: Apache-2.0
//
// Damaged pipelines end in diagnostics or in a plan that holds together, never in a crash.
#include "base/random.h"
#include "base/text.h"
#include "tests/unit/compiler/project.h"

namespace mlp::tests {
namespace {

const std::vector<std::string> kAreas{"body",  "call",    "check",  "environment", "expression",
                                      "for",   "if",      "import", "name",        "pipeline",
                                      "place", "samples", "task",   "type"};

/// Words and signs of a text, each with the blanks after it.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    const auto is_word = [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    };
    while (is_word(text[i]) && end < text.size() && is_word(text[end])) ++end;
    words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

std::string damaged(const std::vector<std::string>& words, Random& random) {
  std::vector<std::string> changed = words;
  const std::uint64_t changes = 1 + random.below(3);
  for (std::uint64_t i = 0; i < changes && !changed.empty(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(random.below(changed.size()));
    const std::string& other = words[random.below(words.size())];
    switch (random.below(3)) {
      case 0:
        changed.erase(changed.begin() + at);
        break;
      case 1:
        changed.insert(changed.begin() + at, other);
        break;
      default:
        changed[static_cast<std::size_t>(at)] = other;
    }
  }
  return join(changed, "");
}

TEST(Hostile, DamagedPipelinesNeverCrashTheCompiler) {
  SeededRandom random(7);
  for (const std::string& area : kAreas) {
    for (const GoldenCase& each : golden_cases(area)) {
      const std::vector<std::string> words = words_of(each.text);
      if (words.size() > 5000) continue;
      for (int i = 0; i < 20; ++i) {
        GoldenCase other = each;
        other.text = damaged(words, random);
        compiled_text(other);
        other.text = "// check\n" + other.text;
        compiled_text(other);
      }
    }
  }
}

TEST(Hostile, LongChainsEndInADiagnosticOrAPlan) {
  for (const char* piece : {" + x", ".a", "[0]", " ?? x", " and x", " == x"}) {
    std::string text = "pipeline p(x: int) -> int { return x";
    for (int i = 0; i < 5000; ++i) text += piece;
    compiled_text({"", "p", text + " }\n"});
  }
  std::string bindings = "pipeline p(x: int) -> int {\n  a0 = x\n";
  for (int i = 1; i < 3000; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    bindings += "  a" + std::to_string(i) + " = " + before + " + " + before + "\n";
  }
  const std::string text = compiled_text({"", "p", bindings + "  return a2999\n}\n"});
  EXPECT_NE(text.find("plan of p"), std::string::npos);
}

TEST(Hostile, TypesThatDoubleAreBounded) {
  std::string text = "pipeline p(x: int) -> int {\n  a0 = x\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    text += "  a" + std::to_string(i) + " = (l: " + before + ", r: " + before + ")\n";
  }
  const std::string said = compiled_text({"", "p", text + "  return a59\n}\n"});
  EXPECT_NE(said.find("E0511"), std::string::npos);
  std::string records = "record A0 { x: int }\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "A" + std::to_string(i - 1);
    records += "record A" + std::to_string(i) + " { l: " + before + ", r: " + before + " }\n";
  }
  records += "task t(a: A59) -> (b: A59) { run \"true\" }\npipeline p(a: A59) { t(a) }\n";
  EXPECT_NE(compiled_text({"", "p", records}).find("E0511"), std::string::npos);
}

TEST(Hostile, PipelinesThatCallEachOtherTwiceAreBounded) {
  std::string text =
      "task t() -> (n: int) { run \"echo 1 > ~{n}\" }\npipeline p0() -> int { return t().n }\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "p" + std::to_string(i - 1) + "()";
    text +=
        "pipeline p" + std::to_string(i) + "() -> int { return " + before + " + " + before + " }\n";
  }
  text += "pipeline p() -> int { return p39() }\n";
  const std::string said = compiled_text({"", "p", text});
  EXPECT_NE(said.find("error"), std::string::npos);
}

}  // namespace
}  // namespace mlp::tests
