// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/memory_kv.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"

namespace mlp::store {
namespace {

/// Batches kept for a power cut: what is written beyond it without a sync is lost with the first.
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

// ---- the log: for each batch the digest of its bytes, and these -----------------------------------

std::string encode(const Batch& batch) {
  ByteWriter bytes;
  bytes.u32(static_cast<std::uint32_t>(batch.changes().size()));
  for (const Batch::Change& change : batch.changes()) {
    bytes.u8(change.family == Family::kRecords ? 0 : 1).u8(change.is_delete ? 1 : 0);
    bytes.text(change.key).text(change.value);
  }
  return bytes.take();
}

Batch decode(std::string_view bytes) {
  ByteReader in(bytes);
  Batch batch;
  for (std::uint32_t left = in.u32(); left > 0; --left) {
    const Family family = in.u8() == 0 ? Family::kRecords : Family::kBytes;
    const bool is_delete = in.u8() == 1;
    std::string key(in.text());
    std::string value(in.text());
    if (is_delete) {
      batch.remove(family, std::move(key));
    } else {
      batch.put(family, std::move(key), std::move(value));
    }
  }
  return batch;
}

/// Applies what is whole, up to the first batch that is not.
void replay(std::string_view log, MemoryKv::Tables& tables) {
  ByteReader in(log);
  while (true) {
    const Digest digest = in.digest();
    const std::string_view bytes = in.text();
    if (!in.ok() || sha256(bytes) != digest) return;
    apply(decode(bytes), tables);
  }
}

}  // namespace

Status MemoryKv::write(const Batch& batch) {
  if (before_write_) before_write_();
  apply(batch, newest_);
  if (ends_.size() < kMaxUnsynced) {
    const std::string bytes = encode(batch);
    log_ += ByteWriter().digest(sha256(bytes)).text(bytes).bytes();
    ends_.push_back(log_.size());
  }
  ++writes_;
  if (after_write_) after_write_(writes_);
  return {};
}

Status MemoryKv::sync() {
  synced_ = newest_;
  log_.clear();
  ends_.clear();
  ++syncs_;
  return {};
}

void MemoryKv::power_cut(std::size_t kept, std::optional<std::uint64_t> torn) {
  const std::size_t whole = std::min(kept, ends_.size());
  const std::size_t end = whole == 0 ? 0 : ends_[whole - 1];
  const std::size_t next = torn && whole < ends_.size() ? ends_[whole] : end;
  // Its last byte never is.
  const std::size_t there = next == end ? end : end + *torn % (next - end);
  log_.resize(there);
  log_.resize(next, '\0');
  newest_ = std::exchange(synced_, {});
  replay(log_, newest_);
  synced_ = newest_;
  log_.clear();
  ends_.clear();
}

std::shared_ptr<const View> MemoryKv::view() { return std::make_shared<MemoryView>(newest_); }

std::shared_ptr<const View> MemoryKv::synced_view() const {
  return std::make_shared<MemoryView>(synced_);
}

Result<std::optional<std::string>> MemoryKv::get(Family family, std::string_view key) {
  return find_in(family == Family::kRecords ? newest_.records : newest_.bytes, key);
}

}  // namespace mlp::store
