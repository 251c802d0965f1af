// SPDX-License-Identifier: Apache-2.0
#include "compiler/foreign/shell_text.h"

#include <gtest/gtest.h>

namespace mlp::foreign {
namespace {

/// `@` is a value. One letter each: w word, q quoted, ' single quotes, d quoted document,
/// e delimiter, + arithmetic, # comment.
std::string places(const std::string& text) {
  std::vector<ShellPiece> pieces;
  std::string plain;
  for (const char c : text) {
    if (c != '@') {
      plain += c;
      continue;
    }
    pieces.push_back({plain, false});
    pieces.push_back({"", true});
    plain.clear();
  }
  pieces.push_back({plain, false});
  std::string letters;
  for (const ShellPlace place : places_of_values(pieces))
    letters += "wq'de+#"[static_cast<int>(place)];
  return letters;
}

TEST(ShellText, KnowsQuotes) {
  EXPECT_EQ(places("a @ \"b @\" 'c @' $'d\\'@' @"), "wq''w");
  EXPECT_EQ(places("\"a \\\" @\" \\\" @"), "qw");
  EXPECT_EQ(places("'it'\\''s' @"), "w");
  EXPECT_EQ(places("a@b\"@\"c"), "wq");
}

TEST(ShellText, GoesIntoSubstitutions) {
  EXPECT_EQ(places("\"$(echo @ \"@\")@\" @"), "wqqw");
  EXPECT_EQ(places("`echo @ '@'` @"), "w'w");
  EXPECT_EQ(places("\"`echo @`\" @"), "ww");
  EXPECT_EQ(places("$(case @ in (a) echo @;; b) echo '@';; esac) @"), "ww'w");
  EXPECT_EQ(places("${x:-@} \"${x:-@}\" @"), "wqw");
  EXPECT_EQ(places("${x:-'@'} \"${x:-$(echo '@')}\""), "''");
  EXPECT_EQ(places("(cd @ && ls) | (sort @)"), "ww");
}

TEST(ShellText, FindsArithmetic) {
  EXPECT_EQ(places("$((1 + @)) @"), "+w");
  EXPECT_EQ(places("$(( (1 + @) * 2 )) \"$((@))\" @"), "++w");
  EXPECT_EQ(places("(( x > @ )) && echo @"), "+w");
  EXPECT_EQ(places("$[1 + @] @"), "+w");
}

TEST(ShellText, FindsComments) {
  EXPECT_EQ(places("echo @ # @\n@"), "w#w");
  EXPECT_EQ(places("echo a#@ \"#@\""), "wq");
  EXPECT_EQ(places("# '\n@"), "w");
}

TEST(ShellText, ReadsHereDocuments) {
  EXPECT_EQ(places("cat <<END @\na @ '@'\nEND\n@"), "wqqw");
  EXPECT_EQ(places("cat <<'END'\n@\nEND\n@"), "dw");
  EXPECT_EQ(places("cat <<\\END\n@\nEND\n@"), "dw");
  EXPECT_EQ(places("cat <<A <<\"B\"\n@\nA\n@\nB\n@"), "qdw");
  EXPECT_EQ(places("cat <<-END\n\t@\n\tEND\n@"), "qw");
  EXPECT_EQ(places("cat <<END\n END\n@ $(echo '@' @) `echo @`\nEND\n@"), "q'www");
  EXPECT_EQ(places("cat <<END\n$((@)) ${x:-@}\nEND"), "+q");
  EXPECT_EQ(places("cat <<@\n"), "e");
  EXPECT_EQ(places("cat <<< @ <<< \"@\""), "wq");
}

TEST(ShellText, EndsOnAnyText) {
  for (const char* text : {"'@", "\"@", "$(@", "`@", "${@", "$((@", "<<", "<<-", "<<'", "\\",
                           "cat <<A\n@", "((@", "@\\", "$"}) {
    places(text);
  }
  EXPECT_EQ(places(std::string(5000, '(') + "@").size(), 1u);
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "\"$(";
  EXPECT_EQ(places(deep + "@").size(), 1u);
}

TEST(ShellText, CutsWords) {
  EXPECT_EQ(words_of_shell("python src/a.py --x=data/b.csv \"c d\" ./e.sh; f|g"),
            (std::vector<std::string>{"--x", "./e.sh", "c", "d", "data/b.csv", "f", "g", "python",
                                      "src/a.py"}));
}

}  // namespace
}  // namespace mlp::foreign
