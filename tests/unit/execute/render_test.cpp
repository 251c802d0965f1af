// SPDX-License-Identifier: Apache-2.0
//
// Values in bodies, tried with real shells: a value is data, whatever it holds.
#include <cstdlib>

#include "base/text.h"
#include "runtime/execute/local/render_body.h"
#include "runtime/execute/local/value_file.h"
#include "tests/unit/execute/executor_fixture.h"

namespace mlp::execute {
namespace {

using model::EndReason;
using plan::Quoting;
using plan::TypeKind;
using plan::Value;

/// Texts that mean something to a shell, an interpreter or a file name. Each would make the file
/// `canary` if it were ever run.
std::vector<std::string> hostile_texts() {
  std::vector<std::string> texts{
      "",      " ",     "a b",       "-n",       "--help",    "*",    "?",  "[a]",     "~",
      "~root", "!",     "#",         "\\",       "\\n",       "'",    "\"", "'\"'",    "$",
      "$$",    "$HOME", "${HOME}",   "%s",       "{a,b}",     "a\nb", "\n", "\ttab\t", "\r\n",
      "=",     "a=b",   "é 日本 🎉", "\xff\xfe", "\x01\x02",  "<",    ">",  "|",       "&",
      ";",     "(",     ")",         "$((1+1))", "in/../../x"};
  for (const char* wrap :
       {"%",          "; % ;",     "$(%)",    "`%`",    "| %",      "&& %",   "|| %",
        "\n%\n",      "';%;'",     "\";%;\"", "'$(%)'", "\"$(%)\"", "\\$(%)", "\\`%\\`",
        "${x:-$(%)}", "$[`%`]",    "<(%)",    ">(%)",   "\\\n%",    "a;%#",   "EOF\n%\nEOF",
        "'\n%\n'",    "\\';%;\\'", "$'\\n%'", "& % &"}) {
    texts.push_back(std::string(wrap).replace(std::string(wrap).find('%'), 1, "touch canary"));
    texts.push_back(std::string(wrap).replace(std::string(wrap).find('%'), 1, "touch ../canary"));
  }
  return texts;
}

class Body : public ExecutorTest {
 protected:
  /// What a `run` body writes to out/out.
  std::string output_of(const OneTask& task) {
    const AttemptEnded end = run(task);
    EXPECT_EQ(end.outcome.reason, EndReason::kSucceeded) << end.outcome.message << "\n" << end.log;
    return end.outputs.empty() ? "failed" : bytes_of(end, 0);
  }
  OneTask task_with(const std::vector<std::string>& texts) {
    OneTask task;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      task.input("x" + std::to_string(i), type_of(TypeKind::kString), Value::of_string(texts[i]));
    }
    task.output("out", type_of(TypeKind::kFile), "out/out");
    return task;
  }
};

TEST_F(Body, HostileValuesComeThroughEveryPlaceUnchanged) {
  const auto texts = hostile_texts();
  OneTask task = task_with(texts);
  std::string expected;
  task.run("{\n");
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    task.run("printf '%s|' ").value(input_at(i)).run("\n");
    task.run("printf '%s|' \"<").value(input_at(i), Quoting::kQuoted).run(">\"\n");
    task.run("cat <<END\n").value(input_at(i), Quoting::kQuoted).run("\nEND\n");
    expected += texts[i] + "|<" + texts[i] + ">|" + texts[i] + "\n";
  }
  task.run("} > out/out\n[ ! -e canary ] && [ ! -e ../canary ]\n");
  EXPECT_EQ(output_of(task), expected);
}

TEST_F(Body, TheSameHoldsForAPlainSh) {
  const auto texts = hostile_texts();
  OneTask task = task_with(texts);
  std::string expected;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    task.run("printf '%s|' ").value(input_at(i)).run("\nprintf '%s|' \"");
    task.value(input_at(i), Quoting::kQuoted).run("\"\n");
    expected += texts[i] + "|" + texts[i] + "|";
  }
  StagedPaths staged;
  const std::vector<std::string> outputs{"out/out"};
  const environment::Prepared host{{}, "python3", {}};
  const BodyScope scope{*task.plan, task.definition(), task.inputs, staged, outputs};
  const auto invocation = render_body({scope, {"/bin/sh", false}, host, data_, ""});
  ASSERT_TRUE(invocation);
  // Carried out as an `exec` body whose words are those of the invocation.
  OneTask carrier;
  carrier.output("out", type_of(TypeKind::kFile), "out/out");
  carrier.definition().body.kind = plan::BodyKind::kExec;
  carrier.definition().outputs[0].is_stdout = true;
  for (const std::string& word : invocation->arguments) {
    carrier.definition().body.exec.push_back(literal_text(word));
  }
  for (const std::string& variable : invocation->variables) {
    const auto equals = variable.find('=');
    carrier.definition().vars.push_back(
        {variable.substr(0, equals), literal_text(variable.substr(equals + 1))});
  }
  EXPECT_EQ(output_of(carrier), expected);
}

TEST_F(Body, ListsFlagsAndNullsBecomeTheRightWords) {
  OneTask task = task_with({"one"});
  task.input("list", type_of(TypeKind::kList),
             Value::of_list({Value::of_string("a b"), Value::of_string("$c")}));
  task.input("none", type_of(TypeKind::kString), Value());
  task.input("yes", type_of(TypeKind::kBool), Value::of_bool(true));
  task.input("no", type_of(TypeKind::kBool), Value::of_bool(false));
  const auto flagged = [&](std::uint32_t number) {
    task.run(" ");
    plan::RunPart part;
    part.value = input_at(number);
    part.flag = "--x";
    task.definition().body.run.push_back(part);
  };
  task.run("printf '[%s]' ").value(input_at(1)).run(" ").value(input_at(2));
  for (std::uint32_t number = 0; number < 5; ++number) flagged(number);
  plan::RunPart joined;
  joined.value = input_at(1);
  joined.separator = ",";
  task.run(" ");
  task.definition().body.run.push_back(joined);
  task.run(" > out/out");
  EXPECT_EQ(output_of(task), "[a b][$c][--x][one][--x][a b][$c][--x][a b,$c]");
}

TEST_F(Body, AValueTooLongForAProgramIsRefusedWithAdvice) {
  OneTask task = task_with({std::string(200'000, 'x')});
  const AttemptEnded end = run(task.run("echo ").value(input_at(0)));
  EXPECT_EQ(end.outcome.reason, EndReason::kExit);
  EXPECT_NE(end.outcome.message.find("a program can be given 128 KiB in one word"),
            std::string::npos)
      << end.outcome.message;
}

TEST_F(Body, AScriptGoesToItsInterpreterUnchanged) {
  OneTask task = task_with({"a $(b)"});
  task.definition().body.kind = plan::BodyKind::kScript;
  task.definition().body.interpreter = "awk -f";
  task.definition().body.script =
      "BEGIN { printf \"%s ~{x}\", ENVIRON[\"MLP_INPUT_X0\"] > ENVIRON[\"MLP_OUTPUT_OUT\"] }";
  EXPECT_EQ(output_of(task), "a $(b) ~{x}");
}

TEST_F(Body, InputsAreStagedReadOnlyUnderNamesOfAnyKind) {
  OneTask task;
  std::string expected;
  const std::vector<std::string> names{
      "a b.csv", "it's \"q\".csv", "new\nline", "日本 🎉.txt", "-rf", "$(x)"};
  task.run("for f in");
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    task.input("x" + std::to_string(i), type_of(TypeKind::kFile),
               store("content " + names[i], names[i]));
    task.run(" ").value(input_at(i));
    expected += "in/x" + std::to_string(i) + "/" + names[i] + "=content " + names[i] + ";";
  }
  task.run("\ndo printf '%s=' \"$f\"; cat \"$f\"; printf ';'; done > out/out");
  task.output("out", type_of(TypeKind::kFile), "out/out");
  EXPECT_EQ(output_of(task), expected);
  EXPECT_EQ(output_of(task), expected) << "in the slot used before";
}

TEST_F(Body, LargeInputsAreLinkedAndATaskThatChangesOneIsCaught) {
  OneTask task;
  const std::string large(3 << 20, 'x');
  const Value big = store(large, "big.bin");
  task.input("big", type_of(TypeKind::kFile), big);
  task.run("stat -c %h in/big/big.bin; wc -c < in/big/big.bin");
  EXPECT_EQ(run(task).log, "2\n3145728\n");
  OneTask vandal = task;
  vandal.plan = std::make_shared<plan::Plan>(*task.plan);
  vandal.run("; chmod u+w in/big/big.bin; echo more >> in/big/big.bin");
  const AttemptEnded end = run(vandal);
  EXPECT_EQ(end.outcome.reason, EndReason::kOutput);
  EXPECT_EQ(
      end.outcome.message,
      "the task changed its input in/big/big.bin, which is read-only; its object was taken out "
      "of the store");
  EXPECT_FALSE(objects_.path_if_file(big.as_artifact().digest));
}

TEST_F(Body, AnInputWhoseObjectIsMissingFailsTheAttemptByItsName) {
  OneTask task;
  task.input("x", type_of(TypeKind::kFile),
             Value::of_artifact({false, sha256("nowhere"), 7, "x.csv", nullptr}));
  const AttemptEnded end = run(task.run("true"));
  EXPECT_EQ(end.outcome.reason, EndReason::kOutput);
  EXPECT_TRUE(end.outcome.message.starts_with("input `x`: object ")) << end.outcome.message;
}

TEST_F(Body, RecordsAreFilesInTheFormatOfTheirPlace) {
  OneTask task;
  const Value record =
      Value::of_record({{"lr", Value::of_float(1e-7)},
                        {"name", Value::of_string("a \"b\"\n")},
                        {"layers", Value::of_list({Value::of_int(1), Value::of_int(2)})}});
  task.input("a", type_of(TypeKind::kRecord), record)
      .input("b", type_of(TypeKind::kRecord), record, "params.yaml")
      .input("c", type_of(TypeKind::kRecord), record, "conf/params.toml");
  task.output("out", type_of(TypeKind::kFile), "out/out");
  task.run("cat ").value(input_at(1)).run(" ").value(input_at(2)).run(" > out/out; test -s ");
  task.value(input_at(0));
  EXPECT_EQ(output_of(task),
            "\"lr\": 1.0e-07\n\"name\": \"a \\\"b\\\"\\n\"\n\"layers\":\n  - 1\n  - 2\n"
            "\"lr\" = 1.0e-07\n\"name\" = \"a \\\"b\\\"\\n\"\n\"layers\" = [1, 2]\n");
}

}  // namespace
}  // namespace mlp::execute
