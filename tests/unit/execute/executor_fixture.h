// SPDX-License-Identifier: Apache-2.0
//
// A local executor with a real mlp-runner on a temporary data folder, and plans of one task made by
// hand. The runner is ended with the test.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/execute/local/local_executor.h"
#include "runtime/execute/runner/runner_lock.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/object_records.h"
#include "tests/support/temp_folder.h"

namespace mlp::execute {

/// Ends as the engine would see them; waits with a bound instead of sleeping.
class EndsSeen {
 public:
  ExecutorEvents events() {
    return {[this](AttemptEnded ended) { add(ended_, std::move(ended)); },
            [this](std::vector<model::AttemptId> held) { add(adopted_, std::move(held)); },
            [this](std::vector<model::AttemptId> lost) { add(lost_, std::move(lost)); }};
  }
  AttemptEnded next_end() { return take(ended_); }
  std::vector<model::AttemptId> next_adopted() { return take(adopted_); }
  std::vector<model::AttemptId> next_lost() { return take(lost_); }
  bool has_lost() {
    const std::lock_guard lock(mutex_);
    return !lost_.empty();
  }

 private:
  template <typename T>
  void add(std::vector<T>& list, T item) {
    {
      const std::lock_guard lock(mutex_);
      list.push_back(std::move(item));
    }
    changed_.notify_all();
  }
  template <typename T>
  T take(std::vector<T>& list) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return !list.empty(); });
    EXPECT_TRUE(came) << "nothing came from the executor in 30 s";
    if (!came) return {};
    T item = std::move(list.front());
    list.erase(list.begin());
    return item;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<AttemptEnded> ended_;
  std::vector<std::vector<model::AttemptId>> adopted_;
  std::vector<std::vector<model::AttemptId>> lost_;
};

inline plan::Expression literal_text(const std::string& text) {
  plan::Expression expression;
  expression.literal = plan::Value::of_string(text);
  return expression;
}

inline plan::Expression input_at(std::uint32_t number) {
  plan::Expression expression;
  expression.kind = plan::ExpressionKind::kInput;
  expression.number = number;
  return expression;
}

inline plan::Expression output_path_at(std::uint32_t number) {
  plan::Expression expression;
  expression.kind = plan::ExpressionKind::kOutputPath;
  expression.number = number;
  return expression;
}

/// A plan with one task, in the making.
struct OneTask {
  std::shared_ptr<plan::Plan> plan = std::make_shared<plan::Plan>();
  std::vector<plan::Value> inputs;

  OneTask() {
    plan->environments.emplace_back().name = "host";
    plan->definitions.emplace_back().name = "task";
  }
  plan::TaskDefinition& definition() { return plan->definitions[0]; }

  OneTask& run(const std::string& text) {
    plan::RunPart part;
    part.text = text;
    definition().body.run.push_back(std::move(part));
    return *this;
  }
  OneTask& value(plan::Expression expression, plan::Quoting quoting = plan::Quoting::kWord) {
    plan::RunPart part;
    part.value = std::move(expression);
    part.quoting = quoting;
    definition().body.run.push_back(std::move(part));
    return *this;
  }
  OneTask& input(const std::string& name, plan::Type type, plan::Value given,
                 const std::string& place = "") {
    definition().inputs.push_back({name, plan->types.intern(std::move(type)), place, true});
    inputs.push_back(std::move(given));
    return *this;
  }
  OneTask& output(const std::string& name, plan::Type type, const std::string& place) {
    plan::TaskOutput output;
    output.name = name;
    output.type = plan->types.intern(std::move(type));
    output.default_place = place;
    definition().outputs.push_back(std::move(output));
    return *this;
  }
};

inline plan::Type type_of(plan::TypeKind kind) {
  plan::Type type;
  type.kind = kind;
  return type;
}

class ExecutorTest : public ::testing::Test {
 protected:
  ExecutorTest() : data_(folder_.path()), objects_(real_files(), data_) {
    for (const char* name : {"objects", "uploads", "logs", "work", "trash"}) {
      EXPECT_TRUE(real_files().make_folder(data_ + "/" + name, 0700));
    }
  }
  ~ExecutorTest() override {
    if (executor_) {
      EXPECT_TRUE(executor_->stop_runner(std::chrono::seconds(20)));
    }
    executor_.reset();
    const auto record = runner::read_runner_lock(data_);
    if (record && record->is_alive) ::kill(record->identity.pid, SIGKILL);
  }

  void make_executor(std::uint64_t epoch = 1) {
    LocalConfig config;
    config.data_folder = data_;
    config.folder_id = "test-" + data_;
    config.epoch = epoch;
    config.runner_program = std::string(MLP_BINARY_FOLDER) + "/mlp-runner";
    config.cpus = cpus_;
    config.kill_grace = std::chrono::milliseconds(300);
    config.log_limit = log_limit_;
    executor_ = std::make_unique<LocalExecutor>(
        config, objects_, [this] { return kv_.view(); }, seen_.events(), clock_);
  }
  /// With nothing left from before.
  void begin() {
    make_executor();
    executor_->adopt({});
    EXPECT_TRUE(seen_.next_adopted().empty());
  }

  AttemptStart attempt_of(const OneTask& task) {
    AttemptStart start;
    start.id = model::AttemptId(1ULL << 40 | ++last_attempt_);
    start.task_run.run = model::RunId(12);
    start.task_name = "task";
    start.plan = task.plan;
    start.inputs = task.inputs;
    start.key = sha256("key");
    return start;
  }
  /// Starts, waits, records.
  AttemptEnded run(const OneTask& task) {
    if (!executor_) begin();
    const AttemptStart start = attempt_of(task);
    executor_->start(start);
    AttemptEnded end = seen_.next_end();
    executor_->recorded(start.id);
    return end;
  }

  plan::Value store(const std::string& bytes, const std::string& name) {
    auto object = objects_.put(bytes);
    EXPECT_TRUE(object);
    store::Batch batch;
    store::put_object(batch, *object, {}, clock_.now());
    EXPECT_TRUE(kv_.write(batch));
    return plan::Value::of_artifact({false, object->digest, object->size, name, nullptr});
  }
  std::string bytes_of(const AttemptEnded& end, std::size_t output) {
    for (const NewObject& object : end.objects) {
      if (object.digest != end.outputs.at(output).digest) continue;
      if (!object.is_file) return object.bytes;
      return *real_files().read(objects_.path_of(object.digest), 1 << 30);
    }
    return "no such object";
  }
  int runner_pid() { return runner::read_runner_lock(data_)->identity.pid; }

  TempFolder folder_;
  std::string data_;
  objects::ObjectStore objects_;
  store::MemoryKv kv_;
  SystemClock clock_;
  EndsSeen seen_;
  double cpus_ = 2;
  std::uint64_t log_limit_ = 1 << 30;
  std::uint64_t last_attempt_ = 0;
  std::unique_ptr<LocalExecutor> executor_;
};

/// True once `condition` holds; looks again every 5 ms for up to 20 s.
template <typename Condition>
bool becomes_true(const Condition& condition) {
  for (int i = 0; i < 4000; ++i) {
    if (condition()) return true;
    ::usleep(5000);
  }
  return false;
}

inline bool is_running(int pid) {
  const auto stat = real_files().read("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat) return false;
  return stat->at(stat->rfind(')') + 2) != 'Z';
}

}  // namespace mlp::execute
