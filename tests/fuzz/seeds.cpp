// SPDX-License-Identifier: Apache-2.0
//
// What the encoders write, one file a seed: `fuzz_seeds FOLDER FILE.mlp…` fills FOLDER/<target>/.
// So the corpus of a binary form begins with right bytes of today's version.
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "base/file.h"
#include "compiler/compile.h"
#include "compiler/plan/plan_json.h"
#include "compiler/plan/value_json.h"
#include "daemon/wire/fields.h"
#include "daemon/wire/run.h"
#include "daemon/wire/snapshot.h"
#include "daemon/wire/submit.h"
#include "runtime/cache/cache_key.h"
#include "runtime/execute/runner/protocol.h"
#include "runtime/objects/manifest.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/event_records.h"
#include "runtime/store/key_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/submit_records.h"
#include "runtime/store/task_run_records.h"
#include "tests/support/project_files.h"

namespace mlp::fuzz {
namespace {

using plan::Value;

class Seeds {
 public:
  explicit Seeds(std::string folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, std::string bytes) {
    const std::string folder = join_path(folder_, target);
    if (!make_folders(real_files(), folder, 0755)) std::exit(1);
    const std::string path = join_path(folder, sha256(bytes).to_hex().substr(0, 16));
    if (!real_files().write(path, bytes, 0644)) std::exit(1);
  }
  /// With the byte in front that chooses among the ways of a target.
  void add(const std::string& target, int choice, const std::string& bytes) {
    add(target, std::string(1, static_cast<char>(choice)) + bytes);
  }

 private:
  std::string folder_;
};

void add_plan(Seeds& seeds, const plan::Plan& plan) {
  seeds.add("plan", 0, to_text(plan::to_json(plan)));
  seeds.add("plan", 1, plan::encode(plan));
  for (const plan::TaskDefinition& definition : plan.definitions) {
    seeds.add("manifest", 1, cache::encode(cache::describe(plan, definition, sha256("host"))));
  }
}

Value sample_value() {
  return Value::of_record(
      {{"score", Value::of_float(0.93)},
       {"names", Value::of_list({Value::of_string("a"), Value()})},
       {"map", Value::of_map({{"k", Value::of_date(3)}})},
       {"file", Value::of_artifact({false, sha256("f"), 3, "f.csv", nullptr})}});
}

void add_values(Seeds& seeds) {
  ByteWriter out;
  plan::encode(sample_value(), out);
  seeds.add("value", 0, out.bytes());
  seeds.add("manifest", 2,
            cache::encode_inputs({{"a", "in/a", sample_value()}, {"n", "", Value::of_int(3)}}));
}

void add_manifest(Seeds& seeds) {
  using objects::EntryKind;
  const objects::Manifest manifest{{{"a/b.txt", EntryKind::kFile, true, 3, sha256("b"), ""},
                                    {"a/link", EntryKind::kLink, false, 0, {}, "b.txt"},
                                    {"empty", EntryKind::kFolder, false, 0, {}, ""}}};
  seeds.add("manifest", 0, objects::encode(manifest));
}

template <typename Noun>
void add_record(Seeds& seeds, int noun, void (*put)(store::Batch&, const Noun&),
                const Noun& value) {
  store::Batch batch;
  put(batch, value);
  for (const auto& change : batch.changes()) {
    const std::string key = change.key.substr(1);
    const std::string with_key = std::string(1, static_cast<char>(key.size())) + key;
    if (key.size() < 64) seeds.add("record", noun, with_key + change.value);
    seeds.add("record", 7, with_key + change.value);
  }
}

void add_records(Seeds& seeds) {
  model::Run run;
  run.id = model::RunId(12);
  run.pipeline = "iris";
  run.arguments = {{model::StatementId(3), sample_value()}};
  run.environments = {sha256("host")};
  run.result = sample_value();
  add_record(seeds, 0, store::put_run, run);
  model::TaskRun task_run;
  task_run.id = {model::RunId(12), model::TaskId(3), {1, 2}};
  task_run.state = model::TaskRunState::kDone;
  task_run.attempts = {model::AttemptId((1ull << 40) | 5)};
  task_run.outputs = {{"train", sample_value(), sha256("train"), 17}};
  task_run.tries_by_rule = {1, 0};
  add_record(seeds, 1, store::put_task_run, task_run);
  model::Attempt attempt;
  attempt.id = model::AttemptId((1ull << 40) | 5);
  attempt.task_run = task_run.id;
  attempt.outcome.message = "exit 1";
  attempt.inputs = "inputs";
  add_record(seeds, 2, store::put_attempt, attempt);
  add_record(seeds, 3, store::put_key, {sha256("key"), attempt.id, task_run.outputs, Instant{5}});
  add_record(seeds, 4, store::put_object_record, {sha256("o"), 7, true, 1, attempt.id, Instant{6}});
  add_record(seeds, 5, store::put_snapshot, {sha256("s"), "default", "local", Instant{7}});
  add_record(seeds, 6, store::put_request, {"local", "k", run.id, sha256("r"), Instant{8}});
  const model::Transition done{
      model::TaskId(3), {1, 2}, model::TaskRunState::kDone, model::Source::kRan, attempt.id};
  seeds.add(
      "record", 8,
      store::encode_transitions({9, Instant{10}, model::RunState::kFailed, true, {done, done}}));
}

void add_frames(Seeds& seeds) {
  runner::Start start;
  start.arguments = {"sh", "-c", "true"};
  start.environment = {"A=1"};
  start.limits = {{4, 0, 0}};
  runner::Welcome welcome;
  welcome.held = {{7, 1, runner::HeldState::kRunning, 9, 1, 2}};
  std::string all;
  for (const runner::Message& message : std::vector<runner::Message>{
           runner::Hello{}, welcome, start, runner::Kill{7, 5}, runner::Ack{{7, 8}},
           runner::Started{7, 9, 1}, runner::Ended{}, runner::Stop{true}}) {
    std::string bytes;
    if (!runner::append_frame(message, bytes)) std::exit(1);
    seeds.add("frame", bytes);
    all += bytes;
  }
  seeds.add("frame", all);
}

void add_documents(Seeds& seeds) {
  wire::Submit submit{"ab", "iris.mlp", "iris", JsonObject{{"n", 3}}, "key", 7};
  seeds.add("wire", 0, to_text(wire::to_json(submit)));
  seeds.add("wire", 2, to_text(wire::to_json(wire::Manifest{{{"a.csv", "ab", 3, true}}})));
  wire::Run run;
  run.parameters.push_back({"rate", 0.5, "0.5"});
  seeds.add("wire", 4, to_text(wire::to_json(run)));
}

}  // namespace

int make_seeds(const std::vector<std::string>& words) {
  Seeds seeds(words.at(0));
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto text = real_files().read(words[i], 1 << 20);
    if (!text) return 1;
    source::MemoryLoader loader;
    tests::add_files(loader, "p.mlp", *text);
    if (const Compiled compiled = compile(loader, "p.mlp"); compiled.plan) {
      add_plan(seeds, *compiled.plan);
    }
  }
  add_values(seeds);
  add_manifest(seeds);
  add_records(seeds);
  add_frames(seeds);
  add_documents(seeds);
  return 0;
}

}  // namespace mlp::fuzz

int main(int count, char** words) {
  if (count < 2) {
    std::fputs("usage: fuzz_seeds FOLDER FILE.mlp…\n", stderr);
    return 2;
  }
  return mlp::fuzz::make_seeds({words + 1, words + count});
}
