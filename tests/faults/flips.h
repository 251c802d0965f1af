// SPDX-License-Identifier: Apache-2.0
//
// A bit that fell over in any file of the data folder: what is read is what was written, or the
// reader is told; never other data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlp::faults {

/// A finished data folder and all that can be read of it. Not changed by trials.
class FlipWorld {
 public:
  /// `folder` must be empty and outlive it.
  explicit FlipWorld(std::string folder);

  struct Target {
    std::string file;  // below the data folder
    std::uint64_t size = 0;
  };
  const std::vector<Target>& targets() const { return targets_; }

  /// With one bit of a copy of the file turned over, in a process of its own: how it was met
  /// ("refused", "told", "harmless"). `finding` stays empty unless other data was read.
  std::string flip(const Target& target, std::uint64_t byte, int bit, std::string& finding) const;

 private:
  std::string folder_;
  std::string expected_;  // of all that can be read
  std::vector<Target> targets_;
};

}  // namespace mlp::faults
