// SPDX-License-Identifier: Apache-2.0
//
// The one form of a file: it means the same, and formatting it again changes nothing.
#include "compiler/syntax/format.h"

#include "tests/support/golden.h"
#include "tests/support/meaning.h"
#include "tests/unit/syntax/parsed.h"

namespace mlp::tests {
namespace {

std::string formatted(const std::string& text) {
  source::SourceMap sources;
  const source::SourceId id = sources.add(source::SourceFile("x.mlp", text));
  diagnostics::Diagnostics diagnostics;
  return syntax::format(id, sources.get(id), diagnostics).value_or("(not formatted)");
}

class Formatted : public testing::TestWithParam<GoldenCase> {};

TEST_P(Formatted, MeansTheSameAndStaysAsItIs) {
  const std::string once = formatted(GetParam().text);
  EXPECT_EQ(formatted(once), once);
  EXPECT_EQ(meaning(once), meaning(GetParam().text));
}

TEST_P(Formatted, IsTheOneForm) {
  expect_golden(GetParam(), formatted(GetParam().text), ".formatted");
}

INSTANTIATE_TEST_SUITE_P(Samples, Formatted, testing::ValuesIn(golden_cases("samples")),
                         GoldenName());
INSTANTIATE_TEST_SUITE_P(Cases, Formatted, testing::ValuesIn(golden_cases("format")), GoldenName());

TEST(Format, LeavesAFileWithErrorsAlone) {
  EXPECT_EQ(formatted("pipeline p( {\n}\n"), "(not formatted)");
}

TEST(Format, EndsWithOneNewline) {
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("\n\n// only this   \n\n\n"), "// only this\n");
  EXPECT_EQ(formatted("enum A {x}"), "enum A { x }\n");
}

TEST(Format, WritesLinuxNewlines) {
  EXPECT_EQ(formatted("enum A {\r\n  x\r\n}\r\n"), "enum A {\n  x\n}\n");
}

}  // namespace
}  // namespace mlp::tests
