// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/commands/log_follower.h"

#include <thread>

#include "base/text.h"
#include "daemon/mlpctl/follow.h"
#include "daemon/wire/paths.h"

namespace mlp::mlpctl {
namespace {

constexpr auto kPause = std::chrono::milliseconds(200);
constexpr int kMaxTries = 150;  // half a minute: a daemon that restarts
/// A longer line is shown in pieces.
constexpr std::size_t kMaxLineBytes = 1u << 20;

}  // namespace

void LogFollower::take_line(const std::string& task_run, const std::string& attempt,
                            std::string_view line, bool has_names) {
  if (context_.terminal.is_json) {
    JsonObject document;
    document["schema_version"] = wire::kSchemaVersion;
    document["task_run"] = task_run;
    document["attempt"] = attempt;
    document["line"] = is_utf8(line) ? std::string(line) : printable(line);
    context_.say(document);
    return;
  }
  auto text = std::string(line) + "\n";
  if (has_names)
    text =
        paint(context_.terminal.has_colours_out, Colour::kCyan, printable(task_run)) + " | " + text;
  context_.say(text);
}

void LogFollower::take(const std::string& task_run, const std::string& attempt,
                       std::string_view part, bool has_names) {
  if (!has_names && !context_.terminal.is_json) {
    context_.say(part);
    return;
  }
  rest_ += part;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    take_line(task_run, attempt, std::string_view(rest_).substr(begin, end - begin), has_names);
    begin = end + 1;
  }
  rest_.erase(0, begin);
  if (rest_.size() > kMaxLineBytes) flush(task_run, attempt, has_names);
}

void LogFollower::flush(const std::string& task_run, const std::string& attempt, bool has_names) {
  if (!rest_.empty()) take_line(task_run, attempt, rest_, has_names);
  rest_.clear();
}

Status LogFollower::print(const std::string& task_run, const std::string& attempt, bool follows,
                          bool has_names) {
  std::uint64_t offset = 0;
  for (int tries = 0;; ++tries) {
    auto path = wire::path::attempt_log(attempt) + "?offset=" + std::to_string(offset) +
                (follows ? "&follow=1" : "");
    auto answer = client_.stream(path, "", [&](std::string_view part) {
      offset += part.size();
      tries = 0;
      take(task_run, attempt, part, has_names);
      return true;
    });
    if (answer && answer->is_success()) break;
    if (answer && answer->status != 503) return to_error(*answer);
    if (!answer && answer.error().code != ErrorCode::kUnavailable) return answer.error();
    if (tries >= kMaxTries || (!follows && offset == 0))
      return answer ? to_error(*answer) : answer.error();
    std::this_thread::sleep_for(kPause);
  }
  flush(task_run, attempt, has_names);
  return {};
}

Status LogFollower::follow_run(std::uint64_t run) {
  ApiClient stream(context_.settings);
  Status printed;
  auto on_event = [&](const wire::Event& event, std::string_view) {
    bool has_ended = event.state == "done" || event.state == "failed" || event.state == "backoff" ||
                     event.state == "cancelled";
    if (event.type != "task_run" || event.attempt.empty() || event.source == "hit") return;
    if (has_ended && printed) printed = print(event.task_run, event.attempt, false, true);
  };
  auto on_break = [&](bool is_lost) {
    context_.note(is_lost ? "the daemon is away; waiting for it to come back"
                          : "the daemon is back");
  };
  MLP_TRY(follow_events(stream, run, on_event, on_break));
  return printed;
}

Result<wire::TaskRun> wait_for_attempt(ApiClient& client, const RunName& name) {
  ApiClient stream(client.settings());
  auto path = wire::path::run_events(name.run) + "?follow=1";
  bool is_there = false;
  EventReader events([&](const wire::Event& event, std::string_view) {
    bool is_it = event.task_run == name.to_text() && event.state != "waiting" &&
                 event.state != "ready" && event.state != "queued";
    is_there = is_there || is_it;
  });
  auto answer = stream.stream(
      path, "", [&](std::string_view part) { return events.take(part) && !is_there; });
  if (!answer) return answer.error();
  return client.get_as<wire::TaskRun>(wire::path::task_run(name.run, name.task_run));
}

}  // namespace mlp::mlpctl
