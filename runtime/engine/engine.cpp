// SPDX-License-Identifier: Apache-2.0
//
// The runtime loop on one screen: drain, decide, write one batch, act.
#include "runtime/engine/engine.h"

#include "base/crash_point.h"
#include "runtime/engine/engine_state.h"
#include "runtime/schedule/invariants.h"

namespace mlp::engine {

bool Engine::State::turn() {
  recorder.set_now(parts.clock.now());
  check_space();
  bool did = take_messages();
  did |= follow_up();
  did |= forgetting.go_on(recorder, now(), !did);
  write();
  act();
  show_status();
  return did;
}

bool Engine::State::take_messages() {
  constexpr std::size_t kChunk = 32;  // between looks at the clock
  Duration deadline = parts.clock.steady() + kTurnTime;
  std::size_t taken = 0;
  while (taken < kMessagesPerTurn) {
    std::vector<Message> messages;
    for (; !early.empty() && messages.size() < kChunk; early.pop_front()) {
      messages.push_back(std::move(early.front()));
    }
    if (messages.empty()) messages = mailbox->drain(kChunk);
    if (messages.empty()) break;
    taken += messages.size();
    for (Message& message : messages) {
      std::visit([this](auto& each) { take(std::move(each)); }, message);
    }
    // Not before the first: a turn that was begun and then had to wait for its core does something.
    if (parts.clock.steady() > deadline) break;
  }
  return taken > 0;
}

// What can be decided without a message: keys to be looked up, items to be expanded, waits that are
// over.
bool Engine::State::follow_up() {
  constexpr std::size_t kChunk = 16;
  Duration deadline = parts.clock.steady() + kTurnTime;
  for (std::size_t count = 0; count < kFollowUpsPerTurn; ++count) {
    if (!has_follow_up()) return count > 0;
    if (count % kChunk == kChunk - 1 && parts.clock.steady() > deadline) return true;
    if (lookups.empty()) {
      decide(schedule::GoOn{});
      continue;
    }
    Digest key = lookups.front();
    lookups.pop_front();
    look_up(key);
  }
  return true;
}

bool Engine::State::has_follow_up() const {
  if (!lookups.empty() || scheduler.has_more() || !early.empty()) return true;
  std::optional<Duration> due = scheduler.next_due();
  return due && *due <= parts.clock.steady();
}

void Engine::State::decide(schedule::Event event) {
  commands.clear();
  scheduler.decide(std::move(event), now(), parts.random, commands);
  for (schedule::Command& command : commands) {
    std::visit([this](auto& each) { carry_out(each); }, command);
  }
}

void Engine::State::look_up(const Digest& key) {
  Result<std::optional<Hit>> hit = recorder.find_hit(key);
  if (!hit || !*hit) return answer_look_up(key, std::nullopt);
  if (must_look_at(**hit)) return look_at(key, std::move(**hit));
  answer_look_up(key, std::move(*hit));
}

bool Engine::State::must_look_at(const Hit& hit) const {
  return parts.are_whole && (parts.are_values_looked_at || has_files(hit));
}

// Files may be slow, and hashing them is: the engine goes on meanwhile.
void Engine::State::look_at(const Digest& key, Hit hit) {
  auto found = std::make_shared<Hit>(std::move(hit));
  parts.workers.post([found, key, mailbox = mailbox, are_whole = parts.are_whole] {
    LookedMessage looked{key, std::nullopt};
    if (are_whole(found->key.outputs)) looked.hit = std::move(*found);
    mailbox->post(std::move(looked));
  });
}

void Engine::State::answer_look_up(const Digest& key, std::optional<Hit> hit) {
  schedule::KeyAnswered answer{key, std::nullopt};
  if (hit) {
    recorder.used_again(hit->objects);
    answer.hit = schedule::KeyAnswered::Hit{std::move(hit->key.outputs), hit->key.attempt};
  }
  decide(std::move(answer));
}

void Engine::State::check_space() {
  if (!parts.may_start) return;
  Duration steady = parts.clock.steady();
  if (space_checked >= Duration(0) && steady - space_checked < kSpaceInterval) return;
  space_checked = steady;
  bool pause = !parts.may_start();
  if (pause == is_paused) return;
  is_paused = pause;
  decide(schedule::Paused{pause});
}

void Engine::State::write() {
  recorder.counts(scheduler.take_changed_counts());
  if (recorder.has_changes()) recorder.write();
}

// Only what is written is acted on; what is promised waits for the sync as well.
void Engine::State::act() {
  Actions now_due = std::exchange(actions, {});
  CRASH_POINT("turn.before_act");
  for (model::AttemptId attempt : now_due.recorded) {
    parts.executor.recorded(attempt);
    CRASH_POINT("turn.recorded_told");
  }
  for (execute::AttemptStart& start : now_due.starts) {
    CRASH_POINT("turn.before_start");
    parts.executor.start(std::move(start));
    CRASH_POINT("turn.start_told");
  }
  for (model::AttemptId attempt : now_due.kills) {
    CRASH_POINT("turn.before_kill");
    parts.executor.kill(attempt);
    CRASH_POINT("turn.kill_told");
  }
  for (schedule::Evaluate& evaluation : now_due.evaluations) {
    evaluate(std::move(evaluation));
    CRASH_POINT("turn.evaluation_posted");
  }
  CRASH_POINT("turn.after_act");
  syncs.written(recorder.commit(), std::move(now_due.releases));
}

void Engine::State::show_status() {
  shown.active_runs = scheduler.active_runs();
  shown.live_attempts = scheduler.live_attempts();
  shown.queued = scheduler.queued();
  shown.commit = recorder.commit();
  shown.is_paused = is_paused;
}

// How long to wait for a message; none: for ever.
std::optional<Duration> Engine::State::patience() const {
  std::optional<Duration> due = scheduler.next_due();
  std::optional<Duration> wait;
  if (due) wait = std::max(Duration(0), *due - parts.clock.steady());
  if (is_paused) wait = std::min(wait.value_or(kPausedInterval), kPausedInterval);
  if (due = forgetting.due(); due) {
    Duration rest = std::max(Duration(0), *due - parts.clock.steady());
    wait = std::min(wait.value_or(rest), rest);
  }
  return wait;
}

void Engine::State::run() {
  syncs.start();
  while (!is_stopping) {
    if (turn() || has_follow_up()) continue;
    mailbox->wait(patience());
  }
  mailbox->close();
  syncs.stop();
}

// ---- the outside ------------------------------------------------------------------------------

Engine::State::State(EngineParts given)
    : parts(std::move(given)),
      scheduler(parts.epoch, parts.cores),
      recorder(parts.kv),
      syncs(parts.kv, parts.mark_synced) {}

Engine::Engine(EngineParts parts) : state_(std::make_unique<State>(std::move(parts))) {}
Engine::~Engine() {
  state_->mailbox->close();
}

void Engine::run() {
  state_->run();
}
bool Engine::turn() {
  return state_->turn();
}
bool Engine::sync() {
  return state_->syncs.sync();
}

void Engine::stop() {
  state_->is_stopping = true;
  state_->mailbox->wake();
}

// The plan is encoded and digested here, on the caller's thread.
void Engine::submit(Submission submission, Reply<Submitted> reply) {
  auto prepared = prepare(submission.plan, submission.environments);
  Message message = SubmitMessage{std::move(submission), std::move(prepared), reply};
  if (!state_->mailbox->try_post(message)) {
    reply(Error{ErrorCode::kUnavailable, "the daemon has too much to do; try again"});
  }
}

void Engine::cancel(model::RunId run, Reply<void> reply) {
  Message message = CancelMessage{run, reply};
  if (!state_->mailbox->try_post(message)) {
    reply(Error{ErrorCode::kUnavailable, "the daemon has too much to do; try again"});
  }
}

void Engine::put_objects(std::vector<execute::NewObject> objects, Reply<void> reply) {
  Message message = PutObjectsMessage{std::move(objects), reply};
  if (!state_->mailbox->try_post(message)) {
    reply(Error{ErrorCode::kUnavailable, "the daemon has too much to do; try again"});
  }
}

void Engine::object_lost(const Digest& digest) {
  Message message = ObjectLostMessage{digest};
  (void)state_->mailbox->try_post(message);
}

execute::ExecutorEvents Engine::executor_events() {
  std::shared_ptr<Mailbox> mailbox = state_->mailbox;
  execute::ExecutorEvents events;
  events.ended = [mailbox](execute::AttemptEnded ended) { mailbox->post(std::move(ended)); };
  events.adopted = [mailbox](std::vector<model::AttemptId> held) {
    mailbox->post(HeldMessage{std::move(held)});
  };
  events.lost = [mailbox](std::vector<model::AttemptId> lost) {
    mailbox->post(LostMessage{std::move(lost)});
  };
  return events;
}

std::shared_ptr<const store::View> Engine::view() const {
  return state_->syncs.view();
}

Engine::SubscriberId Engine::subscribe(std::function<void(std::uint64_t)> published) {
  return state_->syncs.feed().subscribe(std::move(published));
}

void Engine::unsubscribe(SubscriberId id) {
  state_->syncs.feed().unsubscribe(id);
}

std::vector<std::string> Engine::find_violations() const {
  return schedule::find_violations(state_->scheduler.core());
}

EngineStatus Engine::status() const {
  const State::Shown& shown = state_->shown;
  return {shown.active_runs, shown.live_attempts,    shown.queued,
          shown.commit,      state_->syncs.synced(), shown.is_paused};
}

}  // namespace mlp::engine
