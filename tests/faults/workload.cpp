// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/workload.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/plan/evaluate.h"
#include "runtime/objects/stat_index.h"
#include "runtime/store/count_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::faults {
namespace {

constexpr std::uint64_t kSmallBuffer = 64 << 10;  // RocksDB's least
constexpr int kFillers = 24;
constexpr std::size_t kFillerBytes = 12'000;
constexpr std::size_t kLargeBytes = 40'000;  // above kSmallObject: a file
constexpr int kPatience = 200;               // rounds of work without an end
constexpr int kMostWaits = 5;                // of 200 ms; a write of the engine is never so far
constexpr int kTries = 5;                    // of a client that is told the disk is full

constexpr const char* kSource = R"(
task make(x: int) -> (small: File at "small.txt", large: File at "large.bin", n: int at "n.json") {
  run "make ~{x}"
}
task join_up(parts: [File]) -> (all: Dir at "all", n: int at "n.json") { run "join" }
task held() -> (n: int at "n.json") { run "wait" }
pipeline first() -> (all: Dir, sum: int) {
  made = for x in [1, 2, 3] { make(x) }
  joined = join_up(for m in made { m.large })
  return (all: joined.all, sum: sum(for m in made { m.n }) + joined.n)
}
pipeline again() -> int {
  made = for x in [1, 2, 3] { make(x) }
  return sum(for m in made { m.n })
}
pipeline stopped() -> int { return held().n }
)";

std::shared_ptr<const plan::Plan> compile_pipeline(const std::string& pipeline) {
  source::MemoryLoader loader;
  loader.add("faults.mlp", kSource);
  Compiled compiled = compile(loader, "faults.mlp", pipeline);
  MLP_CHECK(compiled.plan.has_value());
  return std::make_shared<plan::Plan>(std::move(*compiled.plan));
}

/// Text that differs with its first words and compresses to nothing of interest.
std::string filled(std::string text, std::size_t size) {
  while (text.size() < size) text += sha256(text).to_hex();
  text.resize(size);
  return text;
}

/// What a body leaves in its working folder. The task's own files: faults of the disk in them are
/// the task's.
void write_outputs(const execute::AttemptStart& attempt, const std::string& folder) {
  const plan::TaskDefinition& definition = attempt.plan->definitions.at(attempt.definition);
  const std::string name =
      definition.name +
      (attempt.inputs.empty() ? "" : plan::to_text(attempt.inputs[0]).substr(0, 1));
  Files& files = real_files();
  for (const plan::TaskOutput& output : definition.outputs) {
    const std::string place = folder + "/" + output.name;
    if (output.name == "n") MLP_CHECK(files.write(folder + "/n.json", "7", 0600).has_value());
    if (output.name == "small") {
      MLP_CHECK(files.write(folder + "/small.txt", "small of " + name, 0600).has_value());
    }
    if (output.name == "large") {
      MLP_CHECK(files.write(folder + "/large.bin", filled(name, kLargeBytes), 0600).has_value());
    }
    if (output.name != "all") continue;
    MLP_CHECK(files.make_folder(place, 0700).has_value());
    MLP_CHECK(files.write(place + "/a", "one", 0600).has_value());
    MLP_CHECK(files.write(place + "/b", filled("two", kLargeBytes), 0600).has_value());
  }
}

}  // namespace

// ---- the runner ---------------------------------------------------------------------------------

std::string DiskRunner::folder_of(model::AttemptId attempt) const {
  return disk_.folder + "/data/work/" + attempt.to_string();
}

void DiskRunner::adopt(std::vector<execute::AttemptStart> live) {
  std::vector<model::AttemptId> there;
  for (execute::AttemptStart& attempt : live) {
    if (!real_files().stat(folder_of(attempt.id) + "/ended")) continue;
    there.push_back(attempt.id);
    held_.emplace(attempt.id, std::move(attempt));
  }
  events.adopted(there);
}

void DiskRunner::start(execute::AttemptStart attempt) {
  const std::string folder = folder_of(attempt.id);
  MLP_CHECK(make_folders(real_files(), folder + "/task", 0700).has_value());
  write_outputs(attempt, folder + "/task");
  MLP_CHECK(real_files().write(folder + "/log", filled("log", kLargeBytes), 0600).has_value());
  MLP_CHECK(real_files().write(folder + "/ended", "", 0600).has_value());
  held_.emplace(attempt.id, std::move(attempt));
}

void DiskRunner::kill(model::AttemptId attempt) {
  if (held_.contains(attempt)) killed_.insert(attempt);
}

void DiskRunner::recorded(model::AttemptId attempt) {
  static_cast<void>(remove_tree(real_files(), folder_of(attempt)));
  held_.erase(attempt);
  told_.erase(attempt);
}

bool DiskRunner::end_one() {
  for (const auto& [id, attempt] : held_) {
    if (told_.contains(id)) continue;
    const bool is_held = attempt.task_name == "held" && !killed_.contains(id);
    if (is_held) continue;
    runner::Ended end;
    end.attempt = id.value;
    end.reason = killed_.contains(id) ? runner::End::kCancelled : runner::End::kSucceeded;
    end.start_us = end.end_us = 1'700'000'000'000'000;
    const execute::SlotPaths slot{folder_of(id)};
    execute::Collected collected =
        execute::collect({disk_.files, execute::real_task_files(), objects_},
                         {attempt, end, slot, {}, disk_.folder + "/data/logs/" + id.to_string()});
    if (collected.is_disk_full) return false;
    told_.insert(id);
    events.ended(std::move(collected.ended));
    return true;
  }
  return false;
}

// ---- one life -----------------------------------------------------------------------------------

bool Life::DirectWorkers::run_one() {
  if (queue.empty()) return false;
  const std::function<void()> work = std::move(queue.front());
  queue.erase(queue.begin());
  work();
  return true;
}

Result<std::unique_ptr<Life>> Life::begin(const Disk& disk) {
  std::unique_ptr<Life> life(new Life(disk));
  MLP_TRY(life->open());
  return life;
}

Life::~Life() {
  is_ending_ = true;
  if (space_.is_waiting) met_full_disk();
  engine_.reset();
}

// The store's own threads may wait while the engine goes on, until it writes, ends, or stands still
// behind one of them.
void Life::met_full_disk() {
  const bool is_engine = std::this_thread::get_id() == engine_thread_ || is_ending_;
  const bool can_go_on = !is_engine && ++waits_ < kMostWaits;
  if (!can_go_on && disk_.given_up) disk_.given_up();
}

Status Life::open() {
  const store::DataFolderOptions small{64 << 10, 1};
  MLP_ASSIGN(folder_, store::DataFolder::open(disk_.folder + "/data", small, disk_.files));
  store::RocksOptions options;
  options.write_buffer_bytes = kSmallBuffer;
  space_.on_full = [this] { met_full_disk(); };
  options.space = &space_;
  options.files = disk_.store_files;
  MLP_ASSIGN(kv_, store::open_store(*folder_, options));
  MLP_ASSIGN(const store::Meta meta, folder_->begin_epoch(*kv_));
  objects_ = std::make_unique<objects::ObjectStore>(disk_.files, folder_->path());
  runner_ = std::make_unique<DiskRunner>(disk_, *objects_);
  engine::EngineParts parts{*kv_, *runner_, workers_, clock_, random_, {}, 1, 2, {}, {}};
  parts.mark_synced = [this](std::uint64_t commit) { folder_->synced().store(commit); };
  parts.epoch = meta.daemon_epoch;
  engine_ = std::make_unique<engine::Engine>(std::move(parts));
  runner_->events = engine_->executor_events();
  MLP_TRY(engine_->recover());
  objects::StatIndex index(disk_.files, clock_);
  index.load(folder_->part("stat-index"));
  index.remember("/some/file", {}, sha256("some"));
  MLP_TRY(index.save(folder_->part("stat-index")));
  return write_atomic(disk_.files, folder_->part("endpoint"), "127.0.0.1:1\n", 0600);
}

void Life::work(bool ends_attempts) {
  for (int idle = 0; idle < kPatience; ++idle) {
    while (engine_->turn() || engine_->sync() || workers_.run_one()) {
    }
    if (ends_attempts && runner_->end_one()) idle = 0;
    if (engine_->status().active_runs == 0) break;
    clock_.advance(std::chrono::seconds(1));
  }
  engine_->sync();
}

std::uint64_t Life::submit(const std::string& pipeline) {
  engine::Submission submission;
  submission.client_key = pipeline;
  submission.request = sha256(pipeline);
  submission.plan = compile_pipeline(pipeline);
  submission.environments.resize(submission.plan->environments.size());
  std::uint64_t run = 0;
  engine_->submit(std::move(submission), [&run](Result<engine::Submitted> answer) {
    if (answer) run = answer->run.value;
  });
  while (engine_->turn() || engine_->sync()) {
  }
  return run;
}

bool Life::cancel(std::uint64_t run) {
  bool is_done = false;
  engine_->cancel(model::RunId(run), [&is_done](const Status& status) {
    is_done = status || status.error().code == ErrorCode::kConflict;  // it has ended
  });
  while (engine_->turn() || engine_->sync()) {
  }
  return is_done;
}

bool Life::upload(const std::string& bytes) {
  for (int i = 0; i < kTries; ++i) {
    const auto object = objects_->put(bytes);
    if (!object) continue;
    bool is_done = false;
    engine_->put_objects({*object},
                         [&is_done](const Status& status) { is_done = status.has_value(); });
    while (engine_->turn() || engine_->sync()) {
    }
    return is_done;
  }
  return false;
}

bool Life::fill() {
  bool is_done = true;
  for (int i = 0; i < kFillers; ++i) {
    is_done = upload(filled("filler " + std::to_string(i), kFillerBytes)) && is_done;
  }
  return is_done;
}

Result<std::string> Life::describe(std::uint64_t id) const {
  const auto found = view();
  MLP_ASSIGN(const std::optional<model::Run> run, store::find_run(*found, model::RunId(id)));
  if (!run) return std::string("no run");
  std::string text = run->pipeline + " " + std::string(model::to_text(run->state));
  if (run->result) text += " = " + plan::to_text(*run->result);
  text += " " + run->error + "\n";
  MLP_TRY(store::visit_task_runs(*found, model::RunId(id), [&](model::TaskRun&& record) {
    text += record.id.task.to_string();
    for (const std::uint32_t item : record.id.items) text += "[" + std::to_string(item) + "]";
    text += " " + std::string(model::to_text(record.state)) + " " + record.reason;
    for (const auto& output : record.outputs) text += " " + output.digest.to_hex().substr(0, 8);
    text += "\n";
    return true;
  }));
  return text;
}

// ---- the whole ----------------------------------------------------------------------------------

void Acknowledged::add(const std::string& line) const {
  MLP_CHECK(real_files().append(path_, line + "\n").has_value());
}

std::vector<std::string> Acknowledged::lines() const {
  const auto text = real_files().read(path_, 1 << 20);
  std::vector<std::string> lines = text ? split(*text, '\n') : std::vector<std::string>();
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

namespace {

void note_end(const Life& life, const Acknowledged& acknowledged, std::uint64_t run) {
  const auto found = store::find_run(*life.view(), model::RunId(run));
  if (!found || !found->has_value() || (*found)->state == model::RunState::kRunning) return;
  const auto end = life.describe(run);
  if (end) acknowledged.add("ended " + std::to_string(run) + " " + sha256(*end).to_hex());
}

std::uint64_t submit_noted(Life& life, const Acknowledged& acknowledged, const std::string& name) {
  const std::uint64_t run = life.submit(name);
  if (run != 0) acknowledged.add("run " + name + " " + std::to_string(run));
  return run;
}

void upload_noted(Life& life, const Acknowledged& acknowledged, const std::string& bytes) {
  if (life.upload(bytes)) acknowledged.add("object " + sha256(bytes).to_hex());
}

/// As far as the disk lets it be read.
std::string shown(const Life& life, std::uint64_t run) {
  const auto text = life.describe(run);
  return text ? *text : text.error().message;
}

std::string run_to_end(Life& life, const Acknowledged& acknowledged, const std::string& name) {
  const std::uint64_t run = submit_noted(life, acknowledged, name);
  life.work();
  note_end(life, acknowledged, run);
  return shown(life, run);
}

}  // namespace

Result<std::string> run_workload(const Disk& disk, const Acknowledged& acknowledged) {
  std::string ends;
  {
    MLP_ASSIGN(const std::unique_ptr<Life> life, Life::begin(disk));
    const std::uint64_t stopped = submit_noted(*life, acknowledged, "stopped");
    life->work(false);
    ends += run_to_end(*life, acknowledged, "first");
    upload_noted(*life, acknowledged, filled("a small upload", 1000));
    upload_noted(*life, acknowledged, filled("a large upload", kLargeBytes));
    if (life->fill()) {
      acknowledged.add("object " + sha256(filled("filler 0", kFillerBytes)).to_hex());
    }
    if (life->cancel(stopped)) acknowledged.add("cancelled " + std::to_string(stopped));
  }
  MLP_ASSIGN(const std::unique_ptr<Life> life, Life::begin(disk));
  life->work();
  const std::uint64_t stopped = submit_noted(*life, acknowledged, "stopped");
  if (life->cancel(stopped)) acknowledged.add("cancelled " + std::to_string(stopped));
  life->work();
  ends += shown(*life, stopped);
  ends += run_to_end(*life, acknowledged, "again");
  return ends;
}

namespace {

std::string find_lost_object(const Life& life, const std::string& hex) {
  const auto digest = Digest::from_hex(hex);
  MLP_CHECK(digest.has_value());
  if (!life.objects().is_present(*life.view(), *digest)) return "object " + hex + " is missing\n";
  const auto found = life.objects().verify(*life.view(), *digest);
  if (!found) return found.error().message + "\n";
  return *found == objects::Condition::kWhole ? "" : "object " + hex + " is damaged\n";
}

std::string find_lost_run(const Life& life, const std::vector<std::string>& words) {
  const model::RunId id(std::stoull(words.back()));
  const auto run = store::find_run(*life.view(), id);
  if (!run) return run.error().message + "\n";
  if (!run->has_value()) return "run " + words.back() + " is missing\n";
  const bool is_same = words[0] != "run" || (*run)->pipeline == words[1];
  if (!is_same) return "run " + words.back() + " is another: " + (*run)->pipeline + "\n";
  const bool forgets_cancel = words[0] == "cancelled" && !(*run)->cancel_asked &&
                              (*run)->state == model::RunState::kRunning;
  return forgets_cancel ? "the cancel of run " + words.back() + " is lost\n" : "";
}

}  // namespace

std::string find_lost(const Life& life, const Acknowledged& acknowledged) {
  std::string lost;
  for (const std::string& line : acknowledged.lines()) {
    const std::vector<std::string> words = split(line, ' ');
    if (words[0] == "object") {
      lost += find_lost_object(life, words[1]);
    } else if (words[0] == "ended") {
      const std::string now = shown(life, std::stoull(words[1]));
      if (sha256(now).to_hex() != words[2]) lost += "run " + words[1] + " ended otherwise: " + now;
    } else {
      lost += find_lost_run(life, words);
    }
  }
  return lost;
}

}  // namespace mlp::faults
