// SPDX-License-Identifier: Apache-2.0
//
// Working folders that attempts use in turn: work/<runner generation>/<number>/ with task/ (in/,
// and out/ where outputs go there), home/, tmp/, log. One that is not empty after an attempt goes
// to trash/ and is deleted in the background. On the executor's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "runtime/execute/local/collect.h"
#include "runtime/execute/local/slot_folder.h"
#include "runtime/execute/local/workers.h"

namespace mlp::execute {

using SlotNumber = std::uint32_t;

class Slots {
 public:
  Slots(Files& files, std::string data_folder, Workers& workers)
      : files_(files), data_folder_(std::move(data_folder)), workers_(workers) {}

  /// From now on slots belong to this runner; the folders of all others go to trash/, and the slots
  /// of this one that are not `used` too. The folder for the generation exists afterwards.
  Status begin_generation(std::uint64_t generation, const std::vector<SlotNumber>& used);

  /// A clean slot, taken.
  Result<SlotNumber> take();
  /// Empties it: `made` and `outputs` are what is known to be below task/, in the order made. It
  /// can be taken again. An unknown content is found and thrown away whole.
  void release(SlotNumber slot, const std::vector<std::string>& made,
               const std::vector<std::string>& outputs);
  /// Throws it away whole.
  void discard(SlotNumber slot);

  SlotPaths paths(SlotNumber slot) const;
  /// work/<generation>: holds what all attempts of a runner share.
  std::string generation_folder() const;

 private:
  Result<SlotNumber> make();
  void throw_away(const std::string& folder);

  Files& files_;
  std::string data_folder_;
  Workers& workers_;
  std::uint64_t generation_ = 0;
  std::vector<SlotNumber> free_;
  std::map<SlotNumber, SlotFolder> folders_;  // of the slots made here, not of those found
  SlotNumber next_ = 1;
  std::uint64_t trashed_ = 0;
};

}  // namespace mlp::execute
