// SPDX-License-Identifier: Apache-2.0
//
// Working folders that attempts use in turn: work/<runner generation>/<number>/ with task/ (in/,
// and out/ where outputs go there), home/, tmp/, log. One that is not empty after an attempt goes
// to trash/ and is deleted in the background. On the executor's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/workers.h"
#include "runtime/execute/local/collect.h"
#include "runtime/execute/local/task_files.h"

namespace mlp::execute {

using SlotNumber = std::uint32_t;

struct SlotTools {
  Files& files;
  TaskFiles& task_files;
  Workers& workers;  // delete what was thrown away
};

class Slots {
 public:
  /// `epoch`: of this daemon, in the names of what it throws away: no other daemon uses them.
  Slots(const SlotTools& tools, std::string data_folder, std::uint64_t epoch)
      : files_(tools.files),
        task_files_(tools.task_files),
        workers_(tools.workers),
        data_folder_(std::move(data_folder)),
        epoch_(epoch) {}

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
  TaskFiles& task_files_;
  Workers& workers_;
  std::string data_folder_;
  std::uint64_t epoch_;
  std::uint64_t generation_ = 0;
  std::vector<SlotNumber> free_;
  std::map<SlotNumber, std::unique_ptr<SlotFolder>> folders_;  // of those made here
  SlotNumber next_ = 1;
  std::uint64_t trashed_ = 0;
};

}  // namespace mlp::execute
