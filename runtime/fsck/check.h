// SPDX-License-Identifier: Apache-2.0
//
// A whole check of a data folder: its store, then its files. In slices, on whatever thread; of one
// view, so a running daemon goes on meanwhile.
#pragma once

#include <memory>

#include "runtime/fsck/file_check.h"
#include "runtime/fsck/store_check.h"
#include "runtime/store/meta_records.h"

namespace mlp::fsck {

struct Progress {
  std::uint64_t records = 0;
  std::uint64_t objects = 0;
  std::uint64_t object_bytes = 0;  // hashed
};

/// A store whose own files are damaged: `why` as RocksDB says it.
void tell_damaged_store(Findings& findings, const Error& why);

/// Not thread-safe.
class Check {
 public:
  /// `place` as for FileCheck; `plan_of` as for StoreCheck.
  /// `contents`: those of an earlier check, when what it has read is not to be read again.
  Check(std::shared_ptr<const store::View> view, FilePlace place, PlanOf plan_of,
        Contents* contents = nullptr);

  /// First, by who has the folder's lock: as check_commits (lost_commits.h).
  Status look_at_commits(const store::Meta& meta, const Result<std::uint64_t>& synced,
                         const std::string& why);
  /// A slice, some ten milliseconds of work at most but for a run of very many task runs. False
  /// when all was looked at. A store that is damaged is a finding; what cannot be read for another
  /// reason is an error.
  Result<bool> advance();

  Progress progress() const;
  const Findings& findings() const { return findings_; }

 private:
  Result<bool> advance_stage();

  std::shared_ptr<const store::View> view_;
  Findings findings_;
  bool is_damage_told_ = false;
  StoreCheck store_;
  FileCheck files_;
  enum class Stage : std::uint8_t { kStore, kFiles, kDone };
  Stage stage_ = Stage::kStore;
};

}  // namespace mlp::fsck
