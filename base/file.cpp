// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/crash_point.h"
#include "base/text.h"

namespace mlp {
namespace {

Error system_error(const std::string& what, const std::string& path) {
  const int number = errno;
  ErrorCode code = ErrorCode::kIo;
  if (number == ENOENT || number == ENOTDIR) code = ErrorCode::kNotFound;
  if (number == EEXIST || number == ENOTEMPTY) code = ErrorCode::kConflict;
  if (number == EACCES || number == EPERM) code = ErrorCode::kDenied;
  if (number == EMFILE || number == ENFILE || number == ENOMEM) code = ErrorCode::kUnavailable;
  if (number == ENOSPC || number == EDQUOT) code = ErrorCode::kNoSpace;
  return {code, what + " " + printable(path) + ": " + std::strerror(number)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { if (fd_ >= 0) ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

FileInfo to_info(const struct stat& s) {
  FileInfo info;
  info.kind = S_ISREG(s.st_mode)   ? FileKind::kFile
              : S_ISDIR(s.st_mode) ? FileKind::kFolder
              : S_ISLNK(s.st_mode) ? FileKind::kLink
                                   : FileKind::kOther;
  info.size = static_cast<std::uint64_t>(s.st_size);
  info.inode = s.st_ino;
  info.mtime_ns = s.st_mtim.tv_sec * 1'000'000'000LL + s.st_mtim.tv_nsec;
  info.ctime_ns = s.st_ctim.tv_sec * 1'000'000'000LL + s.st_ctim.tv_nsec;
  info.mode = s.st_mode & 07777;
  return info;
}

Status write_all(int fd, std::string_view data, const std::string& path) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("cannot write", path);
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Status write_with(const std::string& path, std::string_view data, int flags, std::uint32_t mode) {
  const Descriptor file(::open(path.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, mode));
  if (file.get() < 0) return system_error("cannot open", path);
  return write_all(file.get(), data, path);
}

class RealFiles final : public Files {
 public:
  Result<FileInfo> stat(const std::string& path) override {
    struct stat s {};
    if (::lstat(path.c_str(), &s) != 0) return system_error("cannot look at", path);
    return to_info(s);
  }

  Result<std::string> read(const std::string& path, std::uint64_t limit) override {
    MLP_ASSIGN(std::string data, read_range(path, 0, limit + 1));
    if (data.size() > limit) {
      return Error{ErrorCode::kLimit, printable(path) + " is larger than " + human_size(limit)};
    }
    return data;
  }

  Result<std::string> read_range(const std::string& path, std::uint64_t offset,
                                 std::uint64_t count) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return system_error("cannot open", path);
    struct stat s {};
    if (::fstat(file.get(), &s) != 0) return system_error("cannot look at", path);
    if (S_ISDIR(s.st_mode)) return Error{ErrorCode::kInvalid, printable(path) + " is a folder"};
    std::string data;
    const auto size = static_cast<std::uint64_t>(s.st_size);
    const std::uint64_t expected = size > offset ? std::min(count, size - offset) : 0;
    // A file in /proc says 0 bytes; one that grows is read on.
    std::uint64_t chunk = std::max<std::uint64_t>(expected, 4096);
    while (data.size() < count) {
      const std::size_t before = data.size();
      data.resize(before + std::min<std::uint64_t>(chunk, count - before));
      const ssize_t n = ::pread(file.get(), data.data() + before, data.size() - before,
                                static_cast<off_t>(offset + before));
      if (n < 0 && errno != EINTR) return system_error("cannot read", path);
      data.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      if (n == 0) break;
      chunk = 65536;
    }
    return data;
  }

  Status write(const std::string& path, std::string_view data, std::uint32_t mode) override {
    return write_with(path, data, O_TRUNC, mode);
  }

  Status append(const std::string& path, std::string_view data) override {
    return write_with(path, data, O_APPEND, 0600);
  }

  Status sync(const std::string& path) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return system_error("cannot open", path);
    if (::fsync(file.get()) != 0) return system_error("cannot sync", path);
    return {};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("cannot rename to", to);
    return {};
  }

  Status link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return system_error("cannot link", to);
    return {};
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return {};
    if ((errno == EISDIR || errno == EPERM) && ::rmdir(path.c_str()) == 0) return {};
    return system_error("cannot remove", path);
  }

  Status make_folder(const std::string& path, std::uint32_t mode) override {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    struct stat s {};
    const int number = errno;
    if (number == EEXIST && ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode)) return {};
    errno = number;
    return system_error("cannot make the folder", path);
  }

  Status chmod(const std::string& path, std::uint32_t mode) override {
    if (::chmod(path.c_str(), mode) != 0) return system_error("cannot change the mode of", path);
    return {};
  }

  Status symlink(const std::string& target, const std::string& path) override {
    if (::symlink(target.c_str(), path.c_str()) != 0) return system_error("cannot link", path);
    return {};
  }

  Result<std::string> read_link(const std::string& path) override {
    char target[4097];
    const ssize_t n = ::readlink(path.c_str(), target, sizeof target);
    if (n < 0) return system_error("cannot read the link", path);
    return std::string(target, static_cast<std::size_t>(n));
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) return system_error("cannot list", path);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(folder);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::uint64_t> free_space(const std::string& path) override {
    struct statvfs s {};
    if (::statvfs(path.c_str(), &s) != 0) return system_error("cannot look at", path);
    return static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
  }
};

}  // namespace

Result<SafeRelPath> SafeRelPath::from(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return Error{ErrorCode::kInvalid, "the path \"" + printable(text) + "\" " + why};
  };
  if (text.empty()) return refuse("is empty");
  if (text.size() > 4096) return refuse("is longer than 4096 bytes");
  if (text.find('\0') != std::string_view::npos) return refuse("has a NUL byte");
  if (text.front() == '/') return refuse("is absolute");
  for (const std::string& part : split(text, '/')) {
    if (part.empty()) return refuse("has an empty part");
    if (part == "." || part == "..") return refuse("has a part \".\" or \"..\"");
    if (part.size() > 255) return refuse("has a part longer than 255 bytes");
  }
  return SafeRelPath(std::string(text));
}

Files& real_files() {
  static RealFiles files;
  return files;
}

Status write_atomic(Files& files, const std::string& path, std::string_view data,
                    std::uint32_t mode) {
  const std::string temporary = path + ".tmp";
  MLP_TRY(files.write(temporary, data, mode));
  CRASH_POINT("file.written");
  MLP_TRY(files.sync(temporary));
  CRASH_POINT("file.synced");
  MLP_TRY(files.rename(temporary, path));
  CRASH_POINT("file.renamed");
  return files.sync(parent_path(path));
}

Status make_folders(Files& files, const std::string& path, std::uint32_t mode) {
  if (path.empty() || path == "/" || path == ".") return {};
  if (files.make_folder(path, mode)) return {};
  MLP_TRY(make_folders(files, parent_path(path), mode));
  return files.make_folder(path, mode);
}

Status remove_tree(Files& files, const std::string& path) {
  const Result<FileInfo> info = files.stat(path);
  if (!info) return info.error().code == ErrorCode::kNotFound ? Status() : Status(info.error());
  if (info->kind == FileKind::kFolder) {
    // A task may have taken its own rights away.
    if ((info->mode & 0700) != 0700) MLP_TRY(files.chmod(path, 0700));
    MLP_ASSIGN(const std::vector<std::string> names, files.list(path));
    for (const std::string& name : names) MLP_TRY(remove_tree(files, join_path(path, name)));
  }
  return files.remove(path);
}

namespace {

Status walk(Files& files, const std::string& root, const std::string& below,
            const std::function<Status(const std::string&, const FileInfo&)>& visit) {
  MLP_ASSIGN(const std::vector<std::string> names, files.list(join_path(root, below)));
  for (const std::string& name : names) {
    const std::string path = below.empty() ? name : below + "/" + name;
    MLP_ASSIGN(const FileInfo info, files.stat(join_path(root, path)));
    MLP_TRY(visit(path, info));
    if (info.kind == FileKind::kFolder) MLP_TRY(walk(files, root, path, visit));
  }
  return {};
}

}  // namespace

Status walk_tree(Files& files, const std::string& root,
                 const std::function<Status(const std::string&, const FileInfo&)>& visit) {
  return walk(files, root, "", visit);
}

std::string parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

std::string base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string join_path(std::string_view folder, std::string_view name) {
  if (name.empty()) return std::string(folder);
  if (folder.empty() || name.front() == '/') return std::string(name);
  std::string path(folder);
  if (path.back() != '/') path += '/';
  return path.append(name);
}

std::string absolute_path(std::string_view path) {
  std::string whole(path);
  if (whole.empty() || whole.front() != '/') {
    char folder[4096];
    MLP_CHECK(::getcwd(folder, sizeof folder) != nullptr);
    whole = join_path(folder, whole);
  }
  std::vector<std::string> kept;
  for (const std::string& part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") kept.push_back(part);
    else if (!kept.empty()) kept.pop_back();
  }
  return "/" + join(kept, "/");
}

}  // namespace mlp
