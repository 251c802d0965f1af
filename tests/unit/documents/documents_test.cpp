// SPDX-License-Identifier: Apache-2.0
//
// Documents that are hostile, whatever the libraries behind the door make of them.
#include "compiler/documents/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlp::documents {
namespace {

using testing::HasSubstr;

std::string repeated(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

std::string refusal_of(const std::string& name, const std::string& text) {
  const auto json = parse(name, text);
  return json ? "(read) " + to_text(*json) : json.error().message;
}

TEST(Documents, OfZeroBytesAreNoOtherEncodingButRefused) {
  for (const char* name : {"a.json", "a.yaml", "a.toml", "a.csv"}) {
    EXPECT_EQ(refusal_of(name, std::string("a\0\0\0: 1", 8)), "has a zero byte");
  }
}

TEST(Yaml, EscapesOfLettersAreTheseLetters) {
  EXPECT_EQ(refusal_of("a.yaml", R"("\N\_\x85\u00a0\L\P": "à\NР\_\U0001f600\N")"),
            "(read) {\"\u0085\u00a0\u0085\u00a0\u2028\u2029\":\"à\u0085Р\u00a0\U0001f600\u0085\"}");
}

TEST(Toml, LettersOutsideOfQuotesAreRefusedWhateverTheyAre) {
  for (const char* letter : {"\u00e9", "\u0298", "\ufb01", "\ufebf"}) {
    EXPECT_THAT(refusal_of("a.toml", "a = 1\n" + std::string(letter) + " = 2"),
                HasSubstr("line 2"));
    EXPECT_THAT(refusal_of("a.toml", "a = \"\"\"b\\\n" + std::string(letter) + "\"\"\""),
                HasSubstr("(read)"));
  }
}

TEST(Toml, AHeaderWithoutAKeyIsRefusedAndEndsNothing) {
  EXPECT_EQ(refusal_of("a.toml", "[ = 1"), "is not TOML");
  EXPECT_EQ(refusal_of("a.toml", "[[ = 1"), "is not TOML");
}

TEST(Toml, DottedKeysNestNoDeeperThanAnythingElse) {
  const std::string sixty = repeated("a.", 60);
  EXPECT_THAT(refusal_of("a.toml", sixty + "a = 1"), HasSubstr("(read)"));
  const std::string many = repeated("a.", 100'000);
  EXPECT_EQ(refusal_of("a.toml", "# 1.1\n" + many + "a = 1"),
            "line 2: nests deeper than 64 levels");
  EXPECT_THAT(refusal_of("a.toml", "[" + many + "a]"), HasSubstr("nests deeper"));
  EXPECT_THAT(refusal_of("a.toml", "b = {" + many + "a = 1}"), HasSubstr("nests deeper"));
}

TEST(Toml, DotsInTextNestNothing) {
  const std::string dots(1000, '.');
  const auto json = parse("a.toml", "a = \"" + dots + "\\\"" + dots + "\"\nb = '''\n" + dots +
                                        "'''\n# " + dots + "\nc = \"\"\"" + dots + "\"\"\"");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(get_string_or(*json, "b", ""), dots);
}

}  // namespace
}  // namespace mlp::documents
