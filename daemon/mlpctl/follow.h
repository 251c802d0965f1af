// SPDX-License-Identifier: Apache-2.0
//
// Reads the events of a run to its end, over breaks of the connection and restarts of the daemon.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/mlpctl/api_client.h"
#include "daemon/wire/event.h"

namespace mlp::mlpctl {

/// `json` is the event as it came.
using OnEvent = std::function<void(const wire::Event& event, std::string_view json)>;
/// Told once when the daemon goes away (true) and once when it is back (false).
using OnBreak = std::function<void(bool is_lost)>;

/// A stream that has been lost for longer is given up.
inline constexpr Duration kFollowPatience = std::chrono::minutes(5);

/// Returns after the event that ends the run. kNotFound when there is no such run; kUnavailable
/// when the daemon stays away.
Status follow_events(ApiClient& client, std::uint64_t run, const OnEvent& on_event,
                     const OnBreak& on_break);

/// Puts a stream of server-sent events together from its parts, and drops what was seen before a
/// break: a stream goes on after the last commit whose events had all come.
class EventReader {
 public:
  explicit EventReader(OnEvent on_event) : on_event_(std::move(on_event)) {}
  /// False after the event that ends the run.
  bool take(std::string_view part);
  /// A new stream begins.
  void restart() { rest_.clear(); }
  /// Commit after which a new stream is to begin; empty before the first event.
  std::string resume_after() const;
  bool has_ended() const { return has_ended_; }

 private:
  void take_line(std::string_view line);

  OnEvent on_event_;
  std::string rest_;
  std::uint64_t commit_ = 0;         // of the last event
  std::uint64_t commit_before_ = 0;  // the one before it: complete
  std::set<std::string> seen_in_commit_;
  bool has_ended_ = false;
};

}  // namespace mlp::mlpctl
