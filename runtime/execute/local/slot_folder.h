// SPDX-License-Identifier: Apache-2.0
//
// The folders of one slot, held open: emptied and looked at after each attempt without ever going
// by way of a link that a task made. Single-threaded.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace mlp::execute {

class SlotFolder {
 public:
  /// Makes `path` with task/ (with in/ in it), home/ and tmp/; mode 0700.
  static Result<SlotFolder> make(const std::string& path);
  ~SlotFolder() { close(); }
  SlotFolder(SlotFolder&& other) noexcept { *this = std::move(other); }
  SlotFolder& operator=(SlotFolder&& other) noexcept;

  /// A file, a link or an empty folder below task/.
  void remove(const std::string& path) const;

  /// True when task/, home/ and tmp/ are those we made and have nothing in them but in/ and maybe
  /// out/, empty, and beside them stand only files of ours.
  bool is_clean() const;

 private:
  struct Part {
    int fd = -1;
    std::uint64_t inode = 0;
  };

  SlotFolder() = default;
  static Result<Part> open_part(int parent, const char* name);
  bool has_only_ours() const;
  bool is_task_clean() const;
  void close();

  Part slot_, task_, in_, home_, tmp_;
};

}  // namespace mlp::execute
