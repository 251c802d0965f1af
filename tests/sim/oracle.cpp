// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/oracle.h"

#include <map>

#include "compiler/plan/evaluate.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"
#include "tests/sim/attempt_history.h"
#include "tests/sim/interpreter.h"

namespace mlp::sim {
namespace {

using model::EndReason;
using model::TaskRunState;

/// A task run as the store has it, with its attempts.
struct Recorded {
  model::TaskRun task_run;
  std::vector<model::Attempt> attempts;
};

AttemptFate fate_of(const model::Attempt& attempt) {
  bool is_gone = attempt.outcome.reason == EndReason::kLost ||
                 attempt.outcome.reason == EndReason::kCancelled;
  if (!is_gone) return AttemptFate::kItsOwn;
  return is_given_back(attempt) ? AttemptFate::kGivenBack : AttemptFate::kLost;
}

class Check {
 public:
  Check(const Project& project, const store::View& view, model::RunId run)
      : project_(project), view_(view), id_(run) {}

  std::vector<std::string> check() {
    auto found = store::find_run(view_, id_);
    if (!found || !*found) {
      wrong("is not recorded");
      return std::move(wrongs_);
    }
    const model::Run run = **found;
    read_task_runs();
    Expectation expected = interpret(project_, [this](const auto& name) { return fate(name); });
    if (run.state == model::RunState::kCancelled) {
      if (!run.cancel_asked) wrong("is cancelled, which nobody asked for");
      compare_cancelled(expected);
      return std::move(wrongs_);
    }
    compare_run(run, expected);
    compare_task_runs(expected);
    return std::move(wrongs_);
  }

 private:
  void wrong(const std::string& what) { wrongs_.push_back("run " + id_.to_string() + " " + what); }

  void wrong(const TaskRunName& name, const std::string& what) {
    wrongs_.push_back(model::to_text({id_, name.first, name.second}, *project_.plan) + " " + what);
  }

  void read_task_runs() {
    Status read = store::visit_task_runs(view_, id_, [this](model::TaskRun&& task_run) {
      TaskRunName name{task_run.id.task, task_run.id.items};
      recorded_[name].task_run = std::move(task_run);
      return true;
    });
    if (!read) wrong("cannot be read: " + read.error().message);
    for (auto& [name, recorded] : recorded_) {
      for (model::AttemptId attempt : recorded.task_run.attempts) {
        auto found = store::find_attempt(view_, attempt);
        if (!found || !*found) {
          wrong(name, "names attempt " + attempt.to_string() + ", which is not recorded");
          continue;
        }
        recorded.attempts.push_back(**found);
      }
    }
  }

  TaskRunFate fate(const TaskRunName& name) const {
    TaskRunFate fate;
    auto found = recorded_.find(name);
    if (found == recorded_.end()) return fate;
    for (const model::Attempt& attempt : found->second.attempts) {
      fate.attempts.push_back(fate_of(attempt));
    }
    fate.is_hit = found->second.task_run.source == model::Source::kHit;
    return fate;
  }

  void compare_run(const model::Run& run, const Expectation& expected) {
    if (run.state != expected.state) {
      return wrong("is " + std::string(model::to_text(run.state)) + " (" + run.error +
                   "), expected " + std::string(model::to_text(expected.state)));
    }
    if (run.state == model::RunState::kFailed && run.error.empty()) wrong("failed without a word");
    if (run.result == expected.result) return;
    auto text = [](const std::optional<plan::Value>& value) {
      return value ? plan::to_text(*value) : std::string("nothing");
    };
    wrong("yields " + text(run.result) + ", expected " + text(expected.result));
  }

  void compare_task_runs(const Expectation& expected) {
    for (const auto& [name, task_run] : expected.task_runs) {
      if (recorded_.contains(name)) {
        compare(name, recorded_.at(name), task_run);
      } else {
        wrong(name, "is not recorded, expected " + std::string(model::to_text(task_run.state)));
      }
    }
    for (const auto& [name, recorded] : recorded_) {
      if (!expected.task_runs.contains(name)) wrong(name, "is recorded, which nothing calls for");
    }
  }

  // What was done is right, as far as it came.
  void compare_cancelled(const Expectation& expected) {
    for (const auto& [name, recorded] : recorded_) {
      if (!model::is_final(recorded.task_run.state)) wrong(name, "has not ended, but its run has");
      auto found = expected.task_runs.find(name);
      bool is_told = found != expected.task_runs.end() &&
                     recorded.task_run.state != TaskRunState::kCancelled;
      if (is_told) compare(name, recorded, found->second);
    }
  }

  void compare(const TaskRunName& name, const Recorded& recorded, const ExpectedTaskRun& expected) {
    const model::TaskRun& task_run = recorded.task_run;
    if (task_run.state != expected.state) {
      return wrong(name, "is " + std::string(model::to_text(task_run.state)) + " (" +
                             task_run.reason + "), expected " +
                             std::string(model::to_text(expected.state)));
    }
    compare_attempts(name, recorded, expected);
    if (task_run.state != TaskRunState::kDone) return;
    if (task_run.outputs.size() != expected.outputs.size()) {
      return wrong(name, "has " + std::to_string(task_run.outputs.size()) + " outputs");
    }
    for (std::size_t i = 0; i < expected.outputs.size(); ++i) {
      if (task_run.outputs[i].value == expected.outputs[i]) continue;
      wrong(name, "has " + task_run.outputs[i].name + " = " +
                      plan::to_text(task_run.outputs[i].value) + ", expected " +
                      plan::to_text(expected.outputs[i]));
    }
  }

  // As often as the policy says, and each as its body ends.
  void compare_attempts(const TaskRunName& name, const Recorded& recorded,
                        const ExpectedTaskRun& expected) {
    std::vector<EndReason> endings;
    for (const model::Attempt& attempt : recorded.attempts) {
      if (fate_of(attempt) == AttemptFate::kItsOwn) endings.push_back(attempt.outcome.reason);
    }
    if (endings == expected.endings) return;
    auto text = [](const std::vector<EndReason>& reasons) {
      std::string all;
      for (EndReason reason : reasons) all += " " + std::string(model::to_text(reason));
      return all.empty() ? std::string(" none") : all;
    };
    wrong(name, "has attempts that ended by" + text(endings) + ", expected" +
                    text(expected.endings));
  }

  const Project& project_;
  const store::View& view_;
  model::RunId id_;
  std::map<TaskRunName, Recorded> recorded_;
  std::vector<std::string> wrongs_;
};

}  // namespace

std::vector<std::string> check_run(const Project& project, const store::View& view,
                                   model::RunId run) {
  return Check(project, view, run).check();
}

}  // namespace mlp::sim
