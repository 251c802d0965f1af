// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/local_attempts.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "base/crash_point.h"
#include "base/log.h"
#include "runtime/execute/local/python_call.h"
#include "runtime/execute/local/render_body.h"
#include "runtime/execute/local/variables.h"

namespace mlp::execute {

using model::EndReason;

namespace {

constexpr std::uint64_t kRequirementsLimit = 16 << 20;  // bytes of a lock file
constexpr int kExitCannotRun = 126;                     // as a shell says it

}  // namespace

// ---- live logs ----------------------------------------------------------------------------------

void LiveLogs::add(model::AttemptId attempt, std::string path) {
  const std::lock_guard lock(mutex_);
  paths_[attempt] = std::move(path);
}

void LiveLogs::remove(model::AttemptId attempt) {
  const std::lock_guard lock(mutex_);
  paths_.erase(attempt);
}

std::optional<std::string> LiveLogs::find(model::AttemptId attempt) const {
  const std::lock_guard lock(mutex_);
  const auto it = paths_.find(attempt);
  return it == paths_.end() ? std::nullopt : std::optional(it->second);
}

// ---- from start to the runner -------------------------------------------------------------------

LocalAttempts::LocalAttempts(LocalParts parts)
    : parts_(std::move(parts)),
      slots_({parts_.files, parts_.task_files, parts_.file_workers}, parts_.config.data_folder,
             parts_.config.epoch),
      staging_(parts_.files, parts_.objects, parts_.view) {}

const plan::TaskDefinition& LocalAttempts::definition_of(const Attempt& attempt) const {
  return attempt.start.plan->definitions.at(attempt.start.definition);
}

const plan::Environment& LocalAttempts::environment_of(const Attempt& attempt) const {
  return attempt.start.plan->environments.at(definition_of(attempt).environment);
}

LocalAttempts::Attempt* LocalAttempts::find(Id id, State state) {
  const auto it = attempts_.find(id);
  return it != attempts_.end() && it->second.state == state ? &it->second : nullptr;
}

void LocalAttempts::start(AttemptStart start) {
  const auto [it, is_new] = attempts_.try_emplace(start.id);
  if (!is_new) return;
  it->second.start = std::move(start);
  if (is_connected_) begin(it->second);
}

void LocalAttempts::begin(Attempt& attempt) {
  attempt.state = State::kNew;
  if (!is_connected_) return;
  const auto found = parts_.environments.find(environment_of(attempt), attempt.start.environment);
  if (!found) return prepare_environment(attempt);
  stage(attempt);
}

void LocalAttempts::prepare_environment(Attempt& attempt) {
  attempt.state = State::kPreparing;
  const Digest fingerprint = attempt.start.environment;
  auto& waiting = waiting_for_environment_[fingerprint];
  waiting.push_back(attempt.start.id);
  if (waiting.size() > 1) return;  // it is being made already
  const plan::Environment environment = environment_of(attempt);
  parts_.environment_workers.post([this, environment, fingerprint] {
    const auto lock_file = staging_.read(environment.requirements_digest, kRequirementsLimit);
    Status status;
    if (!lock_file) {
      status = lock_file.error().with_context("environment `" + environment.name +
                                              "`: " + environment.requirements);
    } else if (auto made = parts_.environments.prepare(environment, fingerprint, **lock_file);
               !made) {
      status = made.error();
    }
    parts_.post([this, fingerprint, status] { environment_prepared(fingerprint, status); });
  });
}

void LocalAttempts::environment_prepared(const Digest& fingerprint, const Status& status) {
  const std::vector<Id> waiting = std::move(waiting_for_environment_[fingerprint]);
  waiting_for_environment_.erase(fingerprint);
  for (const Id id : waiting) {
    Attempt* attempt = find(id, State::kPreparing);
    if (attempt == nullptr) continue;
    if (status) {
      begin(*attempt);
    } else {
      end_early(*attempt, EndReason::kExit, status.error().message);
    }
  }
}

void LocalAttempts::stage(Attempt& attempt) {
  auto paths = output_paths_of(*attempt.start.plan, definition_of(attempt), attempt.start.inputs);
  if (!paths) return end_early(attempt, EndReason::kExit, paths.error().message);
  attempt.output_paths = std::move(*paths);
  if (const Status made = prepare_folders(); !made) return fail_staging(attempt, made.error());
  const auto slot = slots_.take();
  if (!slot) return fail_staging(attempt, slot.error());
  attempt.slot = *slot;
  CRASH_POINT("staging.slot_taken");
  attempt.generation = generation_;
  attempt.state = State::kStaging;
  const Id id = attempt.start.id;
  const std::string folder = slots_.paths(*slot).work();
  if (staging_.is_light(attempt.start)) {
    return staged(id, generation_, staging_.stage(attempt.start, attempt.output_paths, folder));
  }
  parts_.file_workers.post([this, id, folder, start = attempt.start, outputs = attempt.output_paths,
                            generation = generation_.load()] {
    auto result = staging_.stage(start, outputs, folder);
    parts_.post([this, id, generation, result = std::move(result)]() mutable {
      staged(id, generation, std::move(result));
    });
  });
}

void LocalAttempts::staged(Id id, std::uint64_t generation, Result<Staged> result) {
  Attempt* attempt = find(id, State::kStaging);
  if (attempt == nullptr) return;
  if (generation != generation_ || !is_connected_) {
    if (generation == generation_) slots_.discard(*attempt->slot);
    attempt->slot.reset();
    return begin(*attempt);
  }
  if (!result) return fail_staging(*attempt, result.error());
  attempt->staged = std::move(*result);
  CRASH_POINT("staging.staged");
  if (attempt->is_kill_asked)
    return end_early(*attempt, EndReason::kCancelled, "cancelled before it started");
  const Status sent = launch(*attempt);
  if (sent) return;
  if (sent.error().code == ErrorCode::kNoSpace) return begin_later(*attempt);
  end_early(*attempt, EndReason::kExit, sent.error().message);
}

/// A full disk ends no attempt: it begins again, and its task never hears of it.
void LocalAttempts::begin_later(Attempt& attempt) {
  if (attempt.slot) slots_.discard(*attempt.slot);
  attempt.slot.reset();
  attempt.staged = {};
  attempt.state = State::kNew;
  waiting_for_space_.insert(attempt.start.id);
}

void LocalAttempts::try_again() {
  for (const Id id : std::exchange(waiting_for_space_, {})) {
    if (Attempt* attempt = find(id, State::kNew)) begin(*attempt);
    if (Attempt* attempt = find(id, State::kCollecting)) collect_end(*attempt);
  }
}

/// A missing object is the fault of what made it; anything else here is the machine's.
void LocalAttempts::fail_staging(Attempt& attempt, const Error& error) {
  if (error.code == ErrorCode::kNoSpace) return begin_later(attempt);
  attempt.is_adopted = true;  // what was staged is not known
  const bool is_missing = error.code == ErrorCode::kNotFound || error.code == ErrorCode::kCorrupt;
  end_early(attempt, is_missing ? EndReason::kOutput : EndReason::kLost, error.message);
}

Status LocalAttempts::launch(Attempt& attempt) {
  MLP_TRY(keep_linked(parts_.files, slots_.paths(*attempt.slot).linked(), attempt.staged.linked));
  const BodyScope scope{*attempt.start.plan, definition_of(attempt), attempt.start.inputs,
                        attempt.staged.paths, attempt.output_paths};
  MLP_ASSIGN(const runner::Start start, make_start(attempt, scope));
  MLP_TRY(parts_.link.send(start));
  CRASH_POINT("start.handed");
  attempt.state = State::kSent;
  attempt.is_in_runner = true;
  parts_.logs.add(attempt.start.id, start.log);
  return {};
}

Result<runner::Start> LocalAttempts::make_start(Attempt& attempt, const BodyScope& scope) {
  const SlotPaths paths = slots_.paths(*attempt.slot);
  const auto prepared =
      parts_.environments.find(environment_of(attempt), attempt.start.environment);
  if (!prepared) return Error{ErrorCode::kUnavailable, "its environment is damaged"};
  MLP_ASSIGN(Invocation invocation,
             render_body({scope, environment::host_shell(), *prepared, paths.folder,
                          slots_.generation_folder() + "/python_driver.py"}));
  for (const CallFile& file : invocation.files) {
    MLP_TRY(parts_.files.write(paths.folder + "/" + file.name, file.content, 0600));
  }
  runner::Start start;
  MLP_ASSIGN(start.environment, make_variables({attempt.start, scope, *prepared,
                                                parts_.config.variables, paths.folder}));
  for (std::string& variable : invocation.variables)
    start.environment.push_back(std::move(variable));
  start.attempt = attempt.start.id.value;
  start.slot = *attempt.slot;
  start.arguments = std::move(invocation.arguments);
  start.folder = paths.work();
  start.log = paths.log();
  const auto& outputs = scope.definition.outputs;
  const bool has_stdout =
      std::any_of(outputs.begin(), outputs.end(),
                  [](const plan::TaskOutput& output) { return output.is_stdout; });
  if (has_stdout) start.output = paths.standard_output();
  start.timeout_ms = (attempt.start.timeout.count() + 999) / 1000;
  start.grace_ms = parts_.config.kill_grace.count() / 1000;
  start.limits = {{RLIMIT_CORE, 0, 0}};
  // Never more than the machine has: what is granted above it waits in the runner.
  start.may_wait = attempt.start.may_wait || attempt.start.cpus <= 1;
  start.cpus = attempt.start.cpus;
  return start;
}

void LocalAttempts::end_early(Attempt& attempt, EndReason reason, const std::string& message) {
  Collected result;
  result.ended.id = attempt.start.id;
  result.ended.outcome = {reason, reason == EndReason::kExit ? kExitCannotRun : 0, message};
  result.ended.ended = parts_.clock.now();
  tell(attempt, std::move(result));
}

void LocalAttempts::kill(Id id) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end()) return;
  Attempt& attempt = it->second;
  attempt.is_kill_asked = true;
  if (attempt.state == State::kNew || attempt.state == State::kPreparing) {
    return end_early(attempt, EndReason::kCancelled, "cancelled before it started");
  }
  if (attempt.state != State::kSent) return;
  (void)parts_.link.send(runner::Kill{id.value, parts_.config.kill_grace.count() / 1000});
  CRASH_POINT("kill.handed");
}

// ---- from the runner to the engine --------------------------------------------------------------

void LocalAttempts::handle(const runner::Message& message) {
  if (const auto* end = std::get_if<runner::Ended>(&message)) ended(*end);
}

void LocalAttempts::ended(const runner::Ended& end) {
  const auto it = attempts_.find(Id(end.attempt));
  if (it == attempts_.end()) {
    (void)parts_.link.send(runner::Ack{{end.attempt}});
    return;
  }
  Attempt& attempt = it->second;
  if (attempt.state == State::kUnknown) return forget(attempt);
  if (attempt.state != State::kSent) return;  // told twice
  attempt.end = end;
  collect_end(attempt);
}

void LocalAttempts::collect_end(Attempt& attempt) {
  attempt.state = State::kCollecting;
  CRASH_POINT("collect.begun");
  const Id id = attempt.start.id;
  const SlotPaths paths = slots_.paths(*attempt.slot);
  const std::string log_file = parts_.config.data_folder + "/logs/" + id.to_string();
  const CollectOrder order{attempt.start, attempt.end, paths, attempt.staged.linked, log_file};
  if (is_light_to_collect(parts_.files, order, attempt.output_paths)) {
    return collected(id, generation_, collect(collect_tools(), order));
  }
  parts_.file_workers.post([this, id, paths, log_file, start = attempt.start, end = attempt.end,
                            linked = attempt.staged.linked, generation = generation_.load()] {
    auto result = collect(collect_tools(), {start, end, paths, linked, log_file});
    parts_.post([this, id, generation, result = std::move(result)]() mutable {
      collected(id, generation, std::move(result));
    });
  });
}

void LocalAttempts::collected(Id id, std::uint64_t generation, Collected result) {
  Attempt* attempt = find(id, State::kCollecting);
  if (attempt == nullptr || generation != generation_) return;
  if (result.is_disk_full) return (void)waiting_for_space_.insert(id);
  if (!attempt->lost_because.empty()) {
    result.ended.outcome = {EndReason::kLost, 0, attempt->lost_because};
    result.ended.outputs.clear();
    result.ended.objects.clear();
  }
  const auto damaged = std::move(result.damaged);
  tell(*attempt, std::move(result));
  if (!damaged.empty()) spread_damage(id, damaged);
}

void LocalAttempts::tell(Attempt& attempt, Collected result) {
  attempt.state = State::kTold;
  attempt.has_log_in_slot = result.ended.log_size > 0 && !result.ended.log_is_file;
  for (const NewObject& object : result.ended.objects) {
    if (!object.is_file && !object.is_manifest) staging_.remember(object.digest, object.bytes);
  }
  CRASH_POINT("collect.before_tell");
  parts_.events.ended(std::move(result.ended));
  CRASH_POINT("collect.told");
}

/// Others that have the same file linked may have read what was changed.
void LocalAttempts::spread_damage(Id finder, const std::vector<LinkedInput>& damaged) {
  for (auto& [id, attempt] : attempts_) {
    if (id == finder || attempt.state != State::kSent) continue;
    for (const LinkedInput& input : attempt.staged.linked) {
      const bool is_hit = std::any_of(damaged.begin(), damaged.end(), [&](const LinkedInput& bad) {
        return bad.digest == input.digest;
      });
      if (!is_hit) continue;
      lose(attempt, "its input " + input.name + " was changed by another task");
      break;
    }
  }
}

/// However it ends, nothing of it is taken.
void LocalAttempts::lose(Attempt& attempt, std::string why) {
  attempt.lost_because = std::move(why);
  (void)parts_.link.send(runner::Kill{attempt.start.id.value, 0});
}

void LocalAttempts::recorded(Id id) {
  const auto it = attempts_.find(id);
  if (it != attempts_.end() && it->second.state == State::kTold) forget(it->second);
}

/// The slot first: once the runner has forgotten the attempt nothing else tells that it is in use.
void LocalAttempts::forget(Attempt& attempt) {
  const Id id = attempt.start.id;
  if (attempt.slot && attempt.generation == generation_) {
    // The next attempt may wait in the runner: until it starts its log must not be this one's.
    if (attempt.has_log_in_slot) parts_.task_files.empty(slots_.paths(*attempt.slot).log());
    if (!attempt.staged.linked.empty()) {
      (void)parts_.files.remove(slots_.paths(*attempt.slot).linked());
    }
    if (attempt.is_adopted) {
      slots_.discard(*attempt.slot);
    } else {
      slots_.release(*attempt.slot, attempt.staged.made, attempt.output_paths);
    }
  }
  CRASH_POINT("slot.emptied");
  if (attempt.is_in_runner && is_connected_) (void)parts_.link.send(runner::Ack{{id.value}});
  CRASH_POINT("ack.handed");
  parts_.logs.remove(id);
  attempts_.erase(id);
}

// ---- what the runner holds ----------------------------------------------------------------------

void LocalAttempts::adopt(std::vector<AttemptStart> live) {
  is_adopting_ = true;
  for (AttemptStart& start : live) {
    Attempt& attempt = attempts_[start.id];
    attempt.start = std::move(start);
    attempt.state = State::kSent;
    attempt.is_in_runner = true;
    attempt.is_adopted = true;
  }
}

void LocalAttempts::settle(const runner::Welcome& welcome) {
  is_connected_ = true;
  if (welcome.generation != generation_) settle_new_generation(welcome);
  const std::vector<Id> held = settle_held(welcome);
  const std::vector<Id> lost = take_gone(held);
  if (!lost.empty()) parts_.events.lost(lost);
  if (std::exchange(is_adopting_, false)) parts_.events.adopted(held);
  std::vector<Id> fresh;
  for (const auto& [id, attempt] : attempts_) {
    if (attempt.state == State::kNew) fresh.push_back(id);
  }
  for (const Id id : fresh) {
    if (Attempt* attempt = find(id, State::kNew)) begin(*attempt);
  }
}

/// Forgets what the runner had and has no more; those that may have run. One that an earlier daemon
/// was to start in this very runner, and that is not here, never came so far.
std::vector<LocalAttempts::Id> LocalAttempts::take_gone(const std::vector<Id>& held) {
  std::vector<Id> lost;
  for (auto it = attempts_.begin(); it != attempts_.end();) {
    const auto& [id, attempt] = *it;
    const bool was_there = attempt.state == State::kSent || attempt.state == State::kCollecting;
    if (!was_there || std::binary_search(held.begin(), held.end(), id)) {
      ++it;
      continue;
    }
    const bool never_started = is_adopting_ && attempt.start.place == place();
    if (!never_started) lost.push_back(id);
    parts_.logs.remove(id);
    it = attempts_.erase(it);
  }
  return lost;
}

void LocalAttempts::settle_new_generation(const runner::Welcome& welcome) {
  generation_ = welcome.generation;
  used_slots_.clear();
  for (const runner::Held& held : welcome.held) used_slots_.push_back(held.slot);
  has_folders_ = false;
  const Status made = prepare_folders();
  if (!made) log::error("working folders cannot be made", {{"error", made.error().message}});
}

/// Once a generation; on a full disk by the first start that finds space.
Status LocalAttempts::prepare_folders() {
  if (has_folders_) return {};
  MLP_TRY(slots_.begin_generation(generation_, used_slots_));
  CRASH_POINT("generation.begun");
  const std::string driver = slots_.generation_folder() + "/python_driver.py";
  MLP_TRY(parts_.files.write(driver, python_driver(), 0600));
  has_folders_ = true;
  return {};
}

/// Of the runner's inventory, what we know; the rest is killed and thrown away. Sorted.
std::vector<LocalAttempts::Id> LocalAttempts::settle_held(const runner::Welcome& welcome) {
  std::vector<Id> held;
  for (const runner::Held& there : welcome.held) {
    const Id id(there.attempt);
    const auto [it, is_unknown] = attempts_.try_emplace(id);
    Attempt& attempt = it->second;
    attempt.is_in_runner = true;
    if (!attempt.slot) attempt.slot = there.slot;
    attempt.generation = generation_;
    if (!is_unknown) {
      held.push_back(id);
      if (!attempt.is_adopted || attempt.state != State::kSent) continue;
      auto paths =
          output_paths_of(*attempt.start.plan, definition_of(attempt), attempt.start.inputs);
      if (paths) attempt.output_paths = std::move(*paths);
      auto linked = load_linked(parts_.files, slots_.paths(*attempt.slot).linked());
      if (linked) {
        attempt.staged.linked = std::move(*linked);
      } else {
        lose(attempt, "whether it changed its inputs cannot be told: " + linked.error().message);
      }
      parts_.logs.add(id, slots_.paths(*attempt.slot).log());
      continue;
    }
    attempt.start.id = id;
    attempt.state = State::kUnknown;
    attempt.is_adopted = true;
    log::warning("an attempt that is in no record is ended", {{"attempt", id.to_string()}});
    if (there.state != runner::HeldState::kEnded)
      (void)parts_.link.send(runner::Kill{there.attempt, 0});
    CRASH_POINT("generation.unknown_killed");
  }
  std::sort(held.begin(), held.end());
  return held;
}

}  // namespace mlp::execute
