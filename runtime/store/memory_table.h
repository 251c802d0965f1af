// SPDX-License-Identifier: Apache-2.0
//
// Ordered keys and values in memory. A copy costs nothing: two share what neither has changed
// since. Not thread-safe, but for copies: each may be on its own thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlp::store {

class MemoryTable {
 public:
  struct Entry {
    std::string key;
    std::string value;
  };

  /// nullptr when there is none. Valid until the table is changed.
  const Entry* find(std::string_view key) const;
  void put(std::string key, std::string value);
  void erase(std::string_view key);

  /// A place between two entries, or before the first or after the last.
  class Cursor {
   public:
    /// The entry behind it, and moves past it; nullptr at the end.
    const Entry* next();
    /// The entry before it, and moves before it; nullptr at the begin.
    const Entry* previous();

   private:
    friend class MemoryTable;
    const MemoryTable* table_ = nullptr;
    std::size_t chunk_ = 0;
    std::size_t index_ = 0;
  };
  /// Before the first entry whose key is not less than `key` (`after`: is greater).
  Cursor seek(std::string_view key, bool after = false) const;

 private:
  using Chunk = std::vector<std::shared_ptr<const Entry>>;     // sorted, never empty
  using Chunks = std::vector<std::shared_ptr<const Chunk>>;  // sorted

  const Chunk& chunk(std::size_t number) const { return *(*chunks_)[number]; }
  std::size_t chunk_of(std::string_view key) const;
  Chunks& own_chunks();
  Chunk& own_chunk(std::size_t number);
  void split(std::size_t number);

  std::shared_ptr<const Chunks> chunks_ = std::make_shared<Chunks>();
};

}  // namespace mlp::store
