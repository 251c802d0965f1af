// SPDX-License-Identifier: Apache-2.0
//
// The store on RocksDB. The files rocks_* are the one door to it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "runtime/store/kv.h"

namespace rocksdb {
class FileSystem;
}

namespace mlp::store {

/// The process ends with it when the log cannot be written or synced.
inline constexpr int kLogFailedExit = 12;

/// True while a write to the store's files waits for space. RocksDB never hears of a full disk: the
/// writer stands still and tries again each 200 ms. Outlives the store. Any thread.
struct SpaceWatch {
  std::atomic<bool> is_waiting{false};
  std::atomic<int> waiters{0};  // writers and background threads that stand still
  /// Called on the waiting thread at the first refusal and each 200 ms: it may free space (ballast).
  std::function<void()> on_full;
};

struct RocksOptions {
  std::uint64_t write_buffer_bytes = 8 << 20;  // of each family; a memtable grows lazily to it
  std::uint64_t block_cache_bytes = 8 << 20;
  SpaceWatch* space = nullptr;                 // must outlive the store
  std::shared_ptr<rocksdb::FileSystem> files;  // where faults are tried; null: the machine's
  bool may_be_new = true;                      // a store that is not there is made, not kCorrupt
};

/// Opens or makes the store in `folder`. kCorrupt with instructions when it is damaged.
Result<std::unique_ptr<Kv>> open_rocks_kv(const std::string& folder, const RocksOptions& options);

/// The store in `folder` as it stands, kCorrupt as above; kNotFound where it may be new and was not
/// made whole yet. Changes no file; nobody may write to the store meanwhile.
Result<std::shared_ptr<const View>> read_rocks(const std::string& folder,
                                               const RocksOptions& options);

/// For a store that cannot be opened since its list of files is damaged or names files that are
/// gone: makes a list of the tables that are there. To be done without logs beside them: what stands
/// in both would be in two tables. Values in blob files are lost to it.
Status rebuild_rocks_manifest(const std::string& folder, SpaceWatch* space);

/// Calls `visit` with each key and value in the bytes of a blob file (RocksDB 7, blob log format),
/// until its end or what makes no sense. Values are not checked.
void visit_rocks_blobs(std::string_view bytes,
                       const std::function<void(std::string_view, std::string_view)>& visit);

}  // namespace mlp::store
