// SPDX-License-Identifier: Apache-2.0
//
// A store with runs of one small pipeline, written record by record as the engine would:
//
//   pipeline iris(depth: int) {
//     parts = split(source)
//     fits  = for d in [1, depth] { fit(parts, d) }
//     best  = choose(fits)
//   }
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "compiler/plan/plan_json.h"
#include "runtime/lineage/lineage.h"
#include "runtime/lineage/why.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/memory_kv.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/plan/sample_plan.h"

namespace mlp::lineage {

using model::AttemptId;
using model::RunId;
using model::TaskId;
using plan::Value;

inline constexpr TaskId kSplit{1};
inline constexpr TaskId kFit{2};
inline constexpr TaskId kChoose{3};

inline Value file_of(const std::string& bytes) {
  plan::Artifact file;
  file.digest = sha256(bytes);
  file.size = bytes.size();
  file.name = "data.csv";
  return Value::of_artifact(file);
}

inline plan::TaskDefinition definition_of(const std::string& name,
                                          const std::vector<std::string>& inputs) {
  plan::TaskDefinition definition;
  definition.name = name;
  for (const std::string& input : inputs) definition.inputs.push_back({input, {}, "", true});
  definition.outputs = {{"out", {}, false, {}, "out/out"}};
  definition.body.run = {{name + "\n", {}, plan::Quoting::kWord, {}, {}}};
  definition.files = {{"src/" + name + ".py", false, 1, sha256(name)}};
  return definition;
}

/// What is recorded of the files of each task, to be changed between runs.
using FileVersions = std::map<std::string, std::string>;

class History : public ::testing::Test {
 protected:
  History() {
    for (const char* part : {"objects", "uploads"}) {
      EXPECT_TRUE(real_files().make_folder(temp_ / part, 0700).has_value());
    }
  }

  static plan::Plan make_plan(const FileVersions& versions) {
    plan::build::PlanBuilder b;
    b.plan.pipeline = "iris";
    b.plan.environments = {{"host", plan::EnvironmentKind::kHost, "", "", {}}};
    b.plan.definitions = {definition_of("split", {"source"}), definition_of("fit", {"parts", "d"}),
                          definition_of("choose", {"fits"})};
    for (plan::TaskDefinition& definition : b.plan.definitions) {
      const auto version = versions.find(definition.name);
      if (version != versions.end()) definition.files[0].digest = sha256(version->second);
    }
    const plan::BlockId root = b.block();
    const auto depth = b.statement(plan::StatementKind::kParameter, root, "depth").id;
    const auto call = [&](TaskId task, plan::BlockId block, std::vector<plan::Expression> given) {
      plan::Statement& statement = b.statement(plan::StatementKind::kCall, block, "");
      statement.task = task;
      statement.arguments = std::move(given);
      b.plan.tasks.push_back({task, b.plan.definitions[task.value - 1].name, task.value - 1,
                              statement.id, b.plan.block(block).depth});
      return statement.id.value;
    };
    const std::uint32_t split =
        call(kSplit, root, {plan::build::literal(file_of("raw"))});
    const auto loop = b.statement(plan::StatementKind::kFor, root, "fits").id;
    const plan::BlockId body = b.block(loop, 1);
    const auto item = b.statement(plan::StatementKind::kItem, body, "d").id;
    const std::uint32_t fit = call(
        kFit, body, {plan::build::statement(split), plan::build::statement(item.value)});
    b.plan.blocks[body.value - 1].result = plan::build::statement(fit);
    plan::Statement& fits = b.plan.statements[loop.value - 1];
    fits.body = body;
    fits.sources = {{plan::build::list({plan::build::whole(1),
                                        plan::build::statement(depth.value)}),
                     item,
                     {}}};
    call(kChoose, root, {plan::build::statement(loop.value)});
    return b.plan;
  }

  void put_object(const std::string& bytes, AttemptId by = {}) {
    store::Batch batch;
    const model::NewObject object = objects_.put(bytes).value();
    if (!store::find_object(view_, object.digest).value()) {
      store::put_object(batch, object, by, Instant{1});
    }
    EXPECT_TRUE(kv_.write(batch).has_value());
  }

  /// One task run: a hit where its key is known, else it makes `out`.
  Value carry_out(RunId run, const plan::Plan& plan, model::TaskRunId id,
                  const std::vector<Value>& values, const std::string& out) {
    id.run = run;
    const plan::TaskDefinition& definition = plan.definition_of(plan.task(id.task));
    const std::string base = cache::encode(cache::describe(plan, definition, sha256("host")));
    const std::vector<cache::KeyInput> inputs = cache::key_inputs(definition, values);
    model::TaskRun task_run;
    task_run.id = id;
    task_run.state = model::TaskRunState::kDone;
    task_run.key = cache::key_of(sha256(base), inputs);
    store::Batch batch;
    if (const auto known = store::find_key(view_, task_run.key).value()) {
      task_run.source = model::Source::kHit;
      task_run.made_by = known->attempt;
      task_run.outputs = known->outputs;
    } else {
      task_run.source = model::Source::kRan;
      model::Attempt attempt;
      attempt.id = AttemptId(++attempts_);
      attempt.task_run = id;
      attempt.ended = Instant{1'700'000'000'000'000};
      attempt.key = task_run.key;
      attempt.base = sha256(base);
      attempt.inputs = cache::encode_inputs(inputs);
      put_object(base);
      put_object(out, attempt.id);
      task_run.attempts = {attempt.id};
      task_run.made_by = attempt.id;
      task_run.outputs = {{"out", file_of(out), sha256(out), out.size()}};
      store::put_attempt(batch, attempt);
      store::put_key(batch, {task_run.key, attempt.id, task_run.outputs, {}});
    }
    for (const Value& value : values) {
      if (value.kind() != plan::ValueKind::kArtifact) continue;
      store::put_used_by(batch, value.as_artifact().digest, run, id.task);
    }
    store::put_task_run(batch, task_run);
    EXPECT_TRUE(kv_.write(batch).has_value());
    return task_run.outputs[0].value;
  }

  /// A whole run. Outputs follow from the versions of the files, as programs' outputs would.
  RunId carry_out_run(std::int64_t depth, FileVersions versions = {}) {
    const RunId id(++runs_);
    const plan::Plan plan = make_plan(versions);
    put_object(plan::encode(plan));
    put_object("raw");
    model::Run run;
    run.id = id;
    run.pipeline = "iris";
    run.plan = sha256(plan::encode(plan));
    run.state = model::RunState::kSucceeded;
    run.arguments = {{plan::StatementId(1), Value::of_int(depth)}};
    store::Batch batch;
    store::put_run(batch, run);
    EXPECT_TRUE(kv_.write(batch).has_value());
    const Value parts = carry_out(id, plan, {{}, kSplit, {}}, {file_of("raw")},
                                  "parts" + versions["split"]);
    plan::List fits;
    for (const std::int64_t d : {std::int64_t{1}, depth}) {
      const auto item = static_cast<std::uint32_t>(fits.size());
      fits.push_back(carry_out(id, plan, {{}, kFit, {item}}, {parts, Value::of_int(d)},
                               "model " + std::to_string(d) + versions["fit"] + versions["split"]));
    }
    const std::string best = "best" + std::to_string(depth) + versions["fit"] + versions["split"];
    carry_out(id, plan, {{}, kChoose, {}}, {Value::of_list(fits)}, best);
    return id;
  }

  Why why(RunId run, TaskId task, model::Items items = {}) {
    const auto answer = explain_task_run(sources_, {run, task, std::move(items)});
    EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().message);
    return answer ? *answer : Why();
  }

  TempFolder temp_;
  store::MemoryKv kv_;
  store::LatestView view_{kv_};
  objects::ObjectStore objects_{real_files(), temp_.path()};
  objects::PlanCache plans_{objects_};
  Sources sources_{view_, objects_, plans_};
  std::uint64_t runs_ = 0;
  std::uint64_t attempts_ = 0;
};

}  // namespace mlp::lineage
