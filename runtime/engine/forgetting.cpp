// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/forgetting.h"

#include <algorithm>

#include "runtime/store/event_records.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/run_records.h"

namespace mlp::engine {
namespace {

// At once: well under a millisecond.
constexpr std::size_t kRequestsAtOnce = 64;
constexpr std::size_t kRunsAtOnce = 8;
constexpr std::size_t kEventsAtOnce = 64;

}  // namespace

bool Forgetting::go_on(Recorder& recorder, schedule::Now now, bool is_idle) {
  if (!due_) start(recorder, now);
  if (now.steady < *due_ && !(is_sweeping() && is_idle)) return false;
  if (!is_sweeping()) begin();
  due_ = now.steady + kBusyInterval;
  switch (stage_) {
    case Stage::kRequests:
      look_at_requests(recorder, reached(now));
      break;
    case Stage::kRuns:
      look_at_runs(recorder, reached(now));
      break;
    case Stage::kRest:
      break;
  }
  if (!is_sweeping()) end(now);
  return true;
}

void Forgetting::start(Recorder& recorder, schedule::Now now) {
  started_ = now;
  const auto meta = store::get_meta(recorder.latest());
  if (meta && meta->last_run != 0) {
    const auto newest = store::find_run(recorder.latest(), model::RunId(meta->last_run));
    const bool is_there = newest && *newest;
    started_.wall = is_there ? std::max((*newest)->submitted, (*newest)->ended) : Instant{};
  }
  end(now);
}

Instant Forgetting::reached(schedule::Now now) const {
  return std::min(now.wall, started_.wall + (now.steady - started_.steady));
}

void Forgetting::begin() {
  stage_ = Stage::kRequests;
  next_request_.clear();
  next_run_ = first_with_events_;
  is_all_forgotten_ = true;
}

void Forgetting::end(schedule::Now now) {
  stage_ = Stage::kRest;
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
