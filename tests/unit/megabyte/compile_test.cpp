// SPDX-License-Identifier: Apache-2.0
//
// A megabyte of pipeline: compiled, checked and formatted in under a second, or told why not.
#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "compiler/diagnostics/print.h"
#include "compiler/plan/plan_json.h"
#include "compiler/syntax/format.h"
#include "tests/unit/megabyte/shapes.h"

namespace mlp::tests {
namespace {

const std::string kEnd = "0\n}\n";
const std::string kOpen = "pipeline p(x: int, s: string) {\n  y = ";
const std::string kTask = "task t(a: int) -> (o: File) {\n  run \"\"\"\n";
const std::string kTaskEnd = "\n\"\"\"\n}\npipeline p(x: int) { t(x) }\n";

std::string number(std::size_t i) {
  return std::to_string(i);
}

std::string fields() {
  std::string text;
  for (std::size_t i = 0; i < 900; ++i) text += "a" + number(i) + ": int = 1\n";
  return text;
}

std::string fields_of_enum() {
  std::string text;
  for (std::size_t i = 0; i < 20'000; ++i) text += "a" + number(i) + "\n";
  return text;
}

/// Each calls the one before twice: a plan of a million calls from a page.
std::string doubling_pipelines() {
  std::string text =
      "task t() -> (n: int) { run \"echo 1 > ~{n}\" }\npipeline p0() -> int { return t().n }\n";
  for (std::size_t i = 1; i < 40; ++i) {
    const std::string before = "p" + number(i - 1) + "()";
    text += "pipeline p" + number(i) + "() -> int { return " + before + " + " + before + " }\n";
  }
  return text;
}

std::string tasks() {
  std::string text;
  for (std::size_t i = 0; i < 10'000; ++i) text += "task t" + number(i) + "() { run \"true\" }\n";
  return text;
}

/// Nested so deep as a megabyte allows: none may use the stack up.
Shapes deep() {
  return {{"parentheses", [] { return filled("(", kOpen); }},
          {"closed parentheses",
           [] {
             return filled("(", kOpen, "", kMegabyte / 2) +
                    filled(")", "", "", kMegabyte / 2 - 100) + "\n}\n";
           }},
          {"brackets", [] { return filled("[", kOpen); }},
          {"braces", [] { return filled("{", kOpen); }},
          {"record literals", [] { return filled("(a: ", kOpen); }},
          {"named records", [] { return filled("R(a: ", kOpen); }},
          {"map literals", [] { return filled("{\"a\": ", kOpen); }},
          {"calls", [] { return filled("f(", kOpen); }},
          {"lambdas", [] { return filled("f(x => ", kOpen); }},
          {"nots", [] { return filled("not ", kOpen); }},
          {"minuses", [] { return filled("-", kOpen); }},
          {"ifs", [] { return filled("if x { ", kOpen); }},
          {"if else", [] { return filled("if x { 1 } else ", kOpen); }},
          {"else ifs", [] { return filled(" else if x == 1 { 1 }", kOpen + "if x == 0 { 1 }"); }},
          {"fors", [] { return filled("for a in [1] { ", kOpen); }},
          {"strings in strings", [] { return filled("\"~{", kOpen); }},
          {"blocks in blocks", [] { return filled("\"\"\"~{", kOpen); }},
          {"list types", [] { return filled("[", "record R { a: "); }},
          {"map types", [] { return filled("{string: ", "record R { a: "); }},
          {"record types", [] { return filled("(a: ", "record R { a: "); }},
          {"parameter types", [] { return filled("[", "pipeline p(a: "); }},
          {"fallbacks", [] { return filled("x ?? ", kOpen); }},
          {"comments", [] { return filled("/*", kOpen); }}};
}

/// One after the other, as many as a megabyte holds.
Shapes wide() {
  return {
      {"sum", [=] { return filled("1+", kOpen, kEnd); }},
      {"ands", [=] { return filled("x==1 and ", kOpen, "true\n}\n"); }},
      {"fields", [=] { return filled(".a", kOpen + "x"); }},
      {"indexes", [=] { return filled("[0]", kOpen + "x"); }},
      {"list", [=] { return filled("1,", kOpen + "[", "1]\n}\n"); }},
      {"list of records", [=] { return filled("(a: 1),", kOpen + "[", "(a: 1)]\n}\n"); }},
      {"list of other records",
       [=] {
         return counted_up([](auto i) { return "(a" + number(i) + ": 1),"; }, kOpen + "[",
                           "(a: 1)]\n}\n");
       }},
      {"record parts",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + ": 1, "; }, kOpen + "(",
                           "z: 1)\n}\n");
       }},
      {"same record parts", [=] { return filled("a: 1, ", kOpen + "(", "z: 1)\n}\n"); }},
      {"map entries",
       [=] {
         return counted_up([](auto i) { return "\"a" + number(i) + "\": 1, "; }, kOpen + "{",
                           "\"z\": 1}\n}\n");
       }},
      {"record fields",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + ": int\n"; }, "record R {\n",
                           "}\n");
       }},
      {"enum values",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + "\n"; }, "enum E {\n", "}\n");
       }},
      {"same enum values", [=] { return filled("a\n", "enum E {\n", "}\n"); }},
      {"parameters",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + ": int, "; }, "pipeline p(",
                           "z: int) { }\n");
       }},
      {"arguments",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + ": 1, "; },
                           "task t(a: int) { run \"true\" }\npipeline p() { t(", "a: 1) }\n");
       }},
      {"arguments without names",
       [=] {
         return filled("1, ", "task t(a: int) { run \"true\" }\npipeline p() { t(", "1) }\n");
       }},
      {"inputs",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + ": int, "; }, "task t(",
                           "z: int) { run \"true\" }\npipeline p() { }\n");
       }},
      {"outputs",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + ": int, "; }, "task t() -> (",
                           "z: int) { run \"true\" }\npipeline p() { t() }\n");
       }},
      {"tags",
       [=] {
         return counted_up([](auto i) { return "\"a" + number(i) + "\", "; }, "task t() {\n tags ",
                           "\"z\"\n run \"true\"\n}\npipeline p() { t() }\n");
       }},
      {"vars",
       [=] {
         return counted_up([](auto i) { return "A" + number(i) + ": \"1\", "; },
                           "task t() {\n vars { ",
                           "Z: \"1\" }\n run \"true\"\n}\npipeline p() { t() }\n");
       }},
      {"uses",
       [=] {
         return counted_up([](auto i) { return "\"a" + number(i) + "\", "; }, "task t() {\n uses ",
                           "\"z\"\n run \"true\"\n}\npipeline p() { t() }\n");
       }},
      {"same properties",
       [=] { return filled("cpu 1\n", "task t() {\n", "run \"true\" }\npipeline p() { t() }\n"); }},
      {"retries",
       [=] {
         return filled("retry 1\n", "task t() {\n", "run \"true\" }\npipeline p() { t() }\n");
       }},
      {"exec arguments", [=] {
         return filled("\"a\",", "task t() {\n exec [", "\"b\"]\n}\npipeline p() { t() }\n");
       }}};
}

/// Declarations and statements, as many as a megabyte holds.
Shapes declarations() {
  return {
      {"statements",
       [=] {
         return counted_up([](auto i) { return "a" + number(i) + "=1\n"; }, "pipeline p() {\n",
                           "}\n");
       }},
      {"tiny statements", [=] { return filled("x\n", "pipeline p(x: int) {\n", "}\n"); }},
      {"same statements", [=] { return filled("a=1\n", "pipeline p() {\n", "}\n"); }},
      {"chained statements",
       [=] {
         return counted_up([](auto i) { return "a" + number(i + 1) + "=a" + number(i) + "\n"; },
                           "pipeline p() {\na0=1\n", "}\n");
       }},
      {"task calls",
       [=] { return filled("t()\n", "task t() { run \"true\" }\npipeline p() {\n", "}\n"); }},
      {"chained calls",
       [=] {
         return counted_up(
             [](auto i) { return "a" + number(i + 1) + "=t(a" + number(i) + ".o)\n"; },
             "task t(i: int) -> (o: int) { run \"true\" }\npipeline p() {\na0=t(1)\n", "}\n");
       }},
      {"checks", [=] { return filled("check x>0\n", "pipeline p(x: int) {\n", "}\n"); }},
      {"gated calls",
       [=] {
         return filled("check x>0\nt()\n", "task t() { run \"true\" }\npipeline p(x: int) {\n",
                       "}\n");
       }},
      {"fors in a row",
       [=] {
         return filled("for a in [1] { t() }\n", "task t() { run \"true\" }\npipeline p() {\n",
                       "}\n");
       }},
      {"pipelines",
       [=] { return counted_up([](auto i) { return "pipeline p" + number(i) + "() { }\n"; }); }},
      {"same pipelines", [=] { return filled("pipeline p() { }\n"); }},
      {"tasks",
       [=] {
         return counted_up([](auto i) { return "task t" + number(i) + "() { run \"true\" }\n"; },
                           "", "pipeline p() { }\n");
       }},
      {"records",
       [=] {
         return counted_up(
             [](auto i) { return "record R" + number(i + 1) + " { a: R" + number(i) + " }\n"; },
             "record R0 { a: int }\n");
       }},
      {"imports of nothing",
       [=] { return counted_up([](auto i) { return "import \"./" + number(i) + ".mlp\"\n"; }); }},
      {"same imports", [=] { return filled("import \"./a.mlp\"\n"); }},
      {"own imports", [=] { return filled("import \"./p.mlp\" as b\n"); }},
      {"docs", [=] { return filled("///\n", "", "pipeline p() { }\n"); }},
      {"comment lines", [=] { return filled("//\n", "", "pipeline p() { }\n"); }}};
}

/// Mistakes that could each look at everything there is.
Shapes mistakes() {
  return {
      {"unknown names", [=] { return filled("ab+", kOpen, kEnd); }},
      {"other unknown names",
       [=] { return counted_up([](auto i) { return "ab" + number(i) + "+"; }, kOpen, kEnd); }},
      {"unknown calls",
       [=] {
         return counted_up([](auto i) { return "f" + number(i) + "()\n"; }, "pipeline p() {\n",
                           "}\n");
       }},
      {"unknown fields",
       [=] {
         return counted_up([](auto i) { return "x" + number(i) + ": 1, "; },
                           "record R { " + fields() + "}\npipeline p() {\n y = R(", "z: 1)\n}\n");
       }},
      {"unknown enum values",
       [=] {
         return filled("a = E.b\n", "enum E {" + fields_of_enum() + "}\npipeline p() {\n", "}\n");
       }},
      {"doubling pipelines", doubling_pipelines},
      {"unknown tasks", [=] { return filled("tx()\n", tasks() + "pipeline p() {\n", "}\n"); }},
      {"long unknown words", [=] {
         return filled("a",
                       filled("a", "pipeline p() {\n", " = 1\n", kMegabyte / 2) + "b = ", "b\n}\n");
       }}};
}

/// Texts of strings and bodies.
Shapes texts() {
  return {
      {"unclosed string", [=] { return filled("a", kOpen + "\""); }},
      {"unclosed block", [=] { return filled("a\n", kOpen + "\"\"\""); }},
      {"unclosed comment", [=] { return filled("a", "/*"); }},
      {"quotes", [=] { return filled("\"", kOpen); }},
      {"backslashes", [=] { return filled("\\", kOpen + "\""); }},
      {"escapes", [=] { return filled("\\n", kOpen + "\"", "\"\n}\n"); }},
      {"interpolations", [=] { return filled("~{x}", kOpen + "\"", "\"\n}\n"); }},
      {"open interpolations", [=] { return filled("~{", kOpen + "\""); }},
      {"one line", [=] { return filled("x ", kOpen); }},
      {"long word", [=] { return filled("a", kOpen); }},
      {"long number", [=] { return filled("1", kOpen); }},
      {"long string", [=] { return filled("a", kOpen + "\"", "\"\n}\n"); }},
      {"body values", [=] { return filled("~{a} ", kTask, kTaskEnd); }},
      {"body lines of values", [=] { return filled("~{a}\n", kTask, kTaskEnd); }},
      {"body quoted values", [=] { return filled("\"~{a}\" ", kTask, kTaskEnd); }},
      {"body outputs", [=] { return filled("~{o} ", kTask, kTaskEnd); }},
      {"body variables", [=] { return filled("$a ", kTask, kTaskEnd); }},
      {"body other variables",
       [=] { return counted_up([](auto i) { return "$a" + number(i) + " "; }, kTask, kTaskEnd); }},
      {"body braced variables", [=] { return filled("${a} ", kTask, kTaskEnd); }},
      {"body nested variables", [=] { return filled("${a:-", kTask, kTaskEnd); }},
      {"body substitutions", [=] { return filled("$(", kTask, kTaskEnd); }},
      {"body backticks", [=] { return filled("`", kTask, kTaskEnd); }},
      {"body arithmetic", [=] { return filled("$((", kTask, kTaskEnd); }},
      {"body single quotes", [=] { return filled("'", kTask, kTaskEnd); }},
      {"body documents", [=] { return filled("<<A ", kTask, kTaskEnd); }},
      {"body documents of lines", [=] { return filled("<<A\n", kTask, kTaskEnd); }},
      {"body words",
       [=] { return counted_up([](auto i) { return "w" + number(i) + " "; }, kTask, kTaskEnd); }},
      {"body paths",
       [=] {
         return counted_up([](auto i) { return "d/" + number(i) + ".py "; }, kTask, kTaskEnd);
       }},
      {"body cases", [=] { return filled("case a in ", kTask, kTaskEnd); }},
      {"body unknown values", [=] { return filled("~{b} ", kTask, kTaskEnd); }}};
}

/// What the compiler takes for a file, and what it makes of it.
void compile_text(const std::string& text) {
  source::MemoryLoader loader;
  loader.add("p.mlp", text);
  const Compiled compiled = compile(loader, "p.mlp");
  EXPECT_NE(compiled.plan.has_value(), compiled.has_errors());
  const std::string said = diagnostics::to_text(compiled.diagnostics, compiled.sources);
  EXPECT_LT(said.size(), kMegabyte);
  if (compiled.plan) static_cast<void>(plan::encode(*compiled.plan));
}

void check_text(const std::string& text) {
  source::MemoryLoader loader;
  loader.add("p.mlp", text);
  static_cast<void>(check_file(loader, "p.mlp"));
}

void format_text(const std::string& text) {
  diagnostics::Diagnostics said;
  static_cast<void>(syntax::format(source::SourceId(1), source::SourceFile("p.mlp", text), said));
}

void expect_all_under_a_second(const Shapes& shapes) {
  expect_each_under_a_second(shapes, compile_text);
  expect_each_under_a_second(shapes, check_text);
  expect_each_under_a_second(shapes, format_text);
}

TEST(Megabyte, OfJunkIsCompiledInUnderASecond) {
  expect_all_under_a_second(junk());
}

TEST(Megabyte, NestedDeeplyIsCompiledInUnderASecond) {
  expect_all_under_a_second(deep());
}

TEST(Megabyte, OfManyPartsIsCompiledInUnderASecond) {
  expect_all_under_a_second(wide());
}

TEST(Megabyte, OfManyDeclarationsIsCompiledInUnderASecond) {
  expect_all_under_a_second(declarations());
}

TEST(Megabyte, OfMistakesIsToldThemInUnderASecond) {
  expect_all_under_a_second(mistakes());
}

TEST(Megabyte, OfTextAndBodiesIsCompiledInUnderASecond) {
  expect_all_under_a_second(texts());
}

TEST(Megabyte, ThousandsOfImportsEndInUnderASecond) {
  source::MemoryLoader loader;
  std::string imports;
  for (std::size_t i = 0; i < 20'000; ++i) {
    loader.add("m" + number(i) + ".mlp", "task t() { run \"true\" }\n");
    imports += "import \"./m" + number(i) + ".mlp\"\n";
  }
  loader.add("p.mlp", imports + "pipeline p() { m0.t() }\n");
  expect_under_a_second([&] { static_cast<void>(compile(loader, "p.mlp")); });
}

TEST(Megabyte, AChainOfImportsEndsInUnderASecond) {
  source::MemoryLoader loader;
  for (std::size_t i = 0; i < 20'000; ++i) {
    loader.add("m" + number(i) + ".mlp", "import \"./m" + number(i + 1) + ".mlp\"\n");
  }
  expect_under_a_second([&] { static_cast<void>(compile(loader, "m0.mlp")); });
}

}  // namespace
}  // namespace mlp::tests
