// SPDX-License-Identifier: Apache-2.0
//
// The folders of one slot, held open: emptied and looked at after each attempt without ever going
// by way of a link that a task made. Single-threaded.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace mlp::execute {

class SlotFolder {
 public:
  virtual ~SlotFolder() = default;

  /// A file, a link or an empty folder below task/.
  virtual void remove(const std::string& path) = 0;

  /// True when task/, home/ and tmp/ are those we made and have nothing in them but in/ and maybe
  /// out/, empty, and beside them stand only files of ours.
  virtual bool is_clean() = 0;
};

/// Makes `path` with task/ (with in/ in it), home/ and tmp/; mode 0700.
Result<std::unique_ptr<SlotFolder>> make_real_slot_folder(const std::string& path);

}  // namespace mlp::execute
