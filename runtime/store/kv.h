// SPDX-License-Identifier: Apache-2.0
//
// Seam: an ordered key-value store with two families, atomic batches and views.
// Only the engine's thread writes. Views may be read on any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mlp::store {

enum class Family : std::uint8_t { kRecords, kBytes };

/// Absolute puts and deletes, applied in order, all or nothing.
class Batch {
 public:
  struct Change {
    Family family;
    bool is_delete;
    std::string key;
    std::string value;
  };
  void put(Family family, std::string key, std::string value) {
    changes_.push_back({family, false, std::move(key), std::move(value)});
  }
  void remove(Family family, std::string key) {
    changes_.push_back({family, true, std::move(key), {}});
  }
  const std::vector<Change>& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  std::vector<Change> changes_;
};

/// The store as it was at one moment. Thread-safe; must not outlive its Kv.
class View {
 public:
  virtual ~View() = default;
  /// nullopt when the key is absent. kCorrupt when the store cannot be read.
  virtual Result<std::optional<std::string>> get(Family family, std::string_view key) const = 0;
  /// Calls `visit` for each key from `from` (inclusive) while it starts with `prefix`, in order of
  /// bytes; backwards when `is_reverse` (then from the last key <= `from`, or the end of the prefix
  /// when `from` is empty). Stops when `visit` returns false.
  virtual Status scan(Family family, std::string_view prefix, std::string_view from,
                      const std::function<bool(std::string_view key, std::string_view value)>& visit,
                      bool is_reverse = false) const = 0;
};

class Kv {
 public:
  virtual ~Kv() = default;
  /// In the log when it returns: survives the death of this process, not of the machine.
  /// Blocks while the disk is full. Any other failure of the log ends the process (exit 12).
  virtual Status write(const Batch& batch) = 0;
  /// Everything written before the call survives a power cut. A failure ends the process (exit 12).
  virtual Status sync() = 0;
  /// The store as of now, with all that was written.
  virtual std::shared_ptr<const View> view() = 0;
  /// The newest value, for the engine's own few reads.
  virtual Result<std::optional<std::string>> get(Family family, std::string_view key) = 0;
};

}  // namespace mlp::store
