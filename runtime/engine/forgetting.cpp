// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/forgetting.h"

#include "runtime/store/event_records.h"
#include "runtime/store/run_records.h"

namespace mlp::engine {
namespace {

// At once: well under a millisecond.
constexpr std::size_t kRequestsAtOnce = 64;
constexpr std::size_t kRunsAtOnce = 8;
constexpr std::size_t kEventsAtOnce = 64;

}  // namespace

bool Forgetting::go_on(Recorder& recorder, schedule::Now now, bool is_idle) {
  if (!due_) end(now);
  if (now.steady < *due_ && !(is_sweeping() && is_idle)) return false;
  if (!is_sweeping()) begin(now);
  due_ = now.steady + kBusyInterval;
  switch (stage_) {
    case Stage::kRequests:
      look_at_requests(recorder, now.wall);
      break;
    case Stage::kRuns:
      look_at_runs(recorder, now.wall);
      break;
    case Stage::kRest:
      break;
  }
  if (!is_sweeping()) end(now);
  return true;
}

void Forgetting::begin(schedule::Now now) {
  const Duration drift = (now.wall - rested_.wall) - (now.steady - rested_.steady);
  if (drift > kJump || drift < -kJump) return;
  stage_ = Stage::kRequests;
  next_request_.clear();
  next_run_ = first_with_events_;
  is_all_forgotten_ = true;
}

void Forgetting::end(schedule::Now now) {
  stage_ = Stage::kRest;
  rested_ = now;
  due_ = now.steady + kSweepInterval;
}

// What cannot be read is told by fsck and is nobody's hurry here.
void Forgetting::look_at_requests(Recorder& recorder, Instant now) {
  const auto page =
      store::find_expired_requests(recorder.latest(), now, next_request_, kRequestsAtOnce);
  stage_ = page && !page->next.empty() ? Stage::kRequests : Stage::kRuns;
  if (!page) return;
  for (const store::RequestRecord& request : page->expired) recorder.forget(request);
  next_request_ = page->next;
}

void Forgetting::look_at_runs(Recorder& recorder, Instant now) {
  if (forgotten_run_ && !forget_events(recorder)) return;
  const auto runs = store::list_runs_from(recorder.latest(), next_run_, kRunsAtOnce);
  if (!runs || runs->empty()) {
    stage_ = Stage::kRest;
    return;
  }
  for (const model::Run& run : *runs) {
    next_run_ = model::RunId(run.id.value + 1);
    const bool is_old = run.ended && run.ended + store::kEventsKept < now;
    is_all_forgotten_ &= is_old;
    if (is_old) {
      forgotten_run_ = run.id;
      forgotten_until_ = 0;
      if (!forget_events(recorder)) return;
    }
    if (is_all_forgotten_) first_with_events_ = next_run_;
  }
}

// True when none is left of the run.
bool Forgetting::forget_events(Recorder& recorder) {
  const auto last = recorder.forget_events(forgotten_run_, forgotten_until_, kEventsAtOnce);
  const bool has_more = last && *last;
  if (has_more) {
    forgotten_until_ = **last;
    return false;
  }
  if (is_all_forgotten_) first_with_events_ = model::RunId(forgotten_run_.value + 1);
  forgotten_run_ = {};
  return true;
}

}  // namespace mlp::engine
