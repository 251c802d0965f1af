// SPDX-License-Identifier: Apache-2.0
//
// The store in memory for tests and simulation: it can forget what was not synced, and end at the
// n-th write. Not thread-safe, but for its views.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "runtime/store/kv.h"

namespace mlp::store {

class MemoryKv final : public Kv {
 public:
  Status write(const Batch& batch) override;
  Status sync() override;
  std::shared_ptr<const View> view() override;
  Result<std::optional<std::string>> get(Family family, std::string_view key) override;

  /// The machine died: only what was synced is still there. (When only the process dies, everything
  /// written stays: nothing to call.)
  void power_cut() { newest_ = synced_; }

  std::uint64_t writes() const { return writes_; }
  std::uint64_t syncs() const { return syncs_; }
  /// Called after each write with its number from 1; may throw to end the test's process there.
  void after_write(std::function<void(std::uint64_t)> hook) { after_write_ = std::move(hook); }

  using Table = std::map<std::string, std::string, std::less<>>;
  struct Tables {
    std::shared_ptr<const Table> records = std::make_shared<Table>();
    std::shared_ptr<const Table> bytes = std::make_shared<Table>();
  };

 private:
  Tables newest_;
  Tables synced_;
  std::uint64_t writes_ = 0;
  std::uint64_t syncs_ = 0;
  std::function<void(std::uint64_t)> after_write_;
};

}  // namespace mlp::store
