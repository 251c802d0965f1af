// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/slot_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace mlp::execute {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// What getdents64 writes, one after the other (man 2 getdents).
struct Entry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

/// Calls `visit` for each entry of an open folder until it says false; false when one did, or the
/// folder cannot be read.
template <typename Visit>
bool each_entry(int folder, const Visit& visit) {
  if (::lseek(folder, 0, SEEK_SET) != 0) return false;
  alignas(Entry) char buffer[2048];
  while (true) {
    const long n = ::syscall(SYS_getdents64, folder, buffer, sizeof buffer);
    if (n <= 0) return n == 0;
    for (long at = 0; at < n;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      at += entry->length;
      const std::string_view name = entry->name;
      if (name != "." && name != ".." && !visit(name, *entry)) return false;
    }
  }
}

bool is_empty(int folder) {
  return each_entry(folder, [](std::string_view, const Entry&) { return false; });
}

class RealSlotFolder final : public SlotFolder {
 public:
  ~RealSlotFolder() override;
  Status open(const std::string& path);
  void remove(const std::string& path) override;
  bool is_clean() override;

 private:
  struct Part {
    int fd = -1;
    std::uint64_t inode = 0;
  };

  static Result<Part> open_part(int parent, const char* name);
  bool has_only_ours() const;
  bool is_task_clean() const;

  Part slot_, task_, in_, home_, tmp_;
};

Result<RealSlotFolder::Part> RealSlotFolder::open_part(int parent, const char* name) {
  struct stat s{};
  const bool is_made = ::mkdirat(parent, name, 0700) == 0 || errno == EEXIST;
  const int fd = is_made ? ::openat(parent, name, kFolder) : -1;
  if (fd < 0 || ::fstat(fd, &s) != 0) {
    const int number = errno;
    if (fd >= 0) ::close(fd);
    return Error{number == ENOSPC || number == EDQUOT ? ErrorCode::kNoSpace : ErrorCode::kIo,
                 "cannot make the folder " + printable(name) + ": " + std::strerror(number)};
  }
  return Part{fd, s.st_ino};
}

Status RealSlotFolder::open(const std::string& path) {
  MLP_ASSIGN(slot_, open_part(AT_FDCWD, path.c_str()));
  MLP_ASSIGN(task_, open_part(slot_.fd, "task"));
  MLP_ASSIGN(in_, open_part(task_.fd, "in"));
  MLP_ASSIGN(home_, open_part(slot_.fd, "home"));
  MLP_ASSIGN(tmp_, open_part(slot_.fd, "tmp"));
  return {};
}

RealSlotFolder::~RealSlotFolder() {
  for (const Part* part : {&slot_, &task_, &in_, &home_, &tmp_}) {
    if (part->fd >= 0) ::close(part->fd);
  }
}

void RealSlotFolder::remove(const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const std::string parent = parent_path(path);
  const auto fd =
      static_cast<int>(::syscall(SYS_openat2, task_.fd, parent.c_str(), &how, sizeof how));
  if (fd < 0) return;
  const std::string name = base_name(path);
  if (::unlinkat(fd, name.c_str(), 0) != 0) (void)::unlinkat(fd, name.c_str(), AT_REMOVEDIR);
  ::close(fd);
}

bool RealSlotFolder::has_only_ours() const {
  return each_entry(slot_.fd, [this](std::string_view name, const Entry& entry) {
    if (name == "task") return entry.inode == task_.inode;
    if (name == "home") return entry.inode == home_.inode;
    if (name == "tmp") return entry.inode == tmp_.inode;
    const bool is_our_file = name == "log" || name == "stdout" || name == "call.json" ||
                             name == "body" || name == "body.sh" || name == "linked";
    return is_our_file && entry.type == DT_REG;
  });
}

/// out/ may be another one each time: it gives way to an output that is itself called "out".
bool RealSlotFolder::is_task_clean() const {
  bool has_in = false;
  bool has_out = false;
  const bool is_as_made = each_entry(task_.fd, [&](std::string_view name, const Entry& entry) {
    has_in = has_in || (name == "in" && entry.inode == in_.inode);
    has_out = has_out || name == "out";
    return (name == "in" && has_in) || (name == "out" && entry.type == DT_DIR);
  });
  if (!is_as_made || !has_in) return false;
  if (!has_out) return true;
  const int out = ::openat(task_.fd, "out", kFolder);
  if (out < 0) return false;
  const bool is_out_empty = is_empty(out);
  ::close(out);
  return is_out_empty;
}

bool RealSlotFolder::is_clean() {
  return has_only_ours() && is_task_clean() && is_empty(in_.fd) && is_empty(home_.fd) &&
         is_empty(tmp_.fd);
}

}  // namespace

Result<std::unique_ptr<SlotFolder>> make_real_slot_folder(const std::string& path) {
  auto folder = std::make_unique<RealSlotFolder>();
  MLP_TRY(folder->open(path));
  return std::unique_ptr<SlotFolder>(std::move(folder));
}

}  // namespace mlp::execute
