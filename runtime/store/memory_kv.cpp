// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/memory_kv.h"

#include <algorithm>

namespace mlp::store {
namespace {

/// States kept for a power cut: what is written beyond it without a sync is lost with the first.
constexpr std::size_t kMaxUnsynced = 1'000;

std::optional<std::string> find_in(const MemoryTable& table, std::string_view key) {
  const MemoryTable::Entry* found = table.find(key);
  if (found == nullptr) return std::nullopt;
  return found->value;
}

class MemoryView final : public View {
 public:
  explicit MemoryView(MemoryKv::Tables tables) : tables_(std::move(tables)) {}

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return find_in(table(family), key);
  }

  Status scan(Family family, std::string_view prefix, std::string_view from,
              const std::function<bool(std::string_view, std::string_view)>& visit,
              bool is_reverse) const override {
    if (is_reverse) {
      scan_back(table(family), prefix, from, visit);
      return {};
    }
    MemoryTable::Cursor cursor = table(family).seek(from.empty() ? prefix : from);
    while (const MemoryTable::Entry* entry = cursor.next()) {
      if (!entry->key.starts_with(prefix) || !visit(entry->key, entry->value)) break;
    }
    return {};
  }

 private:
  const MemoryTable& table(Family family) const {
    return family == Family::kRecords ? tables_.records : tables_.bytes;
  }

  static void scan_back(const MemoryTable& entries, std::string_view prefix, std::string_view from,
                        const std::function<bool(std::string_view, std::string_view)>& visit) {
    MemoryTable::Cursor cursor =
        from.empty() ? entries.seek(end_of(prefix)) : entries.seek(from, true);
    while (const MemoryTable::Entry* entry = cursor.previous()) {
      if (!entry->key.starts_with(prefix) || !visit(entry->key, entry->value)) break;
    }
  }

  /// Greater than every key of ours that begins with `prefix`: none is that long.
  static std::string end_of(std::string_view prefix) {
    constexpr std::size_t kLongestKey = 4096;  // bytes
    return std::string(prefix) + std::string(kLongestKey, '\xff');
  }

  MemoryKv::Tables tables_;
};

void apply(const Batch& batch, MemoryKv::Tables& tables) {
  for (const Batch::Change& change : batch.changes()) {
    MemoryTable& table = change.family == Family::kRecords ? tables.records : tables.bytes;
    if (change.is_delete) {
      table.erase(change.key);
    } else {
      table.put(change.key, change.value);
    }
  }
}

}  // namespace

Status MemoryKv::write(const Batch& batch) {
  if (before_write_) before_write_();
  apply(batch, newest_);
  if (unsynced_.size() < kMaxUnsynced) unsynced_.push_back(newest_);
  ++writes_;
  if (after_write_) after_write_(writes_);
  return {};
}

Status MemoryKv::sync() {
  synced_ = newest_;
  unsynced_.clear();
  ++syncs_;
  return {};
}

void MemoryKv::power_cut(std::size_t kept) {
  const std::size_t left = std::min(kept, unsynced_.size());
  newest_ = left == 0 ? synced_ : unsynced_[left - 1];
  synced_ = newest_;
  unsynced_.clear();
}

std::shared_ptr<const View> MemoryKv::view() { return std::make_shared<MemoryView>(newest_); }

std::shared_ptr<const View> MemoryKv::synced_view() const {
  return std::make_shared<MemoryView>(synced_);
}

Result<std::optional<std::string>> MemoryKv::get(Family family, std::string_view key) {
  return find_in(family == Family::kRecords ? newest_.records : newest_.bytes, key);
}

}  // namespace mlp::store
