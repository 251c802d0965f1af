// SPDX-License-Identifier: Apache-2.0
//
// How often each kind of fault took effect: not that it was due, but that something was killed, lost,
// refused or late because of it. A kind that never does tests nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlp::sim {

class Effects {
 public:
  void count(std::string_view effect) {
    const auto found = counts_.find(effect);
    found == counts_.end() ? (void)counts_.emplace(effect, 1) : (void)++found->second;
  }
  void add(const Effects& other);
  std::uint64_t of(std::string_view effect) const;

  /// A line for each: its count, a space, its name. And back.
  std::string to_text() const;
  static Effects from_text(std::string_view text);
  /// {"batch torn": 12, …}
  std::string to_json() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

/// The name of each effect that there is.
std::vector<std::string> all_effects();
/// The daemon is killed as it reaches this crash point.
std::string killed_at(std::string_view crash_point);

}  // namespace mlp::sim
