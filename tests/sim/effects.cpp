// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/effects.h"

#include <charconv>

#include "base/json.h"
#include "base/text.h"
#include "tests/sim/scenario.h"

namespace mlp::sim {

void Effects::add(const Effects& other) {
  for (const auto& [effect, count] : other.counts_) counts_[effect] += count;
}

std::uint64_t Effects::of(std::string_view effect) const {
  const auto found = counts_.find(effect);
  return found == counts_.end() ? 0 : found->second;
}

std::string Effects::to_text() const {
  std::string text;
  for (const auto& [effect, count] : counts_) text += std::to_string(count) + " " + effect + "\n";
  return text;
}

Effects Effects::from_text(std::string_view text) {
  Effects effects;
  for (const std::string_view line : split(text, '\n')) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), count);
    const auto name = static_cast<std::size_t>(end - line.data()) + 1;
    if (error == std::errc() && name < line.size()) {
      effects.counts_[std::string(line.substr(name))] += count;
    }
  }
  return effects;
}

std::string Effects::to_json() const {
  JsonObject object;
  for (const auto& [effect, count] : counts_) object[effect] = count;
  return mlp::to_text(Json(std::move(object)));
}

std::string killed_at(std::string_view crash_point) {
  return "killed at " + std::string(crash_point);
}

std::vector<std::string> all_effects() {
  std::vector<std::string> all{
      "killed after a write", "killed after a file operation", "killed at a step",
      "runner lost",          "power cut",                     "batch lost",
      "batch torn",           "file dropped",                  "file torn",
      "name dropped",         "names reordered",               "write waited for space",
      "file refused for space", "disk slow",                   "event late",
      "event doubled",        "clock forward",                 "clock backward"};
  for (const std::string_view point : crash_points()) all.push_back(killed_at(point));
  return all;
}

}  // namespace mlp::sim
