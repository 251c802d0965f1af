// SPDX-License-Identifier: Apache-2.0
//
// Inputs that an attempt sees as the object's own file, and whether it changed them. What is linked
// is kept in the slot beside the working folder, so that the next daemon can look as well.
#pragma once

#include <string>
#include <vector>

#include "base/digest.h"
#include "base/file.h"

namespace mlp::execute {

/// An object's own file under another name: whoever writes to it damages the object.
struct LinkedInput {
  std::string path;  // of the object's file
  std::string name;  // as the task sees it, below its working folder
  Digest digest;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
};

/// Nothing is written where nothing is linked. Not synced: it lives as long as the attempt does.
Status keep_linked(Files& files, const std::string& path, const std::vector<LinkedInput>& linked);
/// What was kept; nothing when there is no such file.
Result<std::vector<LinkedInput>> load_linked(Files& files, const std::string& path);

/// Inputs whose object's file is not as it was: by size and time of change (a link changes only its
/// ctime). Where that file is gone, because a daemon that died had moved it out of the store, the
/// link in the working folder tells.
std::vector<LinkedInput> find_changed(Files& files, const std::vector<LinkedInput>& linked,
                                      const std::string& working_folder);

}  // namespace mlp::execute
