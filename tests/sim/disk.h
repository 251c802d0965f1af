// SPDX-License-Identifier: Apache-2.0
//
// A disk and the kernel's cache of it: what a machine that loses power forgets is what nobody
// synced, and never in the order in which it was done. Knows nothing of who uses it.
//
// Model: the bytes of a file are durable after fsync of the file. An entry of a folder is durable
// after fsync of that folder; a rename is one change and durable as a whole. After a power cut each
// change that was not synced is there or is not, whatever became of those before it; the bytes of a
// file that was not synced are those of the last sync, all, or the first of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "base/random.h"
#include "base/time.h"

namespace mlp::sim {

class Disk {
 public:
  using Number = std::uint64_t;  // of an inode; 0: none
  static constexpr Number kRoot = 1;

  explicit Disk(Clock& clock);

  // All paths are absolute. As in Files; what is not said here is as there.
  Result<FileInfo> stat(std::string_view path) const;
  /// nullptr when it is no file.
  std::shared_ptr<const std::string> bytes(std::string_view path) const;
  Status write(std::string_view path, std::string_view data, std::uint32_t mode);
  Status append(std::string_view path, std::string_view data);
  Status sync(std::string_view path);
  Status rename(std::string_view from, std::string_view to);
  Status link(std::string_view from, std::string_view to);
  Status remove(std::string_view path);
  Status make_folder(std::string_view path, std::uint32_t mode);
  Status chmod(std::string_view path, std::uint32_t mode);
  Status symlink(std::string_view target, std::string_view path);
  Result<std::string> read_link(std::string_view path) const;
  Result<std::vector<std::string>> list(std::string_view path) const;
  /// As if all of it had been synced long ago.
  void sync_all();

  /// 0 when there is nothing. Does not follow links.
  Number find(std::string_view path) const;

  /// What a power cut came to.
  struct Forgotten {
    bool dropped = false;       // a file has the bytes of its last sync, or none
    bool torn = false;          // a file has the first of its bytes
    bool name_dropped = false;  // a change of names was not done
    bool reordered = false;     // one was done, one before it was not
  };
  /// Forgets what was not synced, as `chance` decides.
  Forgotten power_cut(Random& chance);

  /// Over all names and bytes.
  Digest digest() const;

 private:
  using Bytes = std::shared_ptr<const std::string>;
  using Entries = std::map<std::string, Number, std::less<>>;

  struct Inode {
    FileKind kind = FileKind::kFile;
    Bytes bytes;          // of a link: its target
    Bytes synced;         // nullptr: never synced
    Entries entries;
    Entries synced_entries;
    std::uint32_t mode = 0;
    std::int64_t mtime_ns = 0;
    std::uint32_t names = 0;
  };
  struct Entry {
    Number folder;
    std::string name;
    Number number;  // 0: gone
  };
  /// Entries that change together.
  using Change = std::vector<Entry>;

  struct Place {
    Number folder = 0;  // 0: there is none
    std::string_view name;
  };
  Place place_of(std::string_view path) const;
  Number child(Number folder, std::string_view name) const;
  Inode* folder_at(const Place& place);
  Result<Number> make(std::string_view path, FileKind kind, std::uint32_t mode);
  void change(Change change);
  void set(Entries& entries, const Entry& entry);
  void make_durable(Number folder);
  void lose_changes(Random& chance, Forgotten& forgotten);
  void lose_bytes(Inode& inode, Random& chance, Forgotten& forgotten);
  void collect_lost();
  void add_to(Hasher& hasher, Number number, const std::string& path) const;

  Clock& clock_;
  std::unordered_map<Number, Inode> inodes_;  // looked up, never walked
  std::vector<Change> unsynced_;
  Number last_ = kRoot;
};

}  // namespace mlp::sim
