// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulated_daemon.h"

#include <algorithm>

#include "runtime/objects/outputs.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/meta_records.h"

namespace mlp::sim {
namespace {

constexpr std::uint64_t kMaxRead = 64 << 20;

}  // namespace

void QueuedWork::run(std::size_t number) {
  const auto at = queue_.begin() + static_cast<std::ptrdiff_t>(number);
  const std::function<void()> work = std::move(*at);
  queue_.erase(at);
  work();
}

SimulatedDaemon::SimulatedDaemon(Machine& machine)
    : machine_(machine),
      objects_(machine.files, kDataFolder),
      environments_(machine.files, kDataFolder + "/environments"),
      link_(machine, machine.scenario.cores) {
  config_.data_folder = kDataFolder;
  config_.folder_id = "simulated";
  config_.cpus = machine.scenario.cores;
}

// ---- start --------------------------------------------------------------------------------------

Status SimulatedDaemon::start() {
  machine_.note([] { return std::string("a daemon starts"); });
  MLP_TRY(make_folders());
  MLP_TRY(begin_epoch());
  make_executor();
  make_engine();
  MLP_TRY(engine_->recover());
  is_engine_busy_ = false;
  return {};
}

Status SimulatedDaemon::make_folders() {
  for (const char* part : {"", "/objects", "/logs", "/work", "/trash", "/uploads"}) {
    MLP_TRY(machine_.files.make_folder(kDataFolder + part, 0700));
  }
  MLP_TRY(machine_.files.sync("/"));
  return machine_.files.sync(kDataFolder);
}

Status SimulatedDaemon::begin_epoch() {
  MLP_ASSIGN(store::Meta meta, store::get_meta(store::LatestView(machine_.kv)));
  if (meta.commit < machine_.synced_mark) {
    return Error{ErrorCode::kCorrupt, "the store has lost acknowledged data"};
  }
  store::Batch batch;
  store::put_schema(batch, store::kSchemaVersion);
  store::put_folder_id(batch, config_.folder_id);
  store::put_daemon_epoch(batch, meta.daemon_epoch + 1);
  store::put_commit(batch, meta.commit + 1);
  MLP_TRY(machine_.kv.write(batch));
  MLP_TRY(machine_.kv.sync());
  machine_.synced_mark = meta.commit + 1;
  config_.epoch = meta.daemon_epoch + 1;
  return {};
}

void SimulatedDaemon::make_executor() {
  events_ = executor_events();
  attempts_ = std::make_unique<execute::LocalAttempts>(execute::LocalParts{
      config_, machine_.files, machine_.files, objects_, environments_,
      [this] { return machine_.kv.view(); }, events_, machine_.clock, link_, file_work_,
      environment_work_, logs_, [this](std::function<void()> work) {
        tell([this, work = std::move(work)] { executor_mailbox_.push_back(work); }, false);
      }});
}

void SimulatedDaemon::make_engine() {
  engine::EngineParts parts{machine_.kv, *this, engine_work_, machine_.clock, machine_.random,
                            {}, 1, 1, {}, {}};
  parts.are_whole = [this](const std::vector<model::Output>& outputs) {
    return objects::are_whole(objects_, *machine_.kv.view(), outputs);
  };
  parts.mark_synced = [this](std::uint64_t commit) { machine_.synced_mark = commit; };
  parts.epoch = config_.epoch;
  parts.cores = machine_.scenario.cores;
  parts.may_start = [this] { return !machine_.trouble.is_disk_full(); };
  parts.read_artifact = [this](const plan::Artifact& artifact) {
    return objects_.read(*machine_.kv.view(), artifact.digest, kMaxRead);
  };
  engine_ = std::make_unique<engine::Engine>(std::move(parts));
  to_engine_ = engine_->executor_events();
}

// ---- what the executor tells the engine ---------------------------------------------------------

execute::ExecutorEvents SimulatedDaemon::executor_events() {
  execute::ExecutorEvents events;
  events.ended = [this](const execute::AttemptEnded& ended) {
    machine_.note([&] {
      return "attempt " + ended.id.to_string() + " ended: " +
             std::string(model::to_text(ended.outcome.reason)) + " " + ended.outcome.message;
    });
    machine_.witness.attempts().told(ended.id);
    tell([this, ended] { to_engine_.ended(ended); wake(); }, true);
  };
  events.adopted = [this](std::vector<model::AttemptId> held) {
    is_adopted_ = true;
    to_engine_.adopted(std::move(held));
  };
  events.lost = [this](const std::vector<model::AttemptId>& lost) {
    machine_.note([&] { return std::to_string(lost.size()) + " attempts are lost"; });
    if (!is_adopted_) return to_engine_.lost(lost);
    tell([this, lost] { to_engine_.lost(lost); wake(); }, true);
  };
  return events;
}

void SimulatedDaemon::tell(const std::function<void()>& what, bool may_be_doubled) {
  const EventFate fate = machine_.trouble.at_event();
  const std::uint64_t step = machine_.trouble.step();
  machine_.count(EventFate{fate.late, may_be_doubled ? fate.doubled : 0});
  if (may_be_doubled && fate.doubled > 0) delayed_.push_back({step + fate.doubled, what});
  if (fate.late == 0) return what();
  delayed_.push_back({step + fate.late, what});
}

void SimulatedDaemon::run_delayed() {
  const auto due = std::find_if(delayed_.begin(), delayed_.end(), [&](const Delayed& each) {
    return each.step <= machine_.trouble.step();
  });
  const std::function<void()> what = std::move(due->what);
  delayed_.erase(due);
  what();
}

// ---- what the engine asks of the executor -------------------------------------------------------

void SimulatedDaemon::adopt(std::vector<execute::AttemptStart> live) {
  machine_.note([&] { return std::to_string(live.size()) + " attempts are to be adopted"; });
  attempts_->adopt(std::move(live));
  wants_runner_ = true;
  while (!is_adopted_) {
    machine_.trouble.at_step();
    if (link_.fd() < 0) connect();
  }
  if (machine_.random.below(2) == 0 && link_.has_news()) read_link();
}

void SimulatedDaemon::start(execute::AttemptStart attempt) {
  const std::string name = attempt.task_name + " attempt " + attempt.id.to_string();
  machine_.note([&] { return "start " + name; });
  machine_.witness.started(attempt);
  executor_mailbox_.push_back([this, attempt = std::move(attempt)] { attempts_->start(attempt); });
}

void SimulatedDaemon::kill(model::AttemptId attempt) {
  machine_.note([&] { return "kill attempt " + attempt.to_string(); });
  executor_mailbox_.push_back([this, attempt] { attempts_->kill(attempt); });
}

void SimulatedDaemon::recorded(model::AttemptId attempt) {
  executor_mailbox_.push_back([this, attempt] { attempts_->recorded(attempt); });
}

// ---- one thing at a time ------------------------------------------------------------------------

std::vector<SimulatedDaemon::Part> SimulatedDaemon::parts_due() const {
  std::vector<Part> due;
  const std::uint64_t step = machine_.trouble.step();
  const bool is_open = link_.fd() >= 0;
  if (is_engine_awake_ && !is_engine_busy_) due.push_back(Part::kEngine);
  if (has_unsynced_ && !is_engine_busy_) due.push_back(Part::kSync);
  if (!executor_mailbox_.empty()) due.push_back(Part::kExecutor);
  if (link_.has_news()) due.push_back(Part::kLink);
  if (wants_runner_ && !is_open) due.push_back(Part::kConnect);
  if (!engine_work_.empty()) due.push_back(Part::kEngineWork);
  if (!file_work_.empty()) due.push_back(Part::kFileWork);
  const auto is_due = [&](const Delayed& each) { return each.step <= step; };
  if (std::any_of(delayed_.begin(), delayed_.end(), is_due)) due.push_back(Part::kDelayed);
  const bool is_time = machine_.clock.steady() - tried_again_ >= execute::kSpaceAgain;
  if (is_time && attempts_ && attempts_->waits_for_space()) due.push_back(Part::kTryAgain);
  return due;
}

bool SimulatedDaemon::act() {
  if (!engine_ || !attempts_) return false;  // it has only begun
  for (std::vector<Part> due = parts_due(); !due.empty(); due = parts_due()) {
    const Part part = due[machine_.random.below(due.size())];
    act(part);
    // The engine may have been woken for nothing: then it sleeps, and another is chosen.
    if (part != Part::kEngine || is_engine_awake_) return true;
  }
  return false;
}

void SimulatedDaemon::act(Part part) {
  switch (part) {
    case Part::kEngine:
      return turn();
    case Part::kSync:
      has_unsynced_ = false;
      if (engine_->sync()) wake();
      return;
    case Part::kExecutor: {
      const std::function<void()> item = std::move(executor_mailbox_.front());
      executor_mailbox_.pop_front();
      item();
      return flush_link();
    }
    case Part::kLink:
      return read_link();
    case Part::kConnect:
      return connect();
    case Part::kEngineWork:
      engine_work_.run(machine_.random.below(engine_work_.size()));
      is_engine_awake_ = true;
      return;
    case Part::kFileWork:
      return file_work_.run(machine_.random.below(file_work_.size()));
    case Part::kDelayed:
      return run_delayed();
    case Part::kTryAgain:
      tried_again_ = machine_.clock.steady();
      attempts_->try_again();
      return flush_link();
  }
}

void SimulatedDaemon::turn() {
  const std::uint64_t writes = machine_.kv.writes();
  is_engine_busy_ = true;
  is_engine_awake_ = engine_->turn();
  is_engine_busy_ = false;
  has_unsynced_ = has_unsynced_ || is_engine_awake_ || machine_.kv.writes() != writes;
}

void SimulatedDaemon::connect() {
  const auto welcome = link_.connect();
  if (!welcome) return machine_.clock.advance(std::chrono::milliseconds(50));
  attempts_->settle(*welcome);
  flush_link();
}

void SimulatedDaemon::read_link() {
  const auto messages = link_.receive();
  if (!messages) return lose_link();
  for (const runner::Message& message : *messages) attempts_->handle(message);
  flush_link();
}

void SimulatedDaemon::flush_link() {
  if (link_.fd() >= 0 && link_.has_unsent() && !link_.flush()) lose_link();
}

void SimulatedDaemon::lose_link() {
  machine_.note([] { return std::string("the connection to the runner is gone"); });
  link_.close();
  attempts_->disconnected();
}

}  // namespace mlp::sim
