// SPDX-License-Identifier: Apache-2.0
//
// The faults of a scenario, and when each is due. Whoever does something that may go wrong asks
// here first. Changes nothing itself but the clock; the world ends and loses what is to be lost.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/effects.h"
#include "tests/sim/scenario.h"

namespace mlp::sim {

/// Thrown through the code of the daemon: its process ends here.
struct Killed {
  Fault fault;
  std::string effect;  // what it counts as
};

/// What becomes of something that the daemon is told.
struct EventFate {
  std::uint64_t late = 0;     // steps until it comes
  std::uint64_t doubled = 0;  // steps until it comes again; 0: it does not
};

class Trouble {
 public:
  explicit Trouble(const Scenario& scenario, ManualClock& clock, Effects& effects);
  /// While it lives crash points ask here. One at a time.
  ~Trouble();
  Trouble(const Trouble&) = delete;
  Trouble& operator=(const Trouble&) = delete;

  /// Told of each fault as it happens, and what it counts as; may throw.
  using Told = std::function<void(const Fault&, const std::string& effect)>;
  void on_fault(Told told) { told_ = std::move(told); }

  // The daemon does it just now: may throw Killed.
  void at_crash_point(std::string_view name);
  void at_write();
  void at_file();
  EventFate at_event();

  /// A new step begins; may throw Killed.
  void at_step();
  std::uint64_t step() const { return step_; }
  bool is_disk_full() const { return step_ < full_until_; }
  /// The crash points that were reached.
  std::vector<std::string> reached() const;

 private:
  using Pending = std::vector<const Fault*>;  // by number, the next one last
  /// `crash_point`: the one that is reached, if any.
  void meet(Pending& pending, std::uint64_t count, std::string_view crash_point = {});
  void happen(const Fault& fault, std::string_view crash_point);
  void take_time();

  ManualClock& clock_;
  Effects& effects_;
  Told told_;
  Pending steps_, writes_, files_, events_;
  std::map<std::string, Pending, std::less<>> points_;
  std::map<std::string, std::uint64_t, std::less<>> reached_;
  std::uint64_t step_ = 0;
  std::uint64_t write_ = 0;
  std::uint64_t file_ = 0;
  std::uint64_t event_ = 0;
  std::uint64_t full_until_ = 0;
  std::uint64_t slow_until_ = 0;
  Duration slow_by_{0};
  EventFate fate_;
};

}  // namespace mlp::sim
