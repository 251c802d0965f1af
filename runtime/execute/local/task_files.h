// SPDX-License-Identifier: Apache-2.0
//
// Seam: files and folders that a task had in its hands: no link of its making is followed unseen,
// and nothing is taken that somebody still writes. All other files go by `Files`.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "runtime/execute/local/slot_folder.h"

namespace mlp::execute {

/// Thread-safe.
class TaskFiles {
 public:
  virtual ~TaskFiles() = default;
  /// The bytes of a regular file of up to model::kSmallObject at `place` below `folder`, when no
  /// part of that path is a link and nobody writes the file; nullopt otherwise. Most outputs are
  /// such: one look at the file is enough for them.
  virtual std::optional<std::string> read_small(const std::string& folder,
                                                const std::string& place) = 0;
  /// Where `place` below `folder` leads when links are followed: kNotFound when to nothing,
  /// kDenied (the message is the path) when out of the folder.
  virtual Result<std::string> resolve(const std::string& folder, const std::string& place) = 0;
  /// kConflict while any process has the file open for writing (F_SETLEASE); fine where the file
  /// system has no leases.
  virtual Status check_not_written(const std::string& path) = 0;
  /// Truncates a file; not by way of a link.
  virtual void empty(const std::string& path) = 0;
  /// See make_real_slot_folder().
  virtual Result<std::unique_ptr<SlotFolder>> make_slot(const std::string& path) = 0;
};

/// The machine's file system.
TaskFiles& real_task_files();

}  // namespace mlp::execute
