// SPDX-License-Identifier: Apache-2.0
//
// What the messages to the engine mean.
#include "base/crash_point.h"
#include "runtime/engine/engine_state.h"
#include "runtime/store/run_records.h"

namespace mlp::engine {

void Engine::State::take(SubmitMessage message) {
  Submission& submission = message.submission;
  if (!submission.client_key.empty()) {
    auto known = recorder.find_request(submission.by, submission.client_key);
    if (!known) return answer<Submitted>(message.reply, known.error());
    if (*known && (*known)->request == submission.request) {
      return answer<Submitted>(message.reply, Submitted{(*known)->run, false});
    }
    if (*known) {
      return answer<Submitted>(message.reply, Error{ErrorCode::kConflict,
                                                    "this request key was used for another "
                                                    "request, which made run " +
                                                        (*known)->run.to_string()});
    }
  }
  model::Run run = recorder.submitted(submission, *message.prepared);
  CRASH_POINT("submit.recorded");
  answer<Submitted>(message.reply, Submitted{run.id, true});
  add_run(std::move(run), std::move(message.prepared), {});
}

void Engine::State::add_run(model::Run record, std::shared_ptr<const PreparedPlan> prepared,
                            schedule::Known known, std::vector<model::Counts> counted) {
  schedule::RunSpec spec;
  spec.id = record.id;
  spec.layout = prepared->layout;
  spec.arguments = record.arguments;
  spec.key_of = [prepared](std::uint32_t definition, const std::vector<plan::Value>& inputs) {
    return std::optional(key_of(*prepared, definition, inputs));
  };
  spec.known = std::move(known);
  spec.counted = std::move(counted);
  spec.is_cancel_asked = record.cancel_asked;
  ActiveRun& run = runs[record.id];
  run.prepared = std::move(prepared);
  run.record = std::move(record);
  decide(schedule::RunAdded{std::move(spec)});
}

void Engine::State::take(CancelMessage message) {
  auto active = runs.find(message.run);
  if (active != runs.end()) {
    answer<void>(message.reply, {});
    model::Run& run = active->second.record;
    if (run.cancel_asked) return;
    run.cancel_asked = true;
    recorder.cancel_asked(run);
    CRASH_POINT("cancel.recorded");
    return decide(schedule::CancelAsked{message.run});
  }
  Result<std::optional<model::Run>> ended = store::find_run(recorder.latest(), message.run);
  if (!ended) return answer<void>(message.reply, ended.error());
  std::string name = "run " + message.run.to_string();
  if (!*ended) return answer<void>(message.reply, Error{ErrorCode::kNotFound, "no " + name});
  std::string state(model::to_text((*ended)->state));
  answer<void>(message.reply, Error{ErrorCode::kConflict, name + " has ended: " + state});
}

void Engine::State::take(PutObjectsMessage message) {
  for (const model::NewObject& object : message.objects) recorder.put_object(object, {});
  CRASH_POINT("objects.recorded");
  answer<void>(message.reply, {});
}

// An end that was settled before is only acknowledged: its executor may have told it twice.
void Engine::State::take(execute::AttemptEnded ended) {
  if (!attempts.contains(ended.id)) {
    actions.recorded.push_back(ended.id);
    return;
  }
  auto [told, is_new] = ends.emplace(ended.id, std::move(ended));
  if (!is_new) return;
  const execute::AttemptEnded& end = told->second;
  std::optional<Duration> took;
  if (end.started) took = end.ended - end.started;
  decide(
      schedule::AttemptEnded{end.id, end.outcome, end.usage.peak_memory_bytes, end.outputs, took});
}

// Only recovery waits for it.
void Engine::State::take(HeldMessage) {}

void Engine::State::take(LostMessage message) {
  for (model::AttemptId attempt : message.lost) {
    execute::AttemptEnded ended;
    ended.id = attempt;
    ended.outcome = {model::EndReason::kLost, 0, "its runner went away"};
    ended.ended = parts.clock.now();
    take(std::move(ended));
  }
}

void Engine::State::take(ReleaseMessage message) {
  auto start = held_back.extract(message.attempt);
  if (start.empty()) return;
  actions.starts.push_back(std::move(start.mapped()));
  CRASH_POINT("start.released");
}

void Engine::State::take(LookedMessage message) {
  answer_look_up(message.key, std::move(message.hit));
}

void Engine::State::take(ObjectLostMessage message) {
  recorder.object_lost(message.digest);
}

void Engine::State::take(schedule::EvaluationDone done) {
  decide(std::move(done));
}

}  // namespace mlp::engine
