// SPDX-License-Identifier: Apache-2.0
//
// Inside of the engine: its state and the parts of a turn. engine.cpp has the turn itself,
// requests.cpp what messages mean, carry_out.cpp what commands mean, recovery.cpp the start.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "runtime/engine/active_run.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/forgetting.h"
#include "runtime/engine/mailbox.h"
#include "runtime/engine/recorder.h"
#include "runtime/engine/sync_thread.h"
#include "runtime/schedule/scheduler.h"

namespace mlp::engine {

/// Bounds of a turn: how long others wait for the engine's answer.
inline constexpr std::size_t kMessagesPerTurn = 512;
inline constexpr std::size_t kFollowUpsPerTurn = 512;
inline constexpr Duration kTurnTime = std::chrono::milliseconds(1);
/// How often free space is asked for, at most.
inline constexpr Duration kSpaceInterval = std::chrono::milliseconds(20);
/// A paused engine with nothing to do asks so often.
inline constexpr Duration kPausedInterval = std::chrono::seconds(1);

/// What is done once the turn's batch is written.
struct Actions {
  std::vector<model::AttemptId> recorded;
  std::vector<execute::AttemptStart> starts;
  std::vector<model::AttemptId> kills;
  std::vector<schedule::Evaluate> evaluations;
  std::vector<SyncThread::Release> releases;  // after the sync
};

struct Engine::State {
  explicit State(EngineParts given);

  // the turn (engine.cpp)
  bool turn();
  bool take_messages();
  bool follow_up();
  bool has_follow_up() const;
  void decide(schedule::Event event);
  void look_up(const Digest& key);
  bool must_look_at(const Hit& hit) const;
  void look_at(const Digest& key, Hit hit);
  void answer_look_up(const Digest& key, std::optional<Hit> hit);
  void check_space();
  void write();
  void act();
  void show_status();
  std::optional<Duration> patience() const;
  void run();

  // what messages mean (requests.cpp)
  void take(SubmitMessage message);
  void take(CancelMessage message);
  void take(PutObjectsMessage message);
  void take(execute::AttemptEnded ended);
  void take(HeldMessage message);
  void take(LostMessage message);
  void take(ReleaseMessage message);
  void take(LookedMessage message);
  void take(ObjectLostMessage message);
  void take(schedule::EvaluationDone done);
  void add_run(model::Run record, std::shared_ptr<const PreparedPlan> prepared,
               schedule::Known known, std::vector<model::Counts> counted = {});

  // what commands mean (carry_out.cpp)
  void carry_out(schedule::LookUp& command);
  void carry_out(schedule::Evaluate& command);
  void carry_out(schedule::Start& command);
  void carry_out(schedule::Kill& command);
  void carry_out(schedule::AttemptSettled& command);
  void carry_out(schedule::TaskRunChanged& command);
  void carry_out(schedule::RunEnded& command);
  void carry_out(schedule::WouldRun& command);
  void evaluate(schedule::Evaluate command);

  template <typename T>
  void answer(Reply<T> reply, Result<T> result) {
    actions.releases.push_back(
        [reply = std::move(reply), result = std::move(result)] { reply(result); });
  }

  schedule::Now now() const { return {parts.clock.now(), parts.clock.steady()}; }

  EngineParts parts;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  schedule::Scheduler scheduler;
  Recorder recorder;
  Forgetting forgetting;
  SyncThread syncs;

  std::map<model::RunId, ActiveRun> runs;
  std::map<model::AttemptId, model::Attempt> attempts;          // live: their records as written
  std::map<model::AttemptId, execute::AttemptEnded> ends;       // told, not settled yet
  std::map<model::AttemptId, execute::AttemptStart> held_back;  // start when their record is synced
  std::deque<Message> early;                                    // came during recovery
  std::deque<Digest> lookups;
  std::vector<schedule::Command> commands;
  Actions actions;
  Duration space_checked{-1};
  bool is_paused = false;
  std::atomic<bool> is_stopping{false};

  struct Shown {
    std::atomic<std::uint64_t> active_runs{0}, live_attempts{0}, queued{0}, commit{0};
    std::atomic<bool> is_paused{false};
  } shown;
};

/// Everything the executor needs to start, or to collect, an attempt.
execute::AttemptStart make_start(const ActiveRun& run, const model::Attempt& attempt,
                                 std::vector<plan::Value> inputs, Duration timeout);

}  // namespace mlp::engine
