// SPDX-License-Identifier: Apache-2.0
//
// The client's memory of digests: a file whose inode, size and times are as they were is not read
// again. A cache: may be deleted at any time, and a damaged one is as good as none.
#pragma once

#include <map>
#include <string>

#include "base/digest.h"
#include "base/file.h"
#include "base/time.h"

namespace mlp::mlpctl {

/// Believes an entry only if the file had rested this long when it was hashed: a change within the
/// clock's tick would not show in its times.
inline constexpr Duration kRestBeforeTrust = std::chrono::seconds(2);

/// More files than this are not remembered; the file stays under 30 MB.
inline constexpr std::size_t kMaxRemembered = 200'000;

/// Not thread-safe. Two clients that save at once: the last wins, both are right.
class StatCache {
 public:
  /// An empty `path` keeps nothing.
  StatCache(Files& files, Clock& clock, std::string path);
  /// Digest of the content of the file at an absolute path, read only when its times say so.
  Result<Digest> digest(const std::string& path, const FileInfo& info);
  /// Writes what was learned; without anything new it does nothing.
  Status save();

 private:
  struct Entry {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::int64_t ctime_ns = 0;
    Digest digest;
  };
  void load();
  Result<Digest> hash(const std::string& path, const FileInfo& info);

  Files& files_;
  Clock& clock_;
  std::string path_;
  std::map<std::string, Entry> entries_;
  bool is_loaded_ = false;
  bool is_changed_ = false;
};

}  // namespace mlp::mlpctl
