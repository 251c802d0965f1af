// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/task_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "base/text.h"
#include "runtime/model/object.h"

namespace mlp::execute {
namespace {

/// Opens what is at `place` below `folder` when no part of the path is a link; -1 otherwise.
int open_without_links(const std::string& folder, const std::string& place, int flags) {
  const int root = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const auto fd = static_cast<int>(::syscall(SYS_openat2, root, place.c_str(), &how, sizeof how));
  ::close(root);
  return fd;
}

bool has_no_link(const std::string& folder, const std::string& place) {
  const int fd = open_without_links(folder, place, O_PATH);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

bool is_written(int fd) {
  return ::fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
}

class RealTaskFiles final : public TaskFiles {
 public:
  std::optional<std::string> read_small(const std::string& folder,
                                        const std::string& place) override {
    const int fd = open_without_links(folder, place, O_RDONLY | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    struct stat s{};
    const bool is_small = ::fstat(fd, &s) == 0 && S_ISREG(s.st_mode) &&
                          static_cast<std::uint64_t>(s.st_size) <= model::kSmallObject;
    std::optional<std::string> bytes;
    if (is_small && !is_written(fd)) {
      bytes.emplace(static_cast<std::size_t>(s.st_size), '\0');
      const ssize_t n = bytes->empty() ? 0 : ::pread(fd, bytes->data(), bytes->size(), 0);
      if (n != s.st_size) bytes.reset();
    }
    ::close(fd);
    return bytes;
  }

  Result<std::string> resolve(const std::string& folder, const std::string& place) override {
    const std::string path = folder + "/" + place;
    if (has_no_link(folder, place)) return path;
    char real[PATH_MAX];
    char root[PATH_MAX];
    if (::realpath(path.c_str(), real) == nullptr || ::realpath(folder.c_str(), root) == nullptr) {
      return Error{ErrorCode::kNotFound, printable(path) + " leads to nothing"};
    }
    if (std::string_view(real).starts_with(std::string(root) + "/")) return std::string(real);
    return Error{ErrorCode::kDenied, real};
  }

  Status check_not_written(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return {};  // the caller looks at it next and says what is wrong
    const bool is_busy = is_written(fd);
    ::close(fd);
    if (!is_busy) return {};
    return Error{ErrorCode::kConflict,
                 "is still being written by a process outside of the attempt"};
  }

  void empty(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) ::close(fd);
  }

  Result<std::unique_ptr<SlotFolder>> make_slot(const std::string& path) override {
    return make_real_slot_folder(path);
  }
};

}  // namespace

TaskFiles& real_task_files() {
  static RealTaskFiles files;
  return files;
}

}  // namespace mlp::execute
