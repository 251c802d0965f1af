// SPDX-License-Identifier: Apache-2.0
//
// What was written is in the tree, decoded and with its place.
#include <gtest/gtest.h>

#include "tests/unit/syntax/parsed.h"

namespace mlp::tests {
namespace {

using namespace syntax;

template <typename Node>
Node value_of(const std::string& text) {
  const Parsed parsed(in_pipeline(text));
  EXPECT_EQ(parsed.said(), "");
  return std::get<Node>(expression(parsed).node);
}

TEST(Literals, AreDecoded) {
  EXPECT_EQ(value_of<IntLiteral>("1_000_000").value, 1'000'000);
  EXPECT_EQ(value_of<IntLiteral>("-9223372036854775808").value, INT64_MIN);
  EXPECT_DOUBLE_EQ(value_of<FloatLiteral>("1e-3").value, 0.001);
  EXPECT_EQ(value_of<DurationLiteral>("1.5h").microseconds, 5'400'000'000);
  EXPECT_EQ(value_of<DurationLiteral>("250ms").microseconds, 250'000);
  EXPECT_EQ(value_of<SizeLiteral>("2GiB").bytes, 2LL << 30);
  EXPECT_EQ(value_of<SizeLiteral>("1TB").bytes, 1'000'000'000'000);
  EXPECT_EQ(value_of<DateLiteral>("1970-01-02").days, 1);
  EXPECT_EQ(value_of<DatetimeLiteral>("1970-01-01T01:00:00.5+01:00").microseconds, 500'000);
  EXPECT_EQ(value_of<DatetimeLiteral>("1970-01-01T00:01Z").microseconds, 60'000'000);
}

TEST(Strings, DecodeEscapesAndKeepPlaces) {
  const auto text = value_of<StringLiteral>(R"("a\n\u{1F600}\~{x}")");
  EXPECT_TRUE(text.is_constant());
  EXPECT_EQ(text.text(), "a\n\xF0\x9F\x98\x80~{x}");
  const Parsed parsed(in_pipeline("\"ab~{c}de\""));
  const Expr made = expression(parsed);
  const auto& parts = std::get<StringLiteral>(made.node).parts;
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parsed.sources.text(std::get<TextPart>(parts[0]).span), "ab");
  EXPECT_EQ(parsed.sources.text(std::get<Interpolation>(parts[1]).span), "~{c}");
  EXPECT_EQ(parsed.sources.text(std::get<TextPart>(parts[2]).span), "de");
}

TEST(Strings, OfABlockLoseTheirCommonIndentation) {
  const auto text = value_of<StringLiteral>("\"\"\"\n    one\n      two\n\n    three\n  \"\"\"");
  EXPECT_EQ(text.text(), "one\n  two\n\nthree\n");
  EXPECT_EQ(value_of<StringLiteral>("'''\n  $(x) \\n \"q\"\n  '''").text(), "$(x) \\n \"q\"\n");
  EXPECT_EQ(value_of<StringLiteral>("\"\"\"one\n  two\"\"\"").text(), "one\ntwo");
  EXPECT_EQ(value_of<StringLiteral>("\"\"\"\r\n    a\r\n    b\r\n  \"\"\"").text(), "a\nb\n");
  EXPECT_EQ(value_of<StringLiteral>("\"\"\"\"\"\"").text(), "");
}

TEST(Strings, OfABlockKeepThePlaceOfEachLine) {
  const Parsed parsed(in_pipeline("\"\"\"\n    one\n      two ~{a}\n  \"\"\""));
  const Expr made = expression(parsed);
  for (const StringPart& part : std::get<StringLiteral>(made.node).parts) {
    const auto* text = std::get_if<TextPart>(&part);
    if (text != nullptr) {
      EXPECT_EQ(parsed.sources.text(text->span), text->text);
    }
  }
}

TEST(Strings, NestInInterpolations) {
  const auto text = value_of<StringLiteral>(R"("~{if true { "yes ~{"deep"}" } else { "no" }}")");
  EXPECT_TRUE(
      std::holds_alternative<IfExpr>(std::get<Interpolation>(text.parts.at(0)).value->node));
  const auto tilde = value_of<StringLiteral>("\"\"\"a ~{\"\\~{\"} b\"\"\"");
  const auto& inner = std::get<Interpolation>(tilde.parts.at(1)).value;
  EXPECT_EQ(std::get<StringLiteral>(inner->node).text(), "~{");
}

TEST(Scripts, HoldTheirTextUnchanged) {
  const Parsed parsed("task t() {\n  script \"awk -f\" \"\"\"\n    { x ~{ 1 } }\n  \"\"\"\n}\n");
  EXPECT_EQ(parsed.said(), "");
  const auto& body = std::get<ScriptBody>(parsed.file().tasks.at(0).bodies.at(0).value);
  EXPECT_EQ(body.interpreter.text(), "awk -f");
  EXPECT_TRUE(body.text.is_constant());
  EXPECT_EQ(body.text.text(), "{ x ~{ 1 } }\n");
}

TEST(Operators, BindAsTheLanguageSays) {
  const auto sum = value_of<BinaryExpr>("1 + 2 * 3 - 4");
  EXPECT_EQ(sum.op, BinaryOp::kSubtract);
  EXPECT_EQ(std::get<BinaryExpr>(sum.left->node).op, BinaryOp::kAdd);
  const auto fallback = value_of<BinaryExpr>("a ?? b ?? c");
  EXPECT_TRUE(std::holds_alternative<NameExpr>(fallback.left->node));
  EXPECT_EQ(std::get<BinaryExpr>(fallback.right->node).op, BinaryOp::kFallback);
  const auto both = value_of<BinaryExpr>("not a == b and c in d or e");
  EXPECT_EQ(both.op, BinaryOp::kOr);
  const auto power = value_of<BinaryExpr>("(1 + 2) * 3");
  EXPECT_EQ(power.op, BinaryOp::kMultiply);
  EXPECT_EQ(power.left->span.size(), 7U);
}

TEST(Operators, AfterAFieldOrCallReadLeftToRight) {
  const auto field = value_of<FieldExpr>("f(x)[0].b.c");
  EXPECT_EQ(field.field.text, "c");
  const auto& inner = std::get<FieldExpr>(field.object->node);
  EXPECT_EQ(inner.field.text, "b");
  EXPECT_TRUE(std::holds_alternative<IndexExpr>(inner.object->node));
}

TEST(Control, ElseIfIsABlockWithAnIf) {
  const auto first = value_of<IfExpr>("if a { 1 } else if b { 2 } else { 3 }");
  EXPECT_TRUE(first.else_if);
  ASSERT_TRUE(first.else_block.has_value());
  const auto& inner = std::get<ExprStatement>((*first.else_block)->statements.at(0).node);
  const auto& second = std::get<IfExpr>(inner.value.node);
  EXPECT_FALSE(second.else_if);
  EXPECT_TRUE(second.else_block.has_value());
}

TEST(Control, ForHasItsListsLimitAndTolerance) {
  const auto made = value_of<ForExpr>("for a in xs, b in [1, 2] limit 2 tolerate 10% { f(a, b) }");
  EXPECT_EQ(made.sources.size(), 2U);
  EXPECT_TRUE(made.limit.has_value());
  EXPECT_EQ(made.tolerate.value_or(Tolerate{}).amount, 10);
  EXPECT_TRUE(made.tolerate.value_or(Tolerate{}).percent);
}

TEST(Docs, BelongToWhatTheyStandAboveOrBehind) {
  const Parsed parsed(
      "/// One.\n/// Two.\ntask t(\n  a: int,  /// of a\n  /// of b\n  b: int,\n) { run \"x\" }\n");
  const Task& task = parsed.file().tasks.at(0);
  EXPECT_EQ(task.doc, "One.\nTwo.");
  EXPECT_EQ(task.inputs.at(0).doc, "of a");
  EXPECT_EQ(task.inputs.at(1).doc, "of b");
}

TEST(Tasks, HaveTheirPropertiesInOrder) {
  const Parsed parsed(
      "task t(a: File<tar.gz> at \"in.tgz\" = file(\"x\")) -> (n: int at stdout) {\n"
      "  retry 2 on error(75, 76), oom backoff 10s to 5min memory * 1.5 to 16GiB\n"
      "  secrets HF as TOKEN, B\n  cache for 7d\n  network off\n  exec [\"x\", a]\n}\n");
  EXPECT_EQ(parsed.said(), "");
  const Task& task = parsed.file().tasks.at(0);
  EXPECT_EQ(std::get<NamedType>(task.inputs.at(0).type.node).format.value_or(Name{}).text,
            "tar.gz");
  EXPECT_TRUE(task.inputs.at(0).place && task.inputs.at(0).fallback);
  EXPECT_TRUE(task.outputs.at(0).to_stdout);
  const auto& retry = std::get<RetryProperty>(task.properties.at(0).value);
  EXPECT_EQ(retry.classes.at(0).exit_codes, (std::vector<std::int64_t>{75, 76}));
  EXPECT_EQ(retry.classes.at(1).name.text, "oom");
  EXPECT_TRUE(retry.backoff && retry.memory);
  EXPECT_EQ(std::get<SecretsProperty>(task.properties.at(1).value).secrets.size(), 2U);
  EXPECT_EQ(std::get<ExecBody>(task.bodies.at(0).value).items.size(), 2U);
}

TEST(Mistakes, LeaveTheRestOfTheFile) {
  const Parsed parsed(
      "task a( {\n  run \"x\"\n}\n\ntask b(x: ) -> (y: int) {\n  run \"~{x}\"\n}\n\n"
      "pipeline p() {\n  x = f(1 2)\n  y = g()\n}\n");
  EXPECT_EQ(parsed.diagnostics.error_count(), 3U);
  EXPECT_EQ(parsed.file().tasks.size(), 2U);
  EXPECT_EQ(parsed.file().tasks.at(1).bodies.size(), 1U);
  EXPECT_EQ(parsed.file().pipelines.at(0).body.statements.size(), 2U);
}

TEST(Text, MayBeginWithAMarkAndEndItsLinesAsOnWindows) {
  const Parsed parsed("\xEF\xBB\xBFpipeline p() {\r\n  x = 1\r\n}\r\n");
  EXPECT_EQ(parsed.said(), "");
  EXPECT_EQ(parsed.file().pipelines.size(), 1U);
}

TEST(Json, HasWhatTheTextHas) {
  const Parsed parsed(in_pipeline("5m"));
  const JsonArray all = diagnostics::to_json(parsed.diagnostics, parsed.sources);
  EXPECT_EQ(to_text(Json(all)),
            R"([{"severity":"error","code":"E0110","message":"`5m` is no number","file":"x.mlp",)"
            R"("line":2,"column":7,"end_line":2,"end_column":9,"label":"`m` is no unit",)"
            R"("help":"did you mean `5min`?","fix":{"file":"x.mlp","line":2,"column":7,)"
            R"("end_line":2,"end_column":9,"replacement":"5min"}}])");
}

}  // namespace
}  // namespace mlp::tests
