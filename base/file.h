// SPDX-License-Identifier: Apache-2.0
//
// Files behind a seam, and paths that cannot escape. Every call states what is durable after it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mlp {

/// A relative path that stays below its root: not absolute, no "..", ".", empty part or NUL, parts
/// of at most 255 bytes, 4096 in all. Spaces, quotes, newlines and Unicode are fine.
class SafeRelPath {
 public:
  static Result<SafeRelPath> from(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const SafeRelPath&) const = default;

 private:
  explicit SafeRelPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

enum class FileKind { kFile, kFolder, kLink, kOther };

struct FileInfo {
  FileKind kind = FileKind::kFile;
  std::uint64_t size = 0;       // bytes
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint32_t mode = 0;       // permission bits
  bool is_executable() const { return (mode & 0100) != 0; }
};

/// Seam: the file system. Paths are taken as they are; links are followed only where said.
/// Thread-safe. Errors carry the path and the system's words; ENOSPC and EDQUOT are kNoSpace.
class Files {
 public:
  virtual ~Files() = default;
  /// Does not follow a link at the end of the path. kNotFound when there is nothing.
  virtual Result<FileInfo> stat(const std::string& path) = 0;
  /// The whole file; kLimit when it is larger than `limit` bytes.
  virtual Result<std::string> read(const std::string& path, std::uint64_t limit) = 0;
  /// Up to `count` bytes from `offset`; shorter at the end.
  virtual Result<std::string> read_range(const std::string& path, std::uint64_t offset,
                                         std::uint64_t count) = 0;
  /// Creates or truncates; not durable until sync().
  virtual Status write(const std::string& path, std::string_view data, std::uint32_t mode) = 0;
  virtual Status append(const std::string& path, std::string_view data) = 0;
  /// fsync of a file or a folder.
  virtual Status sync(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// Hard link; kConflict when `to` exists.
  virtual Status link(const std::string& from, const std::string& to) = 0;
  /// A file, a link or an empty folder. kNotFound when there is nothing.
  virtual Status remove(const std::string& path) = 0;
  /// One folder; an existing one is fine.
  virtual Status make_folder(const std::string& path, std::uint32_t mode) = 0;
  virtual Status chmod(const std::string& path, std::uint32_t mode) = 0;
  virtual Status symlink(const std::string& target, const std::string& path) = 0;
  virtual Result<std::string> read_link(const std::string& path) = 0;
  /// Names in a folder, sorted by bytes, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  /// Free bytes for this user on the file system of `path`.
  virtual Result<std::uint64_t> free_space(const std::string& path) = 0;
};

/// The machine's file system.
Files& real_files();

/// Temp file beside it, fsync, rename, fsync of the folder: afterwards the whole new content is
/// there for good, or the old one is.
Status write_atomic(Files& files, const std::string& path, std::string_view data,
                    std::uint32_t mode);
/// make_folder for each missing part.
Status make_folders(Files& files, const std::string& path, std::uint32_t mode);
/// Removes a whole tree without following links; absent is fine.
Status remove_tree(Files& files, const std::string& path);
/// Calls `visit` with each path below `root` (relative, sorted by bytes, folders before their
/// content); stops at the first error.
Status walk_tree(Files& files, const std::string& root,
                 const std::function<Status(const std::string&, const FileInfo&)>& visit);

std::string parent_path(std::string_view path);
std::string base_name(std::string_view path);
std::string join_path(std::string_view folder, std::string_view name);
/// Absolute, with "." and ".." resolved as text.
std::string absolute_path(std::string_view path);

}  // namespace mlp
