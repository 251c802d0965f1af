// SPDX-License-Identifier: Apache-2.0
//
// The engine and the interpreter agree on random projects where nothing goes wrong.
#include "tests/sim/interpreter.h"

#include <gtest/gtest.h>

#include "tests/sim/attempts.h"
#include "tests/sim/oracle.h"
#include "tests/sim/scenario.h"
#include "tests/unit/engine/world.h"

namespace mlp::sim {
namespace {

/// The real engine; bodies do what their project says, and end in an order that chance decides.
class QuietWorld {
 public:
  QuietWorld(const Scenario& scenario, std::uint64_t seed)
      : scenario_(scenario), random_(seed), world_(scenario.cores) {
    world_.runner.body = [this](const auto& attempt, auto& ended) { end(attempt, ended); };
  }

  /// What is wrong with runs of the scenario's projects, taken for runs of `judged`.
  std::vector<std::string> run(const std::vector<Project>& judged) {
    MLP_CHECK(world_.start());
    std::vector<model::RunId> runs;
    for (const Project& project : scenario_.projects) runs.push_back(submit(project));
    finish();
    std::vector<std::string> wrongs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      auto found = check_run(judged[i], *world_.engine->view(), runs[i]);
      wrongs.insert(wrongs.end(), found.begin(), found.end());
    }
    return wrongs;
  }

 private:
  model::RunId submit(const Project& project) {
    engine::Submission submission;
    submission.client_key = "key " + std::to_string(project.id);
    submission.plan = project.plan;
    submission.arguments = project.arguments;
    submission.environments = project.environments;
    model::RunId run = world_.submit(std::move(submission));
    by_run_[run] = &project;
    return run;
  }

  void end(const execute::AttemptStart& attempt, execute::AttemptEnded& ended) {
    const Project& project = *by_run_.at(attempt.task_run.run);
    BodyRun run = run_body(project, attempt.definition, attempt.inputs, errors_[attempt.task_run]);
    ended.outcome = {reason_of(run.ending), run.ending.code, {}};
    if (ended.outcome.reason != model::EndReason::kSucceeded) {
      ++errors_[attempt.task_run];
      return;
    }
    const auto& definition = project.plan->definitions[attempt.definition];
    std::vector<plan::Value> values = outputs_of(definition, run);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::string bytes = plan::to_text(values[i]);
      Digest digest = sha256(bytes);
      if (values[i].kind() == plan::ValueKind::kArtifact) digest = values[i].as_artifact().digest;
      ended.outputs.push_back({definition.outputs[i].name, values[i], digest, bytes.size()});
      ended.objects.push_back({digest, bytes.size(), false, bytes, false});
    }
  }

  void finish() {
    world_.work();
    while (world_.engine->status().active_runs > 0) {
      if (!world_.runner.end_one(&random_)) world_.clock.advance(std::chrono::seconds(1));
      world_.work();
    }
  }

  const Scenario& scenario_;
  SeededRandom random_;
  test::World world_;
  std::map<model::RunId, const Project*> by_run_;
  std::map<model::TaskRunId, std::uint32_t> errors_;
};

TEST(Interpreter, agrees_with_the_engine_on_random_projects_in_any_order_of_ends) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Scenario scenario = random_scenario(seed);
    for (const std::string& wrong : QuietWorld(scenario, seed).run(scenario.projects)) {
      ADD_FAILURE() << "seed " << seed << ": " << wrong << "\n" << to_text(scenario);
      return;
    }
  }
}

// Tasks that yield something else, or that fail where they should not.
TEST(Oracle, tells_a_run_that_is_not_what_its_project_comes_to) {
  std::size_t told = 0;
  std::size_t looked_at = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Scenario scenario = random_scenario(seed);
    std::vector<Project> other = scenario.projects;
    for (Project& project : other) {
      for (Behaviour& behaviour : project.behaviours) behaviour.endings = {{EndingKind::kExits, 9}};
    }
    bool has_calls = !interpret(scenario.projects[0], [](const auto&) { return TaskRunFate{}; })
                          .task_runs.empty();
    looked_at += has_calls ? 1 : 0;
    told += QuietWorld(scenario, seed).run(other).empty() ? 0 : 1;
  }
  EXPECT_GT(looked_at, 20u);
  EXPECT_GE(told + 10, looked_at);  // of some the tasks are all skipped, or fail by themselves
}

}  // namespace
}  // namespace mlp::sim
