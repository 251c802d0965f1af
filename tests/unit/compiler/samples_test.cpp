// SPDX-License-Identifier: Apache-2.0
//
// Whole pipelines: each compiles, or is told what is not supported yet and where.
#include "tests/unit/compiler/project.h"

namespace mlp::tests {
namespace {

/// The files that the samples name.
void add_project(source::MemoryLoader& loader) {
  for (const char* lock : {"requirements.lock", "features.lock"})
    loader.add(lock, "numpy==1.26.4\n");
  loader.add("src/fit.py", "from features import columns\ndef fit(): pass\n");
  loader.add("src/features/columns.py", "");
  loader.add("src/features.py", "def build(): pass\n");
  loader.add("src/report.py", "def write(): pass\n");
  loader.add("src/drift.py", "def measure(): pass\n");
  loader.add("src/active.py", "def step(): pass\n");
  loader.add("src/etl.py", "def clean(): pass\n");
  loader.add("src/split.py", "");
  loader.add("src/prepare.py", "");
  loader.add("etl/merge.py", "");
  for (const GoldenCase& each : golden_cases("samples")) loader.add(each.shown_path(), each.text);
}

class CompiledSamples : public testing::TestWithParam<GoldenCase> {};

TEST_P(CompiledSamples, CompileOrSayWhatIsNotSupported) {
  source::MemoryLoader loader;
  add_project(loader);
  const Compiled compiled = compile(loader, GetParam().shown_path());
  for (const diagnostics::Diagnostic& one : compiled.diagnostics.all()) {
    EXPECT_EQ(one.kind, diagnostics::Kind::kNotSupported) << one.message;
  }
  expect_golden(GetParam(), compiled_text(loader, GetParam().shown_path(), false));
}

INSTANTIATE_TEST_SUITE_P(Cases, CompiledSamples, testing::ValuesIn(golden_cases("samples")),
                         GoldenName());

}  // namespace
}  // namespace mlp::tests
