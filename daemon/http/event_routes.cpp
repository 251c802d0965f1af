// SPDX-License-Identifier: Apache-2.0
//
// What happens in a run as a stream, from any commit on: read from the store at the reader's pace.
#include <algorithm>

#include "daemon/http/convert.h"
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "daemon/wire/event.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/event_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::http {
namespace {

/// Commits read for one piece of a stream: as many as are likely to fill it, but no more.
constexpr std::size_t kMaxCommitsAPiece = 64;
constexpr std::size_t kUsualEventBytes = 256;

struct FollowRequest {
  std::uint64_t after = 0;
  bool is_following = false;
  bool is_lines = false;  // one object a line instead of server-sent events
};

/// One reader of one run's events. Used by one worker at a time; kept alive by its stream.
class EventReader : public std::enable_shared_from_this<EventReader> {
 public:
  EventReader(Context& context, LoadedRun loaded, FollowRequest wish)
      : context_(context), run_(loaded.run.id), plan_(std::move(loaded.plan)), wish_(wish) {}

  void read(std::size_t most, const Give& give) {
    if (is_ended_) return give(std::string());
    waiter_.reset();
    auto piece = next_piece(most);
    if (!piece || !piece->empty() || is_ended_) return give(std::move(piece));
    waiter_ = std::make_shared<FollowHub::Waiter>();
    waiter_->wake = [weak = weak_from_this(), most, give] {
      if (auto self = weak.lock()) self->read(most, give);
    };
    context_.follow->wait(seen_, waiter_);
  }

 private:
  /// What is known beyond `after`, as text of about `most` bytes; nothing when there is none yet.
  Result<std::string> next_piece(std::size_t most) {
    // The number first: what is published after it wakes us again.
    seen_ = context_.follow->latest();
    const auto view = context_.engine->view();
    MLP_ASSIGN(store::TransitionsPage page,
               store::list_transitions(
                   *view, run_, wish_.after,
                   std::clamp<std::size_t>(most / kUsualEventBytes, 1, kMaxCommitsAPiece)));
    MLP_ASSIGN(const model::Run run, get_run(*view, run_));
    std::string text;
    for (const model::Transitions& commit : page.commits) {
      if (!add_commit(text, commit, run, *view, most)) return text;
    }
    if (page.has_more) return text;
    const bool is_over = run.state != model::RunState::kRunning;
    // Events are kept for a day; who comes later still hears how the run ended.
    if (is_over && !is_end_told_) add_end(text, run);
    is_ended_ = is_over || !wish_.is_following;
    return text;
  }

  /// False when the piece is full: a commit may have changed very many task runs, so what is left
  /// of it is for the next piece.
  bool add_commit(std::string& text, const model::Transitions& commit, const model::Run& run,
                  const store::View& view, std::size_t most) {
    for (; told_ < commit.tasks.size(); ++told_) {
      if (text.size() >= most) return false;
      add_event(text, make_event(commit, commit.tasks[told_], view));
    }
    if (commit.run_state || commit.cancel_asked) {
      const model::RunState state = commit.run_state.value_or(model::RunState::kRunning);
      wire::Event event;
      event.type = "run";
      event.commit = commit.commit;
      event.time = commit.at;
      event.state = model::to_text(state);
      if (state == model::RunState::kFailed) event.reason = run.error;
      if (commit.cancel_asked && state == model::RunState::kRunning) event.reason = "cancel asked";
      is_end_told_ = is_end_told_ || state != model::RunState::kRunning;
      add_event(text, event);
    }
    wish_.after = commit.commit;
    told_ = 0;
    return true;
  }

  void add_end(std::string& text, const model::Run& run) {
    wire::Event event;
    event.type = "run";
    event.commit = wish_.after;
    event.time = run.ended;
    event.state = model::to_text(run.state);
    event.reason = run.error;
    is_end_told_ = true;
    add_event(text, event);
  }

  wire::Event make_event(const model::Transitions& commit, const model::Transition& from,
                         const store::View& view) {
    wire::Event event;
    const model::TaskRunId id{run_, from.task, from.items};
    event.type = "task_run";
    event.commit = commit.commit;
    event.time = commit.at;
    event.state = model::to_text(from.state);
    event.task_run = model::to_text(id, *plan_);
    event.task = plan_->task(from.task).name;
    event.items.assign(from.items.begin(), from.items.end());
    event.source = model::to_text(from.source);
    if (from.attempt) event.attempt = from.attempt.to_string();
    if (from.attempt && from.source != model::Source::kHit) add_attempt(event, from, view);
    if (from.state == model::TaskRunState::kFailed || from.state == model::TaskRunState::kSkipped) {
      auto task_run = store::find_task_run(view, id);
      if (task_run && *task_run && !(*task_run)->reason.empty()) event.reason = (*task_run)->reason;
    }
    return event;
  }

  void add_attempt(wire::Event& event, const model::Transition& from, const store::View& view) {
    auto attempt = store::find_attempt(view, from.attempt);
    if (!attempt || !*attempt) return;
    event.number = (*attempt)->number;
    if (from.state == model::TaskRunState::kRunning || !(*attempt)->ended) return;
    const wire::Attempt ended = to_wire(**attempt, event.task_run, event.time);
    event.elapsed = ended.elapsed;
    event.reason = ended.message;
  }

  void add_event(std::string& text, wire::Event event) {
    event.run = run_.value;
    const std::string json = mlp::to_text(Json(wire::to_document(event)));
    if (wish_.is_lines) {
      text += json + "\n";
    } else {
      text += "id: " + std::to_string(event.commit) + "\ndata: " + json + "\n\n";
    }
  }

  Context& context_;
  model::RunId run_;
  std::shared_ptr<const plan::Plan> plan_;
  FollowRequest wish_;
  std::size_t told_ = 0;  // transitions of the commit after `after`
  std::uint64_t seen_ = 0;
  bool is_ended_ = false;
  bool is_end_told_ = false;
  std::shared_ptr<FollowHub::Waiter> waiter_;
};

Result<FollowRequest> read_wish(const Request& request) {
  FollowRequest wish;
  MLP_ASSIGN(wish.after, number_of_query(request, "after", 0));
  if (const std::string* last = request.header("last-event-id")) {
    MLP_ASSIGN(wish.after, parse_number(*last, "Last-Event-ID"));
  }
  wish.is_following = flag_of_query(request, "follow");
  const std::string* accept = request.header("accept");
  wish.is_lines = accept != nullptr && accept->find("application/x-ndjson") != std::string::npos;
  return wish;
}

}  // namespace

Response follow_events(const Request& request, Context& context) {
  MLP_LOAD(const FollowRequest wish, read_wish(request));
  MLP_LOAD(LoadedRun loaded, load_run(request, context));
  auto reader = std::make_shared<EventReader>(context, std::move(loaded), wish);
  Response response;
  response.content_type = wish.is_lines ? "application/x-ndjson" : "text/event-stream";
  response.keep_alive = wish.is_lines ? "\n" : ": still here\n\n";
  response.stream = [reader](std::size_t most, const Give& give) { reader->read(most, give); };
  return response;
}

}  // namespace mlp::http
