// SPDX-License-Identifier: Apache-2.0
//
// Removes records that have outlived their use: requests that nobody may repeat any more, events
// that nobody follows any more. A sweep an hour, a few records at a time, while the engine has
// nothing better to do. Nothing is old by a clock that is ahead: time goes on from the newest run
// that was there at the start, as the steady clock does, and never beyond the wall's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/engine/recorder.h"
#include "runtime/schedule/run_state.h"

namespace mlp::engine {

/// Between the ends of two sweeps; also before the first, so that a start costs nothing.
inline constexpr Duration kSweepInterval = std::chrono::hours(1);
/// Where the engine is never idle a sweep goes on so often.
inline constexpr Duration kBusyInterval = std::chrono::seconds(1);

class Forgetting {
 public:
  /// What is too old goes into the recorder's batch. False when nothing was looked at: no sweep is
  /// due, or the engine is busy and had its turn.
  bool go_on(Recorder& recorder, schedule::Now now, bool is_idle);
  /// When go_on() has something to do again; none before it was called once.
  std::optional<Duration> due() const { return due_; }

 private:
  bool is_sweeping() const { return stage_ != Stage::kRest; }
  void start(Recorder& recorder, schedule::Now now);
  void begin();
  void end(schedule::Now now);
  Instant reached(schedule::Now now) const;
  void look_at_requests(Recorder& recorder, Instant now);
  void look_at_runs(Recorder& recorder, Instant now);
  bool forget_events(Recorder& recorder);

  enum class Stage : std::uint8_t { kRest, kRequests, kRuns };
  Stage stage_ = Stage::kRest;
  std::optional<Duration> due_;
  schedule::Now started_;          // wall: not after the newest run
  std::string next_request_;       // key to go on from
  model::RunId next_run_{1};       // to be looked at
  model::RunId first_with_events_{1};  // all runs below it have none any more
  bool is_all_forgotten_ = true;   // of the runs of this sweep so far
  model::RunId forgotten_run_;     // its events are being removed
  std::uint64_t forgotten_until_ = 0;  // commit
};

}  // namespace mlp::engine
