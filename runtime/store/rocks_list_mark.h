// SPDX-License-Identifier: Apache-2.0
//
// How much of RocksDB's list of its files (MANIFEST-…) was synced, and its checksum, in a file
// beside it. A list whose end is lost or makes no sense is a shorter list to RocksDB: it would open
// the store without the tables that stood there, say nothing, and delete them.
#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp::store {

bool is_list_of_files(const std::string& path);

/// Of one list, from its first byte on.
class ListMark {
 public:
  explicit ListMark(std::string path) : path_(std::move(path)) {}

  void add(std::string_view bytes);
  /// Puts the mark in its place, durable when it returns. To be done after what was added is synced
  /// and before RocksDB goes by it: the mark is never ahead of the list, and what stands behind it in
  /// the list has had no consequence.
  rocksdb::IOStatus put(rocksdb::FileSystem& files) const;
  std::string to_text() const;

 private:
  std::string path_;  // of the list
  std::uint64_t size_ = 0;
  std::uint64_t checksum_ = 0xcbf29ce484222325;  // FNV-1a
};

/// How many bytes of the list at `path` were synced, where a mark says so. What stands behind them
/// may be a part of a write that a power cut left; it is not read.
std::optional<std::uint64_t> synced_size_of_list(rocksdb::FileSystem& files,
                                                 const std::string& path);

/// kCorrupt when the list that the store in `folder` would be opened with begins with something else
/// than what its mark says. Nothing where there is no mark of that list.
Status check_list_of_files(rocksdb::FileSystem& files, const std::string& folder);

}  // namespace mlp::store
