// SPDX-License-Identifier: Apache-2.0
//
// A golden case as a project in memory.
#pragma once

#include <string>

#include "compiler/compile.h"
#include "compiler/diagnostics/print.h"
#include "compiler/plan/plan_json.h"
#include "tests/support/golden.h"
#include "tests/support/project_files.h"
#include "tests/unit/compiler/plan_text.h"

namespace mlp::tests {

/// What the compiler says of a case, then its plan; a first line "// check" asks for check_file.
inline std::string compiled_text(source::SourceLoader& loader, const std::string& path,
                                 bool checks) {
  const Compiled compiled = checks ? check_file(loader, path) : compile(loader, path);
  std::string text = diagnostics::to_text(compiled.diagnostics, compiled.sources);
  if (!compiled.plan) return text;
  const auto again = plan::plan_from_json(plan::to_json(*compiled.plan));
  EXPECT_TRUE(again) << (again ? "" : again.error().message);
  return text + plan_text(*compiled.plan);
}

inline std::string compiled_text(const GoldenCase& each) {
  source::MemoryLoader loader;
  add_files(loader, each.shown_path(), each.text);
  return compiled_text(loader, each.shown_path(), each.text.rfind("// check\n", 0) == 0);
}

}  // namespace mlp::tests
