// SPDX-License-Identifier: Apache-2.0
//
// The store in memory for tests and simulation: it can forget what was not synced, and end at the
// n-th write. Not thread-safe, but for its views.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/kv.h"
#include "runtime/store/memory_table.h"

namespace mlp::store {

class MemoryKv final : public Kv {
 public:
  Status write(const Batch& batch) override;
  Status sync() override;
  std::shared_ptr<const View> view() override;
  Result<std::optional<std::string>> get(Family family, std::string_view key) override;

  /// The machine died: what was synced is still there, and of the batches after it the `kept`
  /// oldest. Of the next one `torn` bytes reached the disk, the rest of it is zeros; none: nothing
  /// did. The log is then read up to its first damaged record. When only the process dies,
  /// everything written stays: nothing to call.
  void power_cut(std::size_t kept = 0, std::optional<std::uint64_t> torn = {});
  /// Batches that a power cut may take away.
  std::size_t unsynced() const { return ends_.size(); }
  /// The store as a power cut would leave it at the least.
  std::shared_ptr<const View> synced_view() const;

  std::uint64_t writes() const { return writes_; }
  std::uint64_t syncs() const { return syncs_; }
  /// Called before each write: a full disk may hold it up. May throw.
  void before_write(std::function<void()> hook) { before_write_ = std::move(hook); }
  /// Called after each write with its number from 1; may throw to end the test's process there.
  void after_write(std::function<void(std::uint64_t)> hook) { after_write_ = std::move(hook); }

  struct Tables {
    MemoryTable records;
    MemoryTable bytes;
  };

 private:
  Tables newest_;
  Tables synced_;
  std::string log_;                // the batches since the last sync
  std::vector<std::size_t> ends_;  // of each in the log
  std::uint64_t writes_ = 0;
  std::uint64_t syncs_ = 0;
  std::function<void()> before_write_;
  std::function<void(std::uint64_t)> after_write_;
};

}  // namespace mlp::store
