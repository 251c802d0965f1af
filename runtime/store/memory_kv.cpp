// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/memory_kv.h"

namespace mlp::store {
namespace {

std::optional<std::string> find_in(const MemoryKv::Table& table, std::string_view key) {
  const auto found = table.find(key);
  if (found == table.end()) return std::nullopt;
  return found->second;
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
    const MemoryKv::Table& entries = table(family);
    for (auto at = entries.lower_bound(from.empty() ? prefix : from);
         at != entries.end() && at->first.starts_with(prefix); ++at) {
      if (!visit(at->first, at->second)) break;
    }
    return {};
  }

 private:
  const MemoryKv::Table& table(Family family) const {
    return family == Family::kRecords ? *tables_.records : *tables_.bytes;
  }

  static void scan_back(const MemoryKv::Table& entries, std::string_view prefix,
                        std::string_view from,
                        const std::function<bool(std::string_view, std::string_view)>& visit) {
    auto at = from.empty() ? entries.lower_bound(prefix) : entries.upper_bound(from);
    while (from.empty() && at != entries.end() && at->first.starts_with(prefix)) ++at;
    while (at != entries.begin()) {
      --at;
      if (!at->first.starts_with(prefix) || !visit(at->first, at->second)) break;
    }
  }

  MemoryKv::Tables tables_;
};

/// The table to change: a copy where a view or the synced state still needs it as it is.
MemoryKv::Table& writable(std::shared_ptr<const MemoryKv::Table>& table) {
  if (table.use_count() > 1) table = std::make_shared<MemoryKv::Table>(*table);
  return const_cast<MemoryKv::Table&>(*table);
}

}  // namespace

Status MemoryKv::write(const Batch& batch) {
  for (const Batch::Change& change : batch.changes()) {
    Table& table =
        writable(change.family == Family::kRecords ? newest_.records : newest_.bytes);
    if (change.is_delete) {
      table.erase(change.key);
    } else {
      table.insert_or_assign(change.key, change.value);
    }
  }
  ++writes_;
  if (after_write_) after_write_(writes_);
  return {};
}

Status MemoryKv::sync() {
  synced_ = newest_;
  ++syncs_;
  return {};
}

std::shared_ptr<const View> MemoryKv::view() { return std::make_shared<MemoryView>(newest_); }

Result<std::optional<std::string>> MemoryKv::get(Family family, std::string_view key) {
  return find_in(family == Family::kRecords ? *newest_.records : *newest_.bytes, key);
}

}  // namespace mlp::store
