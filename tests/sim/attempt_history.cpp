// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/attempt_history.h"

#include <algorithm>

namespace mlp::sim {

using model::EndReason;

// ---- what happens -------------------------------------------------------------------------------

void AttemptHistory::recorded(const std::vector<Id>& live, std::uint64_t generation) {
  for (const Id id : live) {
    const auto [story, is_new] = stories_.try_emplace(id);
    if (is_new) story->second.generation = generation;
  }
}

void AttemptHistory::asked(Id id, const Digest& work) {
  Story& story = stories_[id];
  story.is_asked = true;
  story.work = work;
  if (work) by_work_[work].push_back(id);
}

void AttemptHistory::sent(Id id) {
  stories_[id].is_sent = true;
}

AttemptHistory::Complaints AttemptHistory::began(Id id) {
  Complaints complaints;
  const std::string name = "attempt " + id.to_string();
  Story& story = stories_[id];
  if (!story.is_asked) complaints.push_back(name + " begins, which nobody asked for");
  if (story.has_begun) complaints.push_back(name + " begins a second time");
  for (const Id other : equal_to(id)) {
    if (!runs(stories_.at(other))) continue;
    complaints.push_back(name + " begins while attempt " + other.to_string() +
                         " does the same work");
  }
  story.has_begun = true;
  return complaints;
}

void AttemptHistory::body_ended(Id id) {
  stories_[id].has_ended = true;
}

void AttemptHistory::told(Id id) {
  stories_[id].is_told = true;
}

void AttemptHistory::runner_died() {
  for (auto& [id, story] : stories_) story.is_cut_off = story.is_cut_off || runs(story);
}

void AttemptHistory::daemon_began() {
  is_daemon_new_ = true;
  for (auto& [id, story] : stories_) story.is_told = false;
}

void AttemptHistory::welcomed(std::uint64_t generation, const std::vector<Id>& live) {
  const bool is_new_runner = generation != generation_;
  for (const Id id : live) {
    Story& story = stories_[id];
    const bool was_elsewhere = is_daemon_new_ ? story.generation != generation
                                              : is_new_runner && story.is_sent && !story.is_told;
    story.may_be_lost = story.may_be_lost || was_elsewhere;
  }
  generation_ = generation;
  is_daemon_new_ = false;
}

// ---- what is said of it -------------------------------------------------------------------------

bool AttemptHistory::goes_on(Id id) const {
  const Story& story = stories_.at(id);
  return !story.is_told && !story.may_be_lost;
}

std::vector<AttemptHistory::Id> AttemptHistory::equal_to(Id id) const {
  const auto story = stories_.find(id);
  if (story == stories_.end() || !story->second.work) return {};
  std::vector<Id> others = by_work_.at(story->second.work);
  std::erase(others, id);
  return others;
}

std::string AttemptHistory::judge(const model::Attempt& record, bool is_cancel_asked) const {
  const EndReason reason = record.outcome.reason;
  const auto found = stories_.find(record.id);
  const Story story = found == stories_.end() ? Story{} : found->second;
  if (reason == EndReason::kNone) return "";
  if (is_given_back(record)) return story.has_begun ? "is given back, but its body began" : "";
  if (reason == EndReason::kLost) {
    return story.may_be_lost ? "" : "is lost (" + record.outcome.message + "), but no runner of it died";
  }
  if (reason == EndReason::kCancelled) return is_cancel_asked ? "" : "is cancelled, which nobody asked for";
  const std::string end = "ended by " + std::string(model::to_text(reason));
  if (!story.has_begun) return end + ", but its body never began";
  return story.is_cut_off ? end + ", but its runner died while its body ran" : "";
}

bool is_given_back(const model::Attempt& attempt) {
  return attempt.outcome.reason == EndReason::kLost &&
         attempt.outcome.message == "the daemon ended before it was started";
}

}  // namespace mlp::sim
