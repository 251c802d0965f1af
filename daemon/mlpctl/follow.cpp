// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/follow.h"

#include <thread>

#include "base/text.h"
#include "daemon/wire/paths.h"

namespace mlp::mlpctl {
namespace {

constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr auto kLongestPause = std::chrono::milliseconds(1000);
/// A line longer than this is no event.
constexpr std::size_t kMaxLineBytes = 1u << 20;

bool is_end(const wire::Event& event) {
  return event.type == "run" && event.state != "running";
}

}  // namespace

bool EventReader::take(std::string_view part) {
  rest_ += part;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos && !has_ended_;
       end = rest_.find('\n', begin)) {
    take_line(std::string_view(rest_).substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  if (rest_.size() > kMaxLineBytes) rest_.clear();
  return !has_ended_;
}

void EventReader::take_line(std::string_view line) {
  constexpr std::string_view kData = "data:";
  if (!line.starts_with(kData)) return;
  auto json = trim(line.substr(kData.size()));
  auto event = wire::parse_text<wire::Event>(json);
  if (!event || event->commit < commit_) return;
  if (event->commit > commit_) {
    commit_before_ = commit_;
    commit_ = event->commit;
    seen_in_commit_.clear();
  }
  if (!seen_in_commit_.insert(std::string(json)).second) return;
  has_ended_ = is_end(*event);
  on_event_(*event, json);
}

std::string EventReader::resume_after() const {
  return commit_before_ == 0 ? "" : std::to_string(commit_before_);
}

Status follow_events(ApiClient& client, std::uint64_t run, const OnEvent& on_event,
                     const OnBreak& on_break) {
  SystemClock clock;
  EventReader reader(on_event);
  auto path = wire::path::run_events(run) + "?follow=1";
  auto pause = kFirstPause;
  std::optional<Duration> lost_since;
  bool is_told = false;
  while (!reader.has_ended()) {
    reader.restart();
    auto receive = [&](std::string_view part) {
      if (is_told) on_break(false);
      is_told = false;
      lost_since.reset();
      pause = kFirstPause;
      return reader.take(part);
    };
    auto answer = client.stream(path, reader.resume_after(), receive);
    if (reader.has_ended()) break;
    if (answer && !answer->is_success() && answer->status != 503) return to_error(*answer);
    if (!answer && answer.error().code == ErrorCode::kInvalid) return answer.error();
    if (!lost_since) {
      lost_since = clock.steady();
      continue;  // one lost connection is no lost daemon
    }
    if (!is_told) on_break(true);
    is_told = true;
    if (clock.steady() - *lost_since > kFollowPatience) {
      return Error{ErrorCode::kUnavailable,
                   "the daemon has been away for " + to_human(kFollowPatience)};
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  return {};
}

}  // namespace mlp::mlpctl
