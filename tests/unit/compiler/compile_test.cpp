// SPDX-License-Identifier: Apache-2.0
//
// What the whole compiler promises, beyond single mistakes.
#include "compiler/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/compiler/project.h"

namespace mlp::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string said(const Compiled& compiled) {
  return diagnostics::to_text(compiled.diagnostics, compiled.sources);
}

TEST(Compile, TakesTheOnlyPipelineThenTheOneNamedLikeTheFile) {
  source::MemoryLoader loader;
  loader.add("a.mlp", "pipeline only() -> int { return 1 }\n");
  loader.add("b.mlp", "pipeline x() -> int { return 1 }\npipeline b() -> int { return 2 }\n");
  EXPECT_EQ(compile(loader, "a.mlp").pipeline_chosen, "only");
  EXPECT_EQ(compile(loader, "b.mlp").pipeline_chosen, "b");
  EXPECT_EQ(compile(loader, "b.mlp", "x").pipeline_chosen, "x");
  EXPECT_THAT(compile(loader, "b.mlp").pipelines, ElementsAre("x", "b"));
  EXPECT_THAT(said(compile(loader, "b.mlp", "y")), HasSubstr("no pipeline `y`"));
}

TEST(Compile, AFileThatIsNotThereIsADiagnostic) {
  source::MemoryLoader loader;
  const Compiled compiled = compile(loader, "missing.mlp");
  EXPECT_FALSE(compiled.plan);
  EXPECT_TRUE(compiled.has_errors());
  EXPECT_THAT(said(compiled), HasSubstr("missing.mlp"));
}

const char* const kPipeline =
    "task fit(x: File) -> (y: File) { run \"cp ~{x} ~{y}\" }\n"
    "pipeline p(x: File = file(\"x\")) -> File { return fit(x).y }\n";

TEST(Compile, WhatThePipelineDoesNotUseDoesNotChangeThePlan) {
  source::MemoryLoader loader;
  loader.add("p.mlp", kPipeline);
  const Compiled first = compile(loader, "p.mlp");
  loader.add("p.mlp",
             std::string(kPipeline) +
                 "// a comment\nenum Unused { a }\ntask other(n: [[int]]) { run \"true\" }\n");
  const Compiled second = compile(loader, "p.mlp");
  ASSERT_TRUE(first.plan && second.plan);
  EXPECT_EQ(plan::digest_of(*first.plan), plan::digest_of(*second.plan));
}

TEST(Compile, ATaskSeesAChangedModuleOfItsPythonFile) {
  source::MemoryLoader loader;
  loader.add("p.mlp",
             "task fit() -> (y: int) { python \"src/fit.py:fit\" }\npipeline p() -> int { return "
             "fit().y }\n");
  loader.add("src/fit.py", "import table\ndef fit(): pass\n");
  loader.add("src/table.py", "A = 1\n");
  const Compiled compiled = compile(loader, "p.mlp");
  ASSERT_TRUE(compiled.plan) << said(compiled);
  std::vector<std::string> paths;
  for (const plan::SeenFile& file : compiled.plan->definitions[0].files) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre("src/fit.py", "src/table.py"));
  EXPECT_EQ(compiled.plan->definitions[0].files[1].digest, sha256("A = 1\n"));
}

TEST(Compile, ReadsAnArtifactInAStatementOfItsOwn) {
  source::MemoryLoader loader;
  loader.add("p.mlp",
             "record R { n: int }\ntask t() -> (f: File<json>) { run \"true > ~{f}\" }\n"
             "pipeline p() -> int {\n  r: R = read(t().f)\n  check r.n > 0\n  return r.n\n}\n");
  const Compiled compiled = compile(loader, "p.mlp");
  ASSERT_TRUE(compiled.plan) << said(compiled);
  EXPECT_THAT(plan_text(*compiled.plan), HasSubstr("[reads an object]"));
}

TEST(Compile, ReadsAFileOfTheProjectAtSubmitWhereverItIsWritten) {
  source::MemoryLoader loader;
  loader.add("p.mlp",
             "task t(f: File, n: int) -> (y: int) { run \"wc ~{f} ~{n} > ~{y}\" }\n"
             "pipeline inner(name: string, n: int) -> int {\n  path = \"data/~{name}.csv\"\n"
             "  f: File = file(path)\n  return t(f, n).y\n}\n"
             "pipeline p(name: string) -> [int] { return for i in [1, 2] { inner(name, i) } }\n");
  const Compiled compiled = compile(loader, "p.mlp", "p");
  ASSERT_TRUE(compiled.plan) << said(compiled);
  const auto again = plan::plan_from_json(plan::to_json(*compiled.plan));
  EXPECT_TRUE(again) << (again ? "" : again.error().message);
  const std::string text = plan_text(*compiled.plan);
  EXPECT_THAT(text, HasSubstr("[at submit]"));
}

TEST(Compile, ManyMistakesEndInManyDiagnostics) {
  source::MemoryLoader loader;
  std::string text = "pipeline p() {\n";
  for (int i = 0; i < 300; ++i)
    text += "  x" + std::to_string(i) + " = y" + std::to_string(i) + "\n";
  loader.add("p.mlp", text + "}\n");
  EXPECT_GE(compile(loader, "p.mlp").diagnostics.error_count(), 100u);
}

}  // namespace
}  // namespace mlp::tests
