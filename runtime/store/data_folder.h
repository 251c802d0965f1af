// SPDX-License-Identifier: Apache-2.0
//
// The folder that holds everything a daemon knows: its lock, its parts, the mark of the last synced
// commit, and the space kept back for a full disk. Knows no records but meta.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "runtime/store/kv.h"
#include "runtime/store/meta_records.h"

namespace mlp::store {

struct DataFolderOptions {
  std::uint64_t ballast_bytes = 64ull << 20;    // given up piece by piece when the disk is full
  std::uint64_t min_free_bytes = 512ull << 20;  // below it nothing new starts
};

/// Files of the folder `ballast`.
inline constexpr std::uint64_t kBallastPieces = 32;

/// The number of the last synced commit in a mapped file: a store whose last commit is lower has
/// lost acknowledged data. 16 bytes: "mlpsync2", then big-endian 16 bits of check and 48 of the
/// number, one word, so that no end of the process comes between them.
class SyncedMark {
 public:
  /// The file with 0, durable when it returns.
  static Status make(Files& files, const std::string& path);
  /// kCorrupt when it is not what make() made.
  static Result<std::unique_ptr<SyncedMark>> open(const std::string& path);
  ~SyncedMark();
  SyncedMark(const SyncedMark&) = delete;
  SyncedMark& operator=(const SyncedMark&) = delete;

  /// After the sync that covers `commit`; never lower than before. One thread.
  void store(std::uint64_t commit);
  std::uint64_t value() const;

 private:
  std::uint64_t word() const;
  explicit SyncedMark(unsigned char* page) : page_(page) {}
  unsigned char* page_;
};

/// Locked from open to destruction. Paths are absolute.
class DataFolder {
 public:
  /// Makes what is missing (mode 0700), but no store where one was before; a rescue of the store
  /// that was cut short at its end is finished. kConflict when another daemon holds it: the message
  /// names its pid (mlpd exits 10).
  /// `files` must outlive it.
  static Result<std::unique_ptr<DataFolder>> open(const std::string& path,
                                                  const DataFolderOptions& options,
                                                  Files& files = real_files());
  /// As open(), but changes nothing. kNotFound where there is no data folder.
  static Result<std::unique_ptr<DataFolder>> look(const std::string& path,
                                                  Files& files = real_files());
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  const DataFolderOptions& options() const { return options_; }
  /// A part of the folder: "store", "objects", "logs", "work", "trash", "uploads", "environments",
  /// or a file such as "endpoint".
  std::string part(std::string_view name) const;

  /// Whether a store was there once, and no other may be made in its place.
  bool held_a_store() const;
  /// Why no daemon may start with the store: another schema (kUnsupported: mlpd exits 11), or
  /// acknowledged commits that are missing (kCorrupt; also when the mark that tells it is gone).
  Status check(const View& view) const;
  /// Call once the store is open, before anything else is written. Checks as above, then counts the
  /// daemon epoch up, above any that the file `lock` names, and syncs it. Returns the meta records
  /// as they are afterwards.
  Result<Meta> begin_epoch(Kv& kv);

  /// The last commit that was acknowledged, as the mark says; kNotFound when there is no mark,
  /// kCorrupt when it is damaged. Before begin_epoch().
  Result<std::uint64_t> acknowledged() const;
  /// Puts a mark of `commit` in place of what is there, durable when it returns. To be done when
  /// the user accepts that acknowledged data may be missing; before begin_epoch().
  Status renew_mark(std::uint64_t commit);

  /// After begin_epoch().
  SyncedMark& synced() { return *synced_; }

  Result<std::uint64_t> free_bytes() const;
  /// False below min_free_bytes: nothing new may start.
  bool has_space() const;
  /// Gives up one piece of the ballast, a file: its bytes and its name. False when less than `kept`
  /// bytes would be left. What one start needs must not be all that the next needs too. Any thread.
  bool give_up_ballast(std::uint64_t kept) const;
  /// Makes it whole again where there is space for it and twice min_free_bytes.
  Status restore_ballast() const;

 private:
  DataFolder(std::string path, const DataFolderOptions& options, Files& files, int lock)
      : path_(std::move(path)), options_(options), files_(files), lock_(lock) {}

  Status make_parts();
  Status make_piece(const std::string& path) const;

  std::string path_;
  DataFolderOptions options_;
  Files& files_;
  int lock_;
  std::unique_ptr<SyncedMark> synced_;
};

}  // namespace mlp::store
