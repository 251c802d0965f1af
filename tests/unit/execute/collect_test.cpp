// SPDX-License-Identifier: Apache-2.0
//
// Outputs: what is taken, what is refused, and the sentence the user reads.
#include <cstdlib>

#include "base/text.h"
#include "tests/unit/execute/executor_fixture.h"

namespace mlp::execute {
namespace {

using model::EndReason;
using plan::TypeKind;
using plan::Value;

class Outputs : public ExecutorTest {
 protected:
  AttemptEnded run_with(plan::Type type, const std::string& place, const std::string& body) {
    OneTask task;
    return run(task.output("x", std::move(type), place).run(body));
  }
  std::string refusal(plan::Type type, const std::string& place, const std::string& body) {
    const AttemptEnded end = run_with(std::move(type), place, body);
    EXPECT_EQ(end.outcome.reason, EndReason::kOutput);
    EXPECT_TRUE(end.outputs.empty());
    EXPECT_TRUE(end.objects.empty());
    return end.outcome.message;
  }
};

plan::Type file_of(const std::string& format) {
  plan::Type type = type_of(TypeKind::kFile);
  type.format = format;
  return type;
}

TEST_F(Outputs, AMissingOneIsNamedWithWhatIsThereInstead) {
  EXPECT_EQ(
      refusal(type_of(TypeKind::kModel), "model.pkl", "echo x > model.pk"),
      "output `x` (at \"model.pkl\") is missing: the body ended well but wrote no such file; the "
      "working folder has model.pk");
}

TEST_F(Outputs, AnEmptyOneIsRefusedButForAPlainFile) {
  EXPECT_EQ(run_with(type_of(TypeKind::kFile), "out/x", ": > out/x").outcome.reason,
            EndReason::kSucceeded);
  EXPECT_EQ(refusal(file_of("csv"), "out/x.csv", ": > out/x.csv"),
            "output `x` (at \"out/x.csv\") is an empty file; expected File<csv> with content");
  EXPECT_EQ(refusal(type_of(TypeKind::kDir), "out/x", "mkdir out/x"),
            "output `x` (at \"out/x\") is an empty folder; expected one with files in it");
}

TEST_F(Outputs, AFileForAFolderAndTheOtherWayRoundAreRefused) {
  EXPECT_EQ(refusal(type_of(TypeKind::kDir), "out/x", "echo > out/x"),
            "output `x` (at \"out/x\") is a file; expected a folder (Dir)");
  EXPECT_EQ(refusal(type_of(TypeKind::kFile), "out/x", "mkdir out/x"),
            "output `x` (at \"out/x\") is a folder; expected a file (File)");
  EXPECT_EQ(
      refusal(type_of(TypeKind::kPlot), "out/x.gif", "echo > out/x.gif"),
      "output `x` (at \"out/x.gif\") is no plot: expected a .png, .svg or Vega-Lite .json file");
}

TEST_F(Outputs, ALinkOutOfTheWorkingFolderIsRefusedAndWhatItLeadsToIsLeftAlone) {
  const std::string elsewhere = data_ + "/elsewhere";
  ASSERT_TRUE(real_files().make_folder(elsewhere, 0700));
  ASSERT_TRUE(real_files().write(elsewhere + "/x", "precious", 0600));
  const std::string leads =
      "output `x` (at \"out/x\") leads outside of the working folder, to " + elsewhere + "/x";
  for (const std::string& body :
       {"ln -s " + elsewhere + "/x out/x", "rmdir out; ln -s " + elsewhere + " out"}) {
    EXPECT_EQ(refusal(type_of(TypeKind::kFile), "out/x", body), leads);
    EXPECT_EQ(refusal(type_of(TypeKind::kString), "out/x", body), leads);
    EXPECT_EQ(run_with(type_of(TypeKind::kFile), "out/x", "echo > out/x").outcome.reason,
              EndReason::kSucceeded);
    EXPECT_EQ(*real_files().read(elsewhere + "/x", 100), "precious");
  }
}

TEST_F(Outputs, LinksInThePlaceOfOurOwnFilesLeadNowhere) {
  const std::string elsewhere = data_ + "/elsewhere";
  ASSERT_TRUE(real_files().make_folder(elsewhere, 0700));
  for (const char* name : {"log", "stdout", "call.json", "home", "tmp", "task", "body", "x"}) {
    ASSERT_TRUE(real_files().write(elsewhere + "/x", "precious", 0600));
    const std::string ours = std::string("../") + name;
    OneTask task;
    task.output("x", type_of(TypeKind::kFile), "out/x")
        .run("echo > out/x; rm -rf " + ours + "; ln -s " + elsewhere + "/x " + ours);
    (void)run(task);
    OneTask next;
    next.output("x", type_of(TypeKind::kFile), "out/x").run("echo a > out/x; echo said");
    const AttemptEnded end = run(next);
    EXPECT_EQ(end.outcome.reason, EndReason::kSucceeded) << name << ": " << end.outcome.message;
    EXPECT_EQ(end.log, "said\n");
    EXPECT_EQ(*real_files().read(elsewhere + "/x", 100), "precious") << name;
  }
}

TEST_F(Outputs, ScalarsAreReadAsJsonOrAsText) {
  EXPECT_EQ(run_with(type_of(TypeKind::kInt), "out/x", "echo ' 42 ' > out/x").outputs.at(0).value,
            Value::of_int(42));
  EXPECT_EQ(run_with(type_of(TypeKind::kFloat), "out/x", "echo 3 > out/x").outputs.at(0).value,
            Value::of_float(3));
  EXPECT_EQ(
      run_with(type_of(TypeKind::kDuration), "out/x", "echo 5min > out/x").outputs.at(0).value,
      Value::of_duration(300'000'000));
  EXPECT_EQ(
      run_with(type_of(TypeKind::kString), "out/x", "echo hello you > out/x").outputs.at(0).value,
      Value::of_string("hello you"));
  EXPECT_EQ(
      run_with(type_of(TypeKind::kString), "out/x", "echo '\"a b\"' > out/x").outputs.at(0).value,
      Value::of_string("a b"));
  const std::string wrong = refusal(type_of(TypeKind::kInt), "out/x", "echo forty > out/x");
  EXPECT_TRUE(wrong.starts_with("output `x` (at \"out/x\") is not of type int: ")) << wrong;
}

TEST_F(Outputs, RecordsAreCheckedPartByPart) {
  OneTask task;
  const plan::TypeId number = task.plan->types.simple(TypeKind::kFloat);
  plan::Type record = type_of(TypeKind::kRecord);
  record.fields = {{"accuracy", number, std::nullopt}, {"f1", number, std::nullopt}};
  task.output("x", record, "out/x.json")
      .run("echo '{\"accuracy\": 0.9, \"f1\": \"high\"}' > out/x.json");
  const AttemptEnded end = run(task);
  EXPECT_EQ(end.outcome.reason, EndReason::kOutput);
  EXPECT_NE(end.outcome.message.find("f1"), std::string::npos) << end.outcome.message;
  const std::string broken =
      refusal(type_of(TypeKind::kMetrics), "out/x.json", "echo '{' > out/x.json");
  EXPECT_NE(broken.find("is not JSON"), std::string::npos) << broken;
}

TEST_F(Outputs, StandardOutputCanBeOneAndTheLogKeepsTheRest) {
  OneTask task;
  task.output("x", type_of(TypeKind::kString), "");
  task.definition().outputs[0].is_stdout = true;
  const AttemptEnded end = run(task.run("echo value; echo said >&2"));
  EXPECT_EQ(end.outputs.at(0).value, Value::of_string("value"));
  EXPECT_EQ(end.log, "said\n");
}

TEST_F(Outputs, APatternGivesAListInTheOrderOfBytes) {
  OneTask task;
  plan::Type list = type_of(TypeKind::kList);
  list.element = task.plan->types.simple(TypeKind::kFile);
  task.output("x", list, "parts/*.csv").run("for i in b a c; do echo $i > parts/$i.csv; done");
  const AttemptEnded end = run(task);
  ASSERT_EQ(end.outputs.size(), 1u) << end.outcome.message;
  const auto& items = end.outputs[0].value.as_list();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].as_artifact().name, "a.csv");
  EXPECT_EQ(items[2].as_artifact().name, "c.csv");
}

TEST_F(Outputs, AFolderIsKeptWithItsContentAndStagedAgain) {
  const AttemptEnded made =
      run_with(type_of(TypeKind::kDir), "out/x",
               "mkdir -p out/x/deep/empty; echo a > out/x/a; echo '#!/bin/sh' > out/x/run; chmod "
               "+x out/x/run; "
               "ln -s ../a out/x/deep/link; head -c 2000000 /dev/zero > out/x/deep/big");
  ASSERT_EQ(made.outputs.size(), 1u) << made.outcome.message;
  store::Batch batch;
  for (const NewObject& object : made.objects) store::put_object(batch, object, {}, clock_.now());
  ASSERT_TRUE(kv_.write(batch));
  OneTask user;
  user.input("x", type_of(TypeKind::kDir), made.outputs[0].value)
      .run(
          "cd in/x/x && find . | sort | tr '\\n' ' '; cat deep/link; test -x run && wc -c < "
          "deep/big");
  const AttemptEnded used = run(user);
  EXPECT_EQ(used.log, ". ./a ./deep ./deep/big ./deep/empty ./deep/link ./run a\n2000000\n")
      << used.outcome.message;
}

TEST_F(Outputs, ALargeOneBecomesAFileOfTheStore) {
  const AttemptEnded end =
      run_with(type_of(TypeKind::kFile), "out/x", "head -c 5000000 /dev/zero > out/x");
  ASSERT_EQ(end.objects.size(), 1u) << end.outcome.message;
  EXPECT_TRUE(end.objects[0].is_file);
  EXPECT_EQ(end.outputs[0].size, 5'000'000u);
  EXPECT_TRUE(objects_.path_if_file(end.objects[0].digest));
}

TEST_F(Outputs, AFileSomebodyStillWritesIsRefused) {
  // A process that is no child of the attempt holds the output open.
  begin();
  OneTask task;
  task.output("x", type_of(TypeKind::kFile), "out/x").run("echo a > out/x; read x < ../gate");
  const std::string slot = data_ + "/work/1/1";
  ASSERT_EQ(::system(("mkdir -p '" + slot + "' && mkfifo '" + slot + "/gate'").c_str()), 0);
  executor_->start(attempt_of(task));
  ASSERT_TRUE(becomes_true([&] { return real_files().stat(slot + "/task/out/x").has_value(); }));
  FILE* writer = ::fopen((slot + "/task/out/x").c_str(), "a");
  ASSERT_NE(writer, nullptr);
  ASSERT_EQ(::system(("echo > '" + slot + "/gate'").c_str()), 0);
  const AttemptEnded end = seen_.next_end();
  ::fclose(writer);
  EXPECT_EQ(end.outcome.reason, EndReason::kOutput);
  EXPECT_EQ(end.outcome.message,
            "output `x` (at \"out/x\") is still being written by a process outside of the attempt");
}

}  // namespace
}  // namespace mlp::execute
