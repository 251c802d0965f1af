// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/outcome.h"

#include "compiler/plan/evaluate.h"
#include "runtime/model/run.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"
#include "tests/sim/interpreter.h"

namespace mlp::sim {
namespace {

using model::EndReason;

AttemptFate fate_of(const model::Attempt& attempt) {
  if (attempt.outcome.reason != EndReason::kLost) return AttemptFate::kItsOwn;
  const bool is_given_back = attempt.outcome.message.starts_with("the daemon ended before");
  return is_given_back ? AttemptFate::kGivenBack : AttemptFate::kLost;
}

/// What is recorded of one run.
class Recorded {
 public:
  Recorded(const store::View& view, model::RunId run) : view_(view), run_(run) {
    (void)store::visit_task_runs(view, run, [&](model::TaskRun&& record) {
      task_runs_[{record.id.task, record.id.items}] = std::move(record);
      return true;
    });
  }

  const std::map<TaskRunName, model::TaskRun>& task_runs() const { return task_runs_; }

  std::vector<model::Attempt> attempts_of(const model::TaskRun& record) const {
    return *store::list_attempts(view_, record);
  }

  TaskRunFate fate(const TaskRunName& name) const {
    TaskRunFate fate;
    const auto record = task_runs_.find(name);
    if (record == task_runs_.end()) return fate;
    fate.is_hit = record->second.source == model::Source::kHit;
    for (const model::Attempt& attempt : attempts_of(record->second)) {
      fate.attempts.push_back(fate_of(attempt));
    }
    return fate;
  }

 private:
  const store::View& view_;
  model::RunId run_;
  std::map<TaskRunName, model::TaskRun> task_runs_;
};

class Comparison {
 public:
  Comparison(const store::View& view, model::RunId run, const Project& project)
      : view_(view), id_(run), project_(project), recorded_(view, run) {}

  std::vector<std::string> run() {
    const auto record = store::find_run(view_, id_);
    if (!record || !*record) return {"run " + id_.to_string() + " is not there"};
    const Expectation expected =
        interpret(project_, [this](const TaskRunName& name) { return recorded_.fate(name); });
    if ((*record)->cancel_asked) return std::move(differences_);
    compare_run(**record, expected);
    for (const auto& [name, task_run] : expected.task_runs) {
      const auto there = recorded_.task_runs().find(name);
      if (there != recorded_.task_runs().end()) {
        compare(there->second, task_run);
      } else if (!task_run.may_be_missing) {
        differ(name_of(name), "no record", model::to_text(task_run.state));
      }
    }
    for (const auto& [name, task_run] : recorded_.task_runs()) {
      if (!expected.task_runs.contains(name)) {
        differ(name_of(name), model::to_text(task_run.state), "no record");
      }
    }
    return std::move(differences_);
  }

 private:
  std::string name_of(const TaskRunName& name) const {
    return model::task_run_name({id_, name.first, name.second}, *project_.plan);
  }

  void differ(const std::string& what, std::string_view is, std::string_view must) {
    differences_.push_back("run " + id_.to_string() + ": " + what + ": " + std::string(is) +
                           ", but it must come to " + std::string(must));
  }

  void compare_run(const model::Run& record, const Expectation& expected) {
    if (record.state != expected.state) {
      differ("state", std::string(model::to_text(record.state)) + " (" + record.error + ")",
             model::to_text(expected.state));
    }
    const auto text = [](const std::optional<plan::Value>& value) {
      return value ? plan::to_text(*value) : std::string("none");
    };
    if (text(record.result) != text(expected.result)) {
      differ("result", text(record.result), text(expected.result));
    }
  }

  void compare(const model::TaskRun& record, const ExpectedTaskRun& expected) {
    const std::string name = name_of({record.id.task, record.id.items});
    if (record.state != expected.state) {
      return differ(name, std::string(model::to_text(record.state)) + " " + record.reason,
                    model::to_text(expected.state));
    }
    std::string outputs;
    for (const model::Output& output : record.outputs) outputs += plan::to_text(output.value) + " ";
    std::string expected_outputs;
    for (const plan::Value& value : expected.outputs) {
      expected_outputs += plan::to_text(value) + " ";
    }
    if (outputs != expected_outputs) differ(name, outputs, expected_outputs);
    const std::string ends = endings_of(record);
    std::string expected_ends;
    for (const EndReason reason : expected.endings) expected_ends += word(reason);
    if (ends != expected_ends) differ(name + " ended by", ends, expected_ends);
  }

  static std::string word(EndReason reason) { return std::string(model::to_text(reason)) + " "; }

  std::string endings_of(const model::TaskRun& record) const {
    std::string text;
    for (const model::Attempt& attempt : recorded_.attempts_of(record)) {
      if (fate_of(attempt) == AttemptFate::kItsOwn) text += word(attempt.outcome.reason);
    }
    return text;
  }

  const store::View& view_;
  model::RunId id_;
  const Project& project_;
  Recorded recorded_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> compare_outcome(const store::View& view, model::RunId run,
                                         const Project& project) {
  return Comparison(view, run, project).run();
}

}  // namespace mlp::sim
