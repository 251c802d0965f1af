// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "compiler/plan/arguments.h"
#include "tests/unit/plan/sample_plan.h"

namespace mlp::plan {
namespace {

class Arguments : public ::testing::Test {
 protected:
  void SetUp() override {
    plan_ = build::sample_plan();
    files_.file = [](const std::string& path) -> Result<Value> {
      if (path.ends_with("gone.csv")) return Error{ErrorCode::kNotFound, "no such file: " + path};
      return Value::of_artifact({false, sha256(path), 1, path, nullptr});
    };
    files_.glob = [](const std::string&) -> Result<std::vector<Value>> {
      return std::vector<Value>{Value::of_string("one"), Value::of_string("two")};
    };
    files_.read = [](const std::string& path) -> Result<std::string> {
      if (path == "params-14.json") return std::string("[1, 2]");
      return Error{ErrorCode::kNotFound, "no such file: " + path};
    };
  }

  /// "1=data.csv 2=0.9 …", or the mistakes.
  std::string bound(const std::map<std::string, Json>& given) {
    const BoundArguments result = bind_arguments(plan_, given, files_);
    std::string text;
    for (const ArgumentMistake& mistake : result.mistakes) text += mistake.message + "\n";
    if (!result.mistakes.empty()) return text;
    for (const auto& [id, value] : result.values) {
      text += (text.empty() ? "" : " ") + id.to_string() + "=" + to_text(value);
    }
    return text;
  }

  Plan plan_;
  FileAccess files_;
};

TEST_F(Arguments, are_what_was_given_then_defaults_then_what_submit_reads) {
  EXPECT_EQ(bound({{"n", 7}}), "1=data.csv 2=0.9 3=0.45 4=7 6=[1,2]");
  EXPECT_EQ(bound({{"n", "7"}, {"floor", "1"}, {"source", "other.csv"}}),
            "1=other.csv 2=1.0 3=0.5 4=7 6=[1,2]");
}

TEST_F(Arguments, every_mistake_is_told) {
  EXPECT_EQ(bound({{"flor", 1}, {"floor", "high"}}),
            "pipeline `sample` has no parameter `flor`; did you mean `floor`?\n"
            "expected float, found `high`\n"
            "`n` has no default: give it a value of type int\n");
  EXPECT_EQ(bound({{"n", 1.5}}), "expected int, found the number 1.5\n");
  EXPECT_EQ(bound({{"n", 7}, {"zzz", 1}}),
            "pipeline `sample` has no parameter `zzz`; it takes source, floor, least, n\n");
}

TEST_F(Arguments, a_file_that_is_not_there_is_told_by_name) {
  EXPECT_EQ(bound({{"n", 7}, {"source", "gone.csv"}}), "no such file: gone.csv\n");
  EXPECT_EQ(bound({{"n", 8}}),
            "pipelines/sample.mlp:1:1: no such file: params-16.json\n");
}

TEST_F(Arguments, files_may_be_lists_patterns_and_known_artifacts) {
  plan_.statements[0].type = plan_.types.list_of(plan_.types.simple(TypeKind::kFile));
  EXPECT_EQ(bound({{"n", 7}, {"source", "*.csv"}}).substr(0, 15), "1=[\"one\",\"two\"]");
  const BoundArguments listed =
      bind_arguments(plan_, {{"n", 7}, {"source", JsonArray{"a.csv", "b.csv"}}}, files_);
  EXPECT_EQ(listed.values[0].second.as_list()[1].as_artifact().name, "b.csv");
  const BoundArguments written =
      bind_arguments(plan_, {{"n", 7}, {"source", R"(["a.csv", "b.csv"])"}}, files_);
  EXPECT_EQ(written.values[0].second, listed.values[0].second);
}

TEST_F(Arguments, a_statement_that_needs_the_run_is_no_argument) {
  plan_.statements[6 - 1].expression = build::first_score(7);
  EXPECT_EQ(bound({{"n", 7}}),
            "pipelines/sample.mlp:1:1: is needed when the run is submitted, but only known in the "
            "run\n");
}

}  // namespace
}  // namespace mlp::plan
