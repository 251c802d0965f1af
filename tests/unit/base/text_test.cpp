// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace mlp {
namespace {

std::string through_shell(const std::string& word) {
  const std::string command = "printf %s " + shell_quote(word);
  FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  char buffer[256];
  std::size_t n = 0;
  while ((n = fread(buffer, 1, sizeof buffer, pipe)) > 0) out.append(buffer, n);
  pclose(pipe);
  return out;
}

TEST(Text, AQuotedWordComesThroughAShellUnchanged) {
  for (const std::string word : {"plain", "two words", "it's", "$(touch canary)", "`id`", "a\nb",
                                 "\\", "\"", "-n", "*", "~", "é中", "a;b&c|d<e>f"}) {
    EXPECT_EQ(through_shell(word), word);
  }
}

TEST(Text, PrintableShowsControlsAndKeepsUnicode) {
  EXPECT_EQ(printable("a\nb\x1b[1m é"), "a\\x0ab\\x1b[1m é");
  EXPECT_EQ(printable("\xff"), "\\xff");
}

TEST(Text, OverlongAndSurrogateBytesAreNoUtf8) {
  EXPECT_TRUE(is_utf8("é中😀"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xe2\x82"));
}

TEST(Text, NearestFindsSlipsAndRefusesStrangers) {
  EXPECT_EQ(nearest("trian", {"train", "test"}), "train");
  EXPECT_EQ(nearest("fti", {"fit", "split"}), "fit");
  EXPECT_EQ(nearest("banana", {"fit", "split"}), "");
}

TEST(Text, GlobsMatchPartsAndTrees) {
  EXPECT_TRUE(glob_match("src/*.py", "src/fit.py"));
  EXPECT_FALSE(glob_match("src/*.py", "src/a/fit.py"));
  EXPECT_TRUE(glob_match("src/**", "src/a/b.py"));
  EXPECT_TRUE(glob_match("**/*.py", "fit.py"));
  EXPECT_TRUE(glob_match("a[0-9]?.txt", "a1b.txt"));
  EXPECT_FALSE(glob_match("a[!0-9].txt", "a1.txt"));
  EXPECT_TRUE(glob_match("*a*b*c*", "xxaxxbxxcxx"));
  EXPECT_TRUE(glob_match("**/b/**/c", "a/b/x/y/c"));
  EXPECT_TRUE(glob_match("**/b/c/**", "b/b/c"));
  EXPECT_FALSE(glob_match("**/b/**/c", "a/c/x/b"));
  EXPECT_FALSE(glob_match("a/**", "b/a"));
  EXPECT_TRUE(glob_match("**", ""));
}

TEST(Text, AHostilePatternDoesNotTakeForEver) {
  std::string pattern, path;
  for (int i = 0; i < 60; ++i) pattern += "**/a/";
  for (int i = 0; i < 120; ++i) path += "a/";
  EXPECT_FALSE(glob_match(pattern + "b", path + "c"));
  EXPECT_TRUE(glob_match(pattern + "c", path + "c"));
}

TEST(Text, SizesAndCountsReadWell) {
  EXPECT_EQ(human_size(512), "512 B");
  EXPECT_EQ(human_size(1536), "1.5 KiB");
  EXPECT_EQ(counted(1, "task"), "1 task");
  EXPECT_EQ(counted(3, "task"), "3 tasks");
}

}  // namespace
}  // namespace mlp
