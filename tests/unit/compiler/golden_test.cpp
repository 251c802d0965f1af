// SPDX-License-Identifier: Apache-2.0
//
// What an author is told of each mistake, and the plan of what is right.
#include "tests/support/golden.h"

#include <set>

#include "tests/unit/compiler/project.h"

namespace mlp::tests {
namespace {

std::vector<GoldenCase> all_cases() {
  std::vector<GoldenCase> cases;
  for (const char* area : {"body", "call", "check", "environment", "expression", "for", "if",
                           "import", "name", "pipeline", "place", "task", "type"}) {
    for (GoldenCase& each : golden_cases(area)) cases.push_back(std::move(each));
  }
  return cases;
}

class CompilerGolden : public testing::TestWithParam<GoldenCase> {};

TEST_P(CompilerGolden, SaysWhatIsExpected) {
  expect_golden(GetParam(), compiled_text(GetParam()));
}

struct AreaAndName {
  template <typename Info>
  std::string operator()(const Info& info) const {
    return info.param.area + "_" + GoldenName()(info);
  }
};

INSTANTIATE_TEST_SUITE_P(Cases, CompilerGolden, testing::ValuesIn(all_cases()), AreaAndName());

TEST(CompilerGoldenMade, SaysThatAFileIsTooLarge) {
  GoldenCase each{"pipeline", "file_too_large", "pipeline p() { }\n"};
  each.text += std::string(2 << 20, ' ');
  expect_golden(each, compiled_text(each));
}

TEST(DiagnosticKinds, AreEachShownByAGoldenCase) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden_folder(""))) {
    if (entry.path().extension() == ".txt") all += read_whole(entry.path().string());
  }
  std::set<std::string_view> codes;
  for (const diagnostics::KindInfo& kind : diagnostics::all_kinds()) {
    EXPECT_TRUE(codes.insert(kind.code).second) << kind.code << " is the code of two kinds";
    EXPECT_NE(all.find("[" + std::string(kind.code) + "]"), std::string::npos)
        << kind.code << " (" << kind.title << ") has no case in tests/golden";
  }
}

}  // namespace
}  // namespace mlp::tests
