// SPDX-License-Identifier: Apache-2.0
//
// The words of the command line, as a user writes them.
#include "daemon/mlpctl/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/mlpctl/commands/verbs.h"

namespace mlp::mlpctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CommandLineTest : public ::testing::Test {
 protected:
  ParsedCommand parse(const std::vector<std::string>& words) {
    return parse_command_line(words, verbs_, globals_);
  }
  const std::vector<Verb> verbs_ = all_verbs();
  const std::vector<OptionSpec> globals_ = global_options();
};

TEST_F(CommandLineTest, A_verb_with_its_argument_is_found) {
  auto parsed = parse({"show", "12/fit[2]"});
  ASSERT_NE(parsed.verb, nullptr) << parsed.text;
  EXPECT_EQ(parsed.verb->name, "show");
  EXPECT_EQ(parsed.line.get("RUN"), "12/fit[2]");
}

TEST_F(CommandLineTest, Options_of_all_verbs_may_stand_before_or_after_the_verb) {
  EXPECT_EQ(parse({"--data", "/d", "runs"}).line.get("data"), "/d");
  EXPECT_EQ(parse({"runs", "--data", "/d"}).line.get("data"), "/d");
  EXPECT_TRUE(parse({"runs", "--json"}).line.has("json"));
  EXPECT_TRUE(parse({"-v", "runs"}).line.has("verbose"));
}

TEST_F(CommandLineTest, Values_of_set_are_taken_as_they_are) {
  auto parsed = parse({"run", "a.mlp", "--set", "x=[1,2]", "--set", "y=; rm -rf $(z) `w` 'q\"",
                       "--set=z=\nnew line", "--set", "e="});
  ASSERT_NE(parsed.verb, nullptr) << parsed.text;
  EXPECT_THAT(parsed.line.all("set"),
              ElementsAre("x=[1,2]", "y=; rm -rf $(z) `w` 'q\"", "z=\nnew line", "e="));
  EXPECT_EQ(parsed.line.get("FILE"), "a.mlp");
}

TEST_F(CommandLineTest, A_file_name_with_brackets_is_one_word) {
  EXPECT_THAT(parse({"check", "[a,b].mlp"}).line.all("FILE"), ElementsAre("[a,b].mlp"));
}

TEST_F(CommandLineTest, A_verb_below_another_is_found) {
  auto parsed = parse({"artifacts", "get", "12/fit[0].model", "-o", "-"});
  ASSERT_NE(parsed.verb, nullptr) << parsed.text;
  EXPECT_EQ(parsed.verb->name, "artifacts get");
  EXPECT_EQ(parsed.line.get("output"), "-");
}

TEST_F(CommandLineTest, An_unknown_verb_is_answered_with_the_nearest) {
  auto parsed = parse({"rnu", "a.mlp"});
  EXPECT_EQ(parsed.verb, nullptr);
  EXPECT_EQ(parsed.exit_code, ExitCode::kUsage);
  EXPECT_THAT(parsed.text, HasSubstr("unknown verb `rnu`"));
  EXPECT_THAT(parsed.text, HasSubstr("did you mean `run`?"));
}

TEST_F(CommandLineTest, An_unknown_option_is_answered_with_the_nearest) {
  auto parsed = parse({"run", "a.mlp", "--detahc"});
  EXPECT_EQ(parsed.exit_code, ExitCode::kUsage);
  EXPECT_THAT(parsed.text, HasSubstr("did you mean `--detach`?"));
}

TEST_F(CommandLineTest, A_missing_argument_is_a_mistake) {
  auto parsed = parse({"show"});
  EXPECT_EQ(parsed.exit_code, ExitCode::kUsage);
  EXPECT_THAT(parsed.text, HasSubstr("RUN"));
}

TEST_F(CommandLineTest, One_word_too_many_is_a_mistake) {
  auto parsed = parse({"cancel", "12", "13"});
  EXPECT_EQ(parsed.exit_code, ExitCode::kUsage);
  EXPECT_THAT(parsed.text, HasSubstr("`13` is one word too many"));
}

TEST_F(CommandLineTest, Every_verb_has_help_with_examples) {
  for (const auto& verb : verbs_) {
    auto words = std::vector<std::string>{};
    for (std::size_t at = 0, end; at <= verb.name.size(); at = end + 1) {
      end = std::min(verb.name.find(' ', at), verb.name.size());
      words.push_back(verb.name.substr(at, end - at));
    }
    words.push_back("--help");
    auto parsed = parse(words);
    EXPECT_EQ(parsed.exit_code, ExitCode::kOk);
    EXPECT_THAT(parsed.text, HasSubstr(verb.summary)) << verb.name;
    EXPECT_THAT(parsed.text, HasSubstr("Examples:\n  mlpctl " + verb.name)) << verb.name;
  }
}

TEST_F(CommandLineTest, Without_a_verb_the_help_is_shown_and_it_is_a_mistake) {
  auto parsed = parse({});
  EXPECT_EQ(parsed.exit_code, ExitCode::kUsage);
  EXPECT_THAT(parsed.text, HasSubstr("artifacts"));
}

}  // namespace
}  // namespace mlp::mlpctl
