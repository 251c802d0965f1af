// SPDX-License-Identifier: Apache-2.0
//
// Digests of files outside the store by their stat, to spare hashing them again. A cache: its file
// may be deleted or damaged at any time. Knows nothing of the store. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/digest.h"
#include "base/file.h"
#include "base/time.h"

namespace mlp::objects {

/// A file written so shortly before it was hashed may change again without a new mtime.
inline constexpr Duration kSettled = std::chrono::seconds(2);
inline constexpr std::size_t kMaxStatEntries = 500'000;  // about 100 MB; above it unused ones go

class StatIndex {
 public:
  StatIndex(Files& files, Clock& clock) : files_(files), clock_(clock) {}

  /// A file that is missing or damaged is an empty index.
  void load(const std::string& path);
  /// Writes it where anything changed since load().
  Status save(const std::string& path);

  /// The digest, when inode, size, mtime and ctime are the same as when it was hashed.
  std::optional<Digest> find(const std::string& path, const FileInfo& info);
  /// `info` as it was before the file was hashed. Kept only when the mtime was kSettled old.
  void remember(const std::string& path, const FileInfo& info, const Digest& digest);
  /// find(), else hashes the file and remembers it.
  Result<Digest> digest_of(const std::string& path, const FileInfo& info);

 private:
  struct Entry {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::int64_t ctime_ns = 0;
    Digest digest;
    bool is_used = false;  // since load()
  };

  Files& files_;
  Clock& clock_;
  std::unordered_map<std::string, Entry> entries_;
  bool is_changed_ = false;
};

}  // namespace mlp::objects
