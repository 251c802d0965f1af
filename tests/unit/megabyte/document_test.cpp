// SPDX-License-Identifier: Apache-2.0
//
// A megabyte of a document, of JSON of the API, of stored bytes or of a request's head: read or
// refused with words, in under a second.
#include <gtest/gtest.h>

#include "base/json.h"
#include "compiler/documents/documents.h"
#include "compiler/foreign/python_imports.h"
#include "compiler/foreign/shell_text.h"
#include "compiler/plan/plan_json.h"
#include "compiler/plan/value_json.h"
#include "daemon/http/server/target.h"
#include "daemon/wire/error.h"
#include "daemon/wire/run.h"
#include "daemon/wire/snapshot.h"
#include "daemon/wire/submit.h"
#include "runtime/cache/cache_key.h"
#include "runtime/execute/runner/protocol.h"
#include "runtime/objects/manifest.h"
#include "runtime/store/event_records.h"
#include "tests/unit/megabyte/shapes.h"

namespace mlp::tests {
namespace {

std::string number(std::size_t i) {
  return std::to_string(i);
}

Shapes with_junk(Shapes shapes) {
  for (Shape& shape : junk()) shapes.push_back(std::move(shape));
  return shapes;
}

/// Ten lists a level, each of ten of the level before: a few lines that stand for billions.
std::string yaml_aliases() {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = ", *a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before.substr(2);
    for (int k = 0; k < 9; ++k) text += before;
    text += "]\n";
  }
  return text;
}

// ---- documents --------------------------------------------------------------------------------

Shapes document_shapes() {
  return with_junk(
      {{"brackets", [=] { return filled("["); }},
       {"closed brackets",
        [=] { return filled("[", "a = ", "", kMegabyte / 2) + std::string(kMegabyte / 2, ']'); }},
       {"braces", [=] { return filled("{\"a\":"); }},
       {"toml braces", [=] { return filled("{a=", "a="); }},
       {"toml dots", [=] { return filled("a.", "", "a = 1\n"); }},
       {"toml table dots", [=] { return filled("a.", "[", "a]\n"); }},
       {"toml tables", [=] { return counted_up([](auto i) { return "[t" + number(i) + "]\n"; }); }},
       {"toml same tables", [=] { return filled("[[t]]\n"); }},
       {"toml keys", [=] { return counted_up([](auto i) { return "k" + number(i) + "=1\n"; }); }},
       {"toml dotted keys",
        [=] { return counted_up([](auto i) { return "a.b.c.k" + number(i) + "=1\n"; }); }},
       {"toml strings", [=] { return filled("a", "a = \"", "\"\n"); }},
       {"toml open string", [=] { return filled("a\n", "a = \"\"\""); }},
       {"yaml lists", [=] { return filled("- "); }},
       {"yaml nested keys", [=] { return filled("? "); }},
       {"yaml indents",
        [=] { return counted_up([](auto i) { return std::string(i, ' ') + "a:\n"; }); }},
       {"yaml keys", [=] { return counted_up([](auto i) { return "k" + number(i) + ": 1\n"; }); }},
       {"yaml same keys", [=] { return filled("k: 1\n"); }},
       {"yaml flow keys",
        [=] { return counted_up([](auto i) { return "k" + number(i) + ": 1, "; }, "{", "z: 1}"); }},
       {"yaml anchors",
        [=] { return counted_up([](auto i) { return "- &a" + number(i) + " x\n"; }); }},
       {"yaml aliases", [=] { return yaml_aliases(); }},
       {"yaml same aliases", [=] { return filled("- *a\n", "- &a [x]\n"); }},
       {"yaml merges", [=] { return filled("- <<: *a\n", "- &a {b: 1}\n"); }},
       {"yaml open string", [=] { return filled("a\n", "\""); }},
       {"yaml tags", [=] { return filled("! "); }},
       {"yaml documents", [=] { return filled("---\n"); }},
       {"yaml block", [=] { return filled(" a\n", "a: |\n"); }},
       {"yaml comments", [=] { return filled("#\n"); }},
       {"json list", [=] { return filled("1,", "[", "1]"); }},
       {"json members",
        [=] {
          return counted_up([](auto i) { return "\"k" + number(i) + "\":1,"; }, "{", "\"z\":1}");
        }},
       {"json same members", [=] { return filled("\"k\":1,", "{", "\"z\":1}"); }},
       {"json string", [=] { return filled("a", "\"", "\""); }},
       {"json escapes", [=] { return filled("\\u0000", "\"", "\""); }},
       {"csv rows", [=] { return filled("1,2\n", "a,b\n"); }},
       {"csv wide",
        [=] { return counted_up([](auto i) { return "c" + number(i) + ","; }, "", "z\n"); }},
       {"csv same columns", [=] { return filled(",", "", "\n"); }},
       {"csv blank rows", [=] { return filled("\r\n", "a,b\n"); }},
       {"csv open quote", [=] { return filled("a\n", "\""); }},
       {"csv quotes", [=] { return filled("\"\"", "\"", "\"\n"); }}});
}

TEST(Megabyte, OfADocumentEndsInUnderASecondInEachFormat) {
  for (const char* name : {"a.json", "a.yaml", "a.toml", "a.csv"}) {
    SCOPED_TRACE(name);
    expect_each_under_a_second(document_shapes(), [&](const std::string& text) {
      const auto json = documents::parse(name, text);
      if (json) return;
      EXPECT_FALSE(json.error().message.empty());
      EXPECT_LT(json.error().message.size(), 1000u);
    });
  }
}

// ---- other languages --------------------------------------------------------------------------

Shapes body_shapes() {
  return with_junk({{"variables", [=] { return filled("$a "); }},
                    {"braced", [=] { return filled("${a:-"); }},
                    {"substitutions", [=] { return filled("$("); }},
                    {"documents", [=] { return filled("<<A\n"); }},
                    {"many documents", [=] { return filled("<<A ", "", "\n"); }},
                    {"document lines", [=] { return filled("B\n", "<<A\n"); }},
                    {"tabs", [=] { return filled("\t", "<<-A\n"); }},
                    {"tab lines", [=] { return filled("\t\n", "<<-A\n"); }},
                    {"imports", [=] { return filled("import a\n"); }},
                    {"dots", [=] { return filled(".", "from ", " import a\n"); }},
                    {"module parts", [=] { return filled("a.", "import ", "a\n"); }},
                    {"names", [=] { return filled("a, ", "from a import ", "b\n"); }},
                    {"open triple", [=] { return filled("a\n", "\"\"\""); }},
                    {"continued", [=] { return filled("\\\n", "import a"); }}});
}

TEST(Megabyte, OfShellOrPythonIsReadInUnderASecond) {
  expect_each_under_a_second(body_shapes(), [](const std::string& text) {
    const std::vector<foreign::ShellPiece> pieces{{text, false}, {"", true}};
    static_cast<void>(foreign::places_of_values(pieces));
    static_cast<void>(foreign::words_of_shell(text));
    static_cast<void>(foreign::python_imports(text));
  });
}

// ---- JSON of plans and of the API
// -----------------------------------------------------------------

std::string nested_expression() {
  std::string text;
  for (int i = 0; i < 30; ++i) text += R"({"kind":"unary","op":"not","children":[)";
  return R"({"version":1,"plan":{"blocks":[{"id":1,"result":)" + text;
}

Shapes json_shapes() {
  const std::string submit = R"({"snapshot":"a","path":"p.mlp","arguments":)";
  return with_junk(
      {{"brackets", [=] { return filled("["); }},
       {"braces", [=] { return filled("{\"a\":"); }},
       {"nested arguments", [=] { return filled("[", submit); }},
       {"arguments",
        [=] {
          return counted_up([](auto i) { return "\"k" + number(i) + "\":1,"; }, submit + "{",
                            "\"z\":1}}");
        }},
       {"long argument", [=] { return filled("a", submit + "{\"k\":\"", "\"}}"); }},
       {"same members", [=] { return filled("\"path\":\"p\",", "{", "\"path\":\"p\"}"); }},
       {"manifest",
        [=] {
          return filled(R"({"path":"a","digest":"b","size":1},)", R"({"manifest":[)",
                        R"({"path":"a"}]})");
        }},
       {"empty entries", [=] { return filled("{},", R"({"manifest":[)", "{}]}"); }},
       {"null entries", [=] { return filled("null,", R"({"manifest":[)", "null]}"); }},
       {"error", [=] { return filled(R"("a",)", R"({"error":{"missing":[)", R"("b"]}})"); }},
       {"plan expressions", [=] { return filled("[", nested_expression()); }},
       {"plan statements",
        [=] {
          return filled(R"({"id":1,"kind":"let","block":1},)",
                        R"({"version":1,"plan":{"statements":[)", "{}]}}");
        }},
       {"plan blocks",
        [=] {
          return counted_up(
              [](auto i) {
                return R"({"id":)" + number(i + 1) + R"(,"parent":)" + number(i) + "},";
              },
              R"({"version":1,"plan":{"blocks":[)", "{}]}}");
        }},
       {"plan types",
        [=] {
          return filled(R"({"kind":"list","element":1},)", R"({"version":1,"plan":{"types":[)",
                        "{}]}}");
        }},
       {"plan types of types",
        [=] {
          return counted_up(
              [](auto i) { return R"({"kind":"list","element":)" + number(i) + "},"; },
              R"({"version":1,"plan":{"types":[)", "{}]}}");
        }},
       {"plan fields",
        [=] {
          return counted_up([](auto i) { return R"({"name":"f)" + number(i) + R"(","type":1},)"; },
                            R"({"version":1,"plan":{"types":[{"kind":"record","fields":[)",
                            "{}]}]}}");
        }},
       {"plan tasks", [=] {
          return filled(R"({"id":1,"name":"t"},)", R"({"version":1,"plan":{"tasks":[)", "{}]}}");
        }}});
}

TEST(Megabyte, OfJsonOfTheApiEndsInUnderASecond) {
  expect_each_under_a_second(json_shapes(), [](const std::string& text) {
    static_cast<void>(wire::parse_text<wire::Submit>(text));
    static_cast<void>(wire::parse_text<wire::Manifest>(text));
    static_cast<void>(wire::parse_text<wire::RunList>(text));
    static_cast<void>(wire::parse_error_document(text));
  });
}

TEST(Megabyte, OfAPlanInJsonEndsInUnderASecond) {
  expect_each_under_a_second(json_shapes(), [](const std::string& text) {
    const auto json = parse_json(text);
    EXPECT_TRUE(!json || !plan::plan_from_json(*json));
  });
}

// ---- bytes
// ----------------------------------------------------------------------------------------

std::string value_lists() {
  return filled(std::string("\x0a\0\0\0\1", 5));
}

std::string manifest_of_files() {
  objects::Manifest manifest;
  for (std::size_t i = 0; i < 14'000; ++i) {
    manifest.entries.push_back(
        {"d/" + number(i), objects::EntryKind::kFile, false, i, sha256(number(i)), ""});
  }
  return objects::encode(manifest);
}

std::string manifest_of_links() {
  objects::Manifest manifest;
  const std::string up = filled("a/../", "", "x", 4000);
  for (std::size_t i = 0; i < 250; ++i) {
    manifest.entries.push_back({"l" + number(i), objects::EntryKind::kLink, false, 0, {}, up});
  }
  return objects::encode(manifest);
}

Shapes byte_shapes() {
  Shapes shapes{{"value lists", [=] { return value_lists(); }},
                {"manifest", [=] { return manifest_of_files(); }},
                {"manifest of links", [=] { return manifest_of_links(); }},
                {"manifest of slashes",
                 [=] { return filled("/", std::string("\1\0\0\0\1\0\x0f\xff\xff", 9)); }}};
  // What begins as the right version and goes on as anything.
  for (const Shape& shape : junk()) {
    shapes.push_back({"version 1, " + shape.name, [=] { return "\1" + shape.text(); }});
  }
  return with_junk(std::move(shapes));
}

TEST(Megabyte, OfStoredBytesIsReadInUnderASecond) {
  expect_each_under_a_second(byte_shapes(), [](const std::string& bytes) {
    static_cast<void>(plan::decode_plan(bytes));
    ByteReader in(bytes);
    static_cast<void>(plan::decode_value(in));
    static_cast<void>(objects::decode_manifest(bytes));
    static_cast<void>(cache::decode_base(bytes));
    static_cast<void>(cache::decode_inputs(bytes));
    static_cast<void>(store::decode_transitions(1, bytes));
    std::string_view rest = bytes;
    runner::Message message;
    static_cast<void>(runner::take_frame(rest, message));
  });
}

// ---- heads of requests
// ------------------------------------------------------------------------------

TEST(Megabyte, OfATargetEndsInUnderASecond) {
  const Shapes shapes{{"slashes", [] { return filled("/"); }},
                      {"escapes", [] { return filled("%41", "/"); }},
                      {"pairs", [] { return filled("a=b&", "/?"); }},
                      {"ampersands", [] { return filled("&", "/?"); }}};
  expect_each_under_a_second(with_junk(shapes), [](const std::string& text) {
    static_cast<void>(http::parse_target(text));
  });
}

}  // namespace
}  // namespace mlp::tests
