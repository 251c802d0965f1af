// SPDX-License-Identifier: Apache-2.0
//
// Golden cases: tests/golden/<area>/<name>.mlp in, <name>.txt beside it as the expected output.
// With MLP_UPDATE_GOLDEN=1 the expected files are written; read the difference before committing
// it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mlp::tests {

struct GoldenCase {
  std::string area;
  std::string name;  // without extension
  std::string text;

  /// "syntax/unclosed.mlp": how the case is shown in diagnostics is name + ".mlp".
  std::string shown_path() const { return name + ".mlp"; }
};

/// So that GoogleTest names a failing case.
inline void PrintTo(const GoldenCase& each, std::ostream* out) {
  *out << each.area << "/" << each.name;
}

inline std::string golden_folder(const std::string& area) {
  return std::string(MLP_SOURCE_FOLDER) + "/tests/golden/" + area;
}

inline std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// All cases of an area, sorted by name.
inline std::vector<GoldenCase> golden_cases(const std::string& area) {
  std::vector<GoldenCase> cases;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder(area))) {
    if (entry.path().extension() != ".mlp") continue;
    cases.push_back({area, entry.path().stem().string(), read_whole(entry.path().string())});
  }
  std::sort(cases.begin(), cases.end(),
            [](const GoldenCase& a, const GoldenCase& b) { return a.name < b.name; });
  return cases;
}

/// Compares with (or, told so, writes) <name><suffix> beside the case.
inline void expect_golden(const GoldenCase& each, const std::string& actual,
                          const std::string& suffix = ".txt") {
  const std::string path = golden_folder(each.area) + "/" + each.name + suffix;
  if (std::getenv("MLP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(actual, read_whole(path))
      << path << " differs; if the new output is right, run this test with MLP_UPDATE_GOLDEN=1";
}

/// For INSTANTIATE_TEST_SUITE_P: the case's name where GoogleTest allows it.
struct GoldenName {
  template <typename Info>
  std::string operator()(const Info& info) const {
    std::string name = info.param.name;
    std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
    return name;
  }
};

}  // namespace mlp::tests
