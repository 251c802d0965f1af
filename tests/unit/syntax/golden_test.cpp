// SPDX-License-Identifier: Apache-2.0
//
// What an author is told of a mistake in the text, and that whole pipelines are read without a
// word.
#include "tests/support/golden.h"

#include "tests/unit/syntax/parsed.h"

namespace mlp::tests {
namespace {

class SyntaxGolden : public testing::TestWithParam<GoldenCase> {};

TEST_P(SyntaxGolden, SaysWhatIsExpected) {
  const Parsed parsed(GetParam().text, GetParam().shown_path());
  EXPECT_TRUE(parsed.result.has_errors);
  expect_golden(GetParam(), parsed.said());
}

INSTANTIATE_TEST_SUITE_P(Cases, SyntaxGolden, testing::ValuesIn(golden_cases("syntax")),
                         GoldenName());

class Samples : public testing::TestWithParam<GoldenCase> {};

TEST_P(Samples, AreReadWithoutAWord) {
  const Parsed parsed(GetParam().text, GetParam().shown_path());
  EXPECT_EQ(parsed.said(), "");
  EXPECT_FALSE(parsed.result.has_errors);
}

INSTANTIATE_TEST_SUITE_P(Cases, Samples, testing::ValuesIn(golden_cases("samples")), GoldenName());

}  // namespace
}  // namespace mlp::tests
