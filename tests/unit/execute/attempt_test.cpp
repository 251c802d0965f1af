// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an attempt: its end reasons, its log, what it leaves behind.
#include <cstdlib>

#include "base/text.h"
#include "tests/unit/execute/executor_fixture.h"

namespace mlp::execute {
namespace {

using model::EndReason;
using plan::TypeKind;

class Attempt : public ExecutorTest {};

TEST_F(Attempt, ThatWritesItsOutputSucceedsAndHandsItOver) {
  OneTask task;
  task.output("out", type_of(TypeKind::kFile), "out/out").run("echo hello > out/out; echo said");
  const AttemptEnded end = run(task);
  EXPECT_EQ(end.outcome.reason, EndReason::kSucceeded) << end.outcome.message;
  ASSERT_EQ(end.outputs.size(), 1u);
  EXPECT_EQ(bytes_of(end, 0), "hello\n");
  EXPECT_EQ(end.outputs[0].value.as_artifact().name, "out");
  EXPECT_EQ(end.log, "said\n");
  EXPECT_GT(end.usage.peak_memory_bytes, 0);
  EXPECT_GE(end.ended.us, end.started.us);
}

TEST_F(Attempt, ReusesItsSlotForTheNextOne) {
  OneTask task;
  task.output("out", type_of(TypeKind::kFile), "out/out").run("pwd > out/out");
  const std::string first = bytes_of(run(task), 0);
  EXPECT_EQ(bytes_of(run(task), 0), first);
}

TEST_F(Attempt, ThatLeavesFilesBehindGetsAnotherSlotAndTheNextSeesNothing) {
  OneTask task;
  task.output("out", type_of(TypeKind::kFile), "out/out")
      .run("ls -A . in out \"$HOME\" \"$TMPDIR\" > out/out; touch left in/left \"$HOME/left\"");
  const std::string first = bytes_of(run(task), 0);
  EXPECT_EQ(first.find("left"), std::string::npos);
  EXPECT_EQ(bytes_of(run(task), 0).find("left"), std::string::npos);
}

TEST_F(Attempt, WithAnExitCodeEndsAsExit) {
  OneTask task;
  const AttemptEnded end = run(task.run("echo why; exit 75"));
  EXPECT_EQ(end.outcome.reason, EndReason::kExit);
  EXPECT_EQ(end.outcome.code, 75);
  EXPECT_EQ(end.log, "why\n");
}

TEST_F(Attempt, KilledFromOutsideEndsAsSignal) {
  OneTask task;
  const AttemptEnded end = run(task.run("kill -9 $$"));
  EXPECT_EQ(end.outcome.reason, EndReason::kSignal);
  EXPECT_EQ(end.outcome.code, 9);
  EXPECT_EQ(end.outcome.message, "killed by signal 9 (SIGKILL)");
}

TEST_F(Attempt, OverItsTimeoutIsEndedWithItsChildren) {
  begin();
  OneTask task;
  AttemptStart start = attempt_of(task.run("trap '' TERM; sleep 1000 & echo $!; wait; wait"));
  start.timeout = std::chrono::milliseconds(300);
  executor_->start(start);
  const AttemptEnded end = seen_.next_end();
  EXPECT_EQ(end.outcome.reason, EndReason::kTimeout);
  EXPECT_EQ(end.outcome.message, "ran longer than its timeout of 300ms");
  EXPECT_FALSE(is_running(std::atoi(end.log.c_str())));
}

TEST_F(Attempt, ThatIsKilledEndsAsCancelled) {
  begin();
  OneTask task;
  const AttemptStart start = attempt_of(task.run("echo up; sleep 1000"));
  executor_->start(start);
  ASSERT_TRUE(becomes_true([&] {
    const auto log = executor_->read_live_log(start.id, 0, 100);
    return log && *log == "up\n";
  }));
  executor_->kill(start.id);
  EXPECT_EQ(seen_.next_end().outcome.reason, EndReason::kCancelled);
}

TEST_F(Attempt, LeavesNoProcessBehindNotEvenOneInAnotherSession) {
  OneTask task;
  const AttemptEnded end = run(task.run(
      "sleep 1000 & echo $!; setsid sh -c 'sleep 1000 & echo $! >&2; exec sleep 1000' & echo $!; "
      "while [ \"$(wc -l < ../log)\" -lt 3 ]; do :; done"));
  EXPECT_EQ(end.outcome.reason, EndReason::kSucceeded) << end.outcome.message << end.log;
  std::size_t count = 0;
  for (const std::string& line : split(end.log, '\n')) {
    if (line.empty()) continue;
    ++count;
    EXPECT_FALSE(is_running(std::atoi(line.c_str()))) << line;
  }
  EXPECT_EQ(count, 3u);
}

TEST_F(Attempt, OfAProgramThatIsNotThereEndsWith127) {
  OneTask task;
  task.definition().body.kind = plan::BodyKind::kExec;
  task.definition().body.exec.push_back(literal_text("no-such-program"));
  const AttemptEnded end = run(task);
  EXPECT_EQ(end.outcome.reason, EndReason::kExit);
  EXPECT_EQ(end.outcome.code, 127);
  EXPECT_EQ(end.outcome.message, "no-such-program: program not found on PATH");
  EXPECT_EQ(end.log, "no-such-program: program not found on PATH\n");
}

TEST_F(Attempt, OfAFileThatIsNoProgramEndsWith126) {
  const std::string text = data_ + "/text";
  ASSERT_TRUE(real_files().write(text, "no program", 0600));
  OneTask task;
  task.definition().body.kind = plan::BodyKind::kExec;
  task.definition().body.exec.push_back(literal_text(text));
  const AttemptEnded end = run(task);
  EXPECT_EQ(end.outcome.code, 126);
  EXPECT_EQ(end.outcome.message, text + ": not executable");
}

TEST_F(Attempt, ThatFloodsItsLogIsEndedWithAWord) {
  log_limit_ = 100'000;
  OneTask task;
  const AttemptEnded end = run(task.run("yes"));
  EXPECT_EQ(end.outcome.reason, EndReason::kOutput);
  EXPECT_EQ(end.outcome.message, "its log grew over the limit of 98 KiB");
  EXPECT_TRUE(end.log_is_file);
}

TEST_F(Attempt, KeepsALargeLogAsAFile) {
  OneTask task;
  const AttemptEnded end = run(task.run("seq 10000"));
  EXPECT_TRUE(end.log_is_file);
  const auto info = real_files().stat(data_ + "/logs/" + end.id.to_string());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->size, end.log_size);
}

TEST_F(Attempt, SeesOnlyTheVariablesThatAreAllowed) {
  ::setenv("SECRET_OF_THE_DAEMON", "x", 1);
  OneTask task;
  task.input("trees", type_of(TypeKind::kInt), plan::Value::of_int(50))
      .output("out", type_of(TypeKind::kFile), "out/out");
  task.definition().vars.push_back({"WHO", literal_text("me")});
  const AttemptEnded end = run(task.run("env"));
  EXPECT_EQ(end.log.find("SECRET_OF_THE_DAEMON"), std::string::npos);
  EXPECT_NE(end.log.find("MLP_RUN_ID=12\n"), std::string::npos);
  EXPECT_NE(end.log.find("MLP_INPUT_TREES=50\n"), std::string::npos);
  EXPECT_NE(end.log.find("MLP_OUTPUT_OUT=out/out\n"), std::string::npos);
  EXPECT_NE(end.log.find("WHO=me\n"), std::string::npos);
}

TEST_F(Attempt, ThatMayWaitStartsWhenAnotherEnds) {
  cpus_ = 1;
  begin();
  // A gate of its own for each: who opens one while its last writer is still there reads its end.
  const std::string gates = data_ + "/work/1/gate_";
  ASSERT_EQ(::system(("mkfifo '" + gates + "a' '" + gates + "b'").c_str()), 0);
  OneTask one;
  OneTask other;
  AttemptStart first = attempt_of(one.run("read x < ../../gate_a; echo $x"));
  AttemptStart second = attempt_of(other.run("read x < ../../gate_b; echo $x"));
  first.may_wait = second.may_wait = true;
  executor_->start(first);
  executor_->start(second);
  ASSERT_EQ(::system(("echo a > '" + gates + "a'").c_str()), 0);
  EXPECT_EQ(seen_.next_end().id, first.id);
  ASSERT_EQ(::system(("echo b > '" + gates + "b'").c_str()), 0);
  const AttemptEnded end = seen_.next_end();
  EXPECT_EQ(end.id, second.id);
  EXPECT_EQ(end.log, "b\n");
}

TEST_F(Attempt, ThatWaitsInTheRunnerCanBeCalledBack) {
  cpus_ = 1;
  begin();
  OneTask task;
  AttemptStart first = attempt_of(task.run("sleep 1000"));
  AttemptStart second = attempt_of(task);
  first.may_wait = second.may_wait = true;
  executor_->start(first);
  executor_->start(second);
  executor_->kill(second.id);
  const AttemptEnded end = seen_.next_end();
  EXPECT_EQ(end.id, second.id);
  EXPECT_EQ(end.outcome.reason, EndReason::kCancelled);
  EXPECT_FALSE(end.started);
}

}  // namespace
}  // namespace mlp::execute
