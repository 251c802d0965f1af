// SPDX-License-Identifier: Apache-2.0
//
// What survives the death of the daemon, and what becomes of attempts when the runner dies.
#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/unit/execute/executor_fixture.h"

namespace mlp::execute {
namespace {

using model::EndReason;
using plan::TypeKind;

class Recovery : public ExecutorTest {
 protected:
  OneTask waiting_task() {
    OneTask task;
    task.output("out", type_of(TypeKind::kFile), "out/out")
        .run("echo $$ > ../pid; read x < ../gate; echo $x > out/out");
    return task;
  }
  std::string slot() const { return data_ + "/work/1/1"; }
  int task_pid() {
    becomes_true([&] {
      const auto text = real_files().read(slot() + "/pid", 100);
      return text && text->ends_with("\n");
    });
    return std::atoi(real_files().read(slot() + "/pid", 100)->c_str());
  }
  void make_gate() {
    ASSERT_TRUE(becomes_true([&] { return real_files().stat(data_ + "/work/1").has_value(); }));
    ASSERT_EQ(::system(("mkdir -p '" + slot() + "' && mkfifo '" + slot() + "/gate'").c_str()), 0);
  }
  void open_gate(const std::string& word) {
    ASSERT_EQ(::system(("echo " + word + " > '" + slot() + "/gate'").c_str()), 0);
  }
};

TEST_F(Recovery, AnAttemptThatRunsIsAdoptedByTheNextDaemonAndEndsWell) {
  begin();
  make_gate();
  const OneTask task = waiting_task();
  const AttemptStart start = attempt_of(task);
  executor_->start(start);
  const int pid = task_pid();
  executor_.reset();
  EXPECT_TRUE(is_running(pid));

  make_executor(2);
  executor_->adopt({start});
  EXPECT_EQ(seen_.next_adopted(), std::vector{start.id});
  open_gate("through");
  const AttemptEnded end = seen_.next_end();
  EXPECT_EQ(end.outcome.reason, EndReason::kSucceeded) << end.outcome.message;
  EXPECT_EQ(bytes_of(end, 0), "through\n");
  executor_->recorded(start.id);
}

TEST_F(Recovery, AnAttemptThatEndedMeanwhileIsToldAgainUntilItIsRecorded) {
  begin();
  make_gate();
  const OneTask task = waiting_task();
  const AttemptStart start = attempt_of(task);
  executor_->start(start);
  const int pid = task_pid();
  executor_.reset();
  open_gate("alone");
  ASSERT_TRUE(becomes_true([&] { return !is_running(pid); }));

  for (std::uint64_t epoch = 2; epoch < 4; ++epoch) {
    make_executor(epoch);
    executor_->adopt({start});
    EXPECT_EQ(seen_.next_adopted(), std::vector{start.id});
    const AttemptEnded end = seen_.next_end();
    EXPECT_EQ(end.outcome.reason, EndReason::kSucceeded) << end.outcome.message;
    EXPECT_EQ(bytes_of(end, 0), "alone\n");
    if (epoch == 3) executor_->recorded(start.id);
    executor_.reset();
  }
  make_executor(4);
  executor_->adopt({start});
  EXPECT_TRUE(seen_.next_adopted().empty());
}

TEST_F(Recovery, AnInputThatWasChangedIsNoticedByTheNextDaemonToo) {
  begin();
  make_gate();
  OneTask task;
  task.input("big", type_of(TypeKind::kFile), store(std::string(2 << 20, 'b'), "big.bin"))
      .run("echo $$ > ../pid; read x < ../gate; chmod u+w in/big/big.bin; "
           "echo more >> in/big/big.bin");
  const AttemptStart start = attempt_of(task);
  executor_->start(start);
  task_pid();
  executor_.reset();
  open_gate("on");
  const std::string object = objects_.path_of(task.inputs[0].as_artifact().digest);
  // The second daemon dies when it has moved the object away and told nobody.
  for (std::uint64_t epoch = 2; epoch < 4; ++epoch) {
    make_executor(epoch);
    executor_->adopt({start});
    EXPECT_EQ(seen_.next_adopted(), std::vector{start.id});
    const AttemptEnded end = seen_.next_end();
    EXPECT_EQ(end.outcome.reason, EndReason::kOutput) << "epoch " << epoch;
    EXPECT_THAT(end.outcome.message, testing::HasSubstr("changed its input in/big/big.bin"));
    EXPECT_FALSE(real_files().stat(object));
    if (epoch == 3) executor_->recorded(start.id);
    executor_.reset();
  }
  make_executor(4);
  executor_->adopt({});
  EXPECT_TRUE(seen_.next_adopted().empty());
}

// Else a bit that fell over would blame the task, or pass over what it did.
TEST_F(Recovery, AnAttemptWhoseListOfLinkedInputsIsDamagedIsLost) {
  begin();
  make_gate();
  OneTask task;
  task.input("big", type_of(TypeKind::kFile), store(std::string(2 << 20, 'b'), "big.bin"))
      .run("echo $$ > ../pid; read x < ../gate");
  const AttemptStart start = attempt_of(task);
  executor_->start(start);
  task_pid();
  executor_.reset();
  const std::string path = slot() + "/linked";
  std::string bytes = real_files().read(path, 1 << 20).value();
  bytes[bytes.size() - 3] ^= 4;  // of a time
  ASSERT_TRUE(real_files().write(path, bytes, 0600));
  make_executor(2);
  executor_->adopt({start});
  EXPECT_EQ(seen_.next_adopted(), std::vector{start.id});
  const AttemptEnded end = seen_.next_end();
  EXPECT_EQ(end.outcome.reason, EndReason::kLost);
  EXPECT_THAT(end.outcome.message, testing::HasSubstr("linked is damaged"));
}

TEST_F(Recovery, AnAttemptThatNoRecordKnowsIsEnded) {
  begin();
  make_gate();
  executor_->start(attempt_of(waiting_task()));
  const int pid = task_pid();
  executor_.reset();
  make_executor(2);
  executor_->adopt({});
  EXPECT_TRUE(seen_.next_adopted().empty());
  EXPECT_TRUE(becomes_true([&] { return !is_running(pid); }));
}

TEST_F(Recovery, AKilledRunnerTakesItsAttemptsAlongAndTheyAreLost) {
  begin();
  OneTask task;
  task.run("setsid sleep 1000 & echo $! > ../child; echo $$ > ../pid; sleep 1000");
  const AttemptStart start = attempt_of(task);
  executor_->start(start);
  const int pid = task_pid();
  const int child = std::atoi(real_files().read(slot() + "/child", 100)->c_str());
  ::kill(runner_pid(), SIGKILL);
  EXPECT_EQ(seen_.next_lost(), std::vector{start.id});
  EXPECT_FALSE(is_running(pid));
  EXPECT_FALSE(is_running(child));

  OneTask next;
  next.run("echo again");
  EXPECT_EQ(run(next).log, "again\n");
}

// A runner that died while its task was forking may have left what no look at /proc found.
TEST_F(Recovery, WhatAnEarlierRunnerLeftEndsWithTheOneThatIsStopped) {
  begin();
  const std::string file = data_ + "/stray";
  const std::string command = "MLP_RUNNER='test-" + data_ + "/0/1' setsid sleep 1000 & echo $! > '" +
                              file + "'";
  ASSERT_EQ(::system(command.c_str()), 0);
  const int stray = std::atoi(real_files().read(file, 100)->c_str());
  ASSERT_TRUE(is_running(stray));
  EXPECT_TRUE(executor_->stop_runner(std::chrono::seconds(20)));
  EXPECT_FALSE(is_running(stray));
}

TEST_F(Recovery, RunnerAndDaemonKilledMeansLost) {
  begin();
  make_gate();
  AttemptStart start = attempt_of(waiting_task());
  start.place = executor_->place();
  executor_->start(start);
  const int pid = task_pid();
  executor_.reset();
  ::kill(runner_pid(), SIGKILL);
  make_executor(2);
  executor_->adopt({start});
  EXPECT_EQ(seen_.next_lost(), std::vector{start.id}) << "it may have run";
  EXPECT_TRUE(seen_.next_adopted().empty());
  EXPECT_FALSE(is_running(pid));
}

TEST_F(Recovery, WhatTheSameRunnerDoesNotHoldWasNeverStarted) {
  begin();
  AttemptStart start = attempt_of(waiting_task());
  start.place = executor_->place();
  executor_.reset();
  make_executor(2);
  executor_->adopt({start});
  EXPECT_TRUE(seen_.next_adopted().empty());
  EXPECT_FALSE(seen_.has_lost());
}

TEST_F(Recovery, AnOlderDaemonIsRefused) {
  begin();
  executor_.reset();
  make_executor(5);
  executor_->adopt({});
  EXPECT_TRUE(seen_.next_adopted().empty());
  RunnerLinkOptions options{data_, "test-" + data_, 4, "/nonexistent", 1, 0};
  const auto refused = make_runner_link(options)->connect();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a newer daemon has taken this runner over");
}

TEST_F(Recovery, TheRunnerOfAnotherFolderIsRefused) {
  begin();
  RunnerLinkOptions options{data_, "other", 9, "/nonexistent", 1, 0};
  const auto refused = make_runner_link(options)->connect();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

TEST_F(Recovery, TheRunnerEndsWhenItIsToldTo) {
  begin();
  const int pid = runner_pid();
  EXPECT_TRUE(executor_->stop_runner(std::chrono::seconds(20)));
  EXPECT_TRUE(becomes_true([&] { return !is_running(pid); }));
}

}  // namespace
}  // namespace mlp::execute
