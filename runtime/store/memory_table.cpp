// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/memory_table.h"

#include <algorithm>

namespace mlp::store {
namespace {

constexpr std::size_t kChunk = 64;  // entries: copied when one of them changes

using Entries = std::vector<std::shared_ptr<const MemoryTable::Entry>>;

std::size_t place_of(const Entries& entries, std::string_view key, bool after) {
  const auto is_before = [&](const std::shared_ptr<const MemoryTable::Entry>& entry) {
    return after ? entry->key <= key : entry->key < key;
  };
  const auto at = std::partition_point(entries.begin(), entries.end(), is_before);
  return static_cast<std::size_t>(at - entries.begin());
}

}  // namespace

/// The last chunk that begins at or before `key`, or the first one.
std::size_t MemoryTable::chunk_of(std::string_view key) const {
  const auto after = std::partition_point(
      chunks_->begin(), chunks_->end(),
      [&](const std::shared_ptr<const Chunk>& each) { return each->front()->key <= key; });
  return after == chunks_->begin() ? 0 : static_cast<std::size_t>(after - chunks_->begin() - 1);
}

MemoryTable::Cursor MemoryTable::seek(std::string_view key, bool after) const {
  Cursor cursor;
  cursor.table_ = this;
  if (chunks_->empty()) return cursor;
  cursor.chunk_ = chunk_of(key);
  cursor.index_ = place_of(chunk(cursor.chunk_), key, after);
  return cursor;
}

const MemoryTable::Entry* MemoryTable::find(std::string_view key) const {
  const Entry* entry = seek(key).next();
  return entry != nullptr && entry->key == key ? entry : nullptr;
}

const MemoryTable::Entry* MemoryTable::Cursor::next() {
  const Chunks& chunks = *table_->chunks_;
  if (chunk_ < chunks.size() && index_ == chunks[chunk_]->size()) {
    ++chunk_;
    index_ = 0;
  }
  if (chunk_ >= chunks.size()) return nullptr;
  return (*chunks[chunk_])[index_++].get();
}

const MemoryTable::Entry* MemoryTable::Cursor::previous() {
  const Chunks& chunks = *table_->chunks_;
  if (index_ == 0 && chunk_ > 0) index_ = chunks[--chunk_]->size();
  if (index_ == 0) return nullptr;
  return (*chunks[chunk_])[--index_].get();
}

MemoryTable::Chunks& MemoryTable::own_chunks() {
  if (chunks_.use_count() > 1) chunks_ = std::make_shared<Chunks>(*chunks_);
  return const_cast<Chunks&>(*chunks_);
}

MemoryTable::Chunk& MemoryTable::own_chunk(std::size_t number) {
  std::shared_ptr<const Chunk>& chunk = own_chunks()[number];
  if (chunk.use_count() > 1) chunk = std::make_shared<Chunk>(*chunk);
  return const_cast<Chunk&>(*chunk);
}

void MemoryTable::put(std::string key, std::string value) {
  if (chunks_->empty()) own_chunks().push_back(std::make_shared<Chunk>());
  const std::size_t number = chunk(0).empty() ? 0 : chunk_of(key);
  Chunk& entries = own_chunk(number);
  const std::size_t at = place_of(entries, key, false);
  const bool is_there = at < entries.size() && entries[at]->key == key;
  auto entry = std::make_shared<const Entry>(Entry{std::move(key), std::move(value)});
  if (is_there) {
    entries[at] = std::move(entry);
  } else {
    entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
  }
  if (entries.size() > kChunk) split(number);
}

void MemoryTable::split(std::size_t number) {
  Chunk& entries = own_chunk(number);
  const auto half = entries.begin() + kChunk / 2;
  auto rest = std::make_shared<Chunk>(half, entries.end());
  entries.erase(half, entries.end());
  Chunks& chunks = own_chunks();
  chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(number) + 1, std::move(rest));
}

void MemoryTable::erase(std::string_view key) {
  if (find(key) == nullptr) return;
  const std::size_t number = chunk_of(key);
  Chunk& entries = own_chunk(number);
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(place_of(entries, key, false)));
  if (!entries.empty()) return;
  Chunks& chunks = own_chunks();
  chunks.erase(chunks.begin() + static_cast<std::ptrdiff_t>(number));
}

}  // namespace mlp::store
