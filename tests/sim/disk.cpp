// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/disk.h"

#include <algorithm>

#include "base/text.h"

namespace mlp::sim {
namespace {

Error error_of(ErrorCode code, const char* what, std::string_view path) {
  return {code, std::string(what) + " " + std::string(path)};
}
Error nothing_at(std::string_view path) {
  return error_of(ErrorCode::kNotFound, "there is no", path);
}

}  // namespace

Disk::Disk(Clock& clock) : clock_(clock) {
  Inode& root = inodes_[kRoot];
  root.kind = FileKind::kFolder;
  root.mode = 0700;
  root.names = 1;
}

// ---- where ------------------------------------------------------------------------------------

Disk::Number Disk::child(Number folder, std::string_view name) const {
  const auto inode = inodes_.find(folder);
  if (inode == inodes_.end() || inode->second.kind != FileKind::kFolder) return 0;
  const auto entry = inode->second.entries.find(name);
  return entry == inode->second.entries.end() ? 0 : entry->second;
}

Disk::Place Disk::place_of(std::string_view path) const {
  Number folder = kRoot;
  path.remove_prefix(1);
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    folder = child(folder, path.substr(0, slash));
    if (folder == 0) return {};
    path.remove_prefix(slash + 1);
  }
  return {folder, path};
}

Disk::Number Disk::find(std::string_view path) const {
  if (path == "/") return kRoot;
  const Place place = place_of(path);
  return place.folder == 0 ? 0 : child(place.folder, place.name);
}

Disk::Inode* Disk::folder_at(const Place& place) {
  const auto inode = inodes_.find(place.folder);
  if (inode == inodes_.end() || inode->second.kind != FileKind::kFolder) return nullptr;
  return &inode->second;
}

// ---- looks ------------------------------------------------------------------------------------

Result<FileInfo> Disk::stat(std::string_view path) const {
  const Number number = find(path);
  if (number == 0) return nothing_at(path);
  const Inode& inode = inodes_.at(number);
  FileInfo info;
  info.kind = inode.kind;
  info.size = inode.bytes ? inode.bytes->size() : 0;
  info.inode = number;
  info.mtime_ns = info.ctime_ns = inode.mtime_ns;
  info.mode = inode.mode;
  return info;
}

std::shared_ptr<const std::string> Disk::bytes(std::string_view path) const {
  const Number number = find(path);
  if (number == 0) return nullptr;
  const Inode& inode = inodes_.at(number);
  return inode.kind == FileKind::kFile ? inode.bytes : nullptr;
}

Result<std::string> Disk::read_link(std::string_view path) const {
  const Number number = find(path);
  if (number == 0) return nothing_at(path);
  const Inode& inode = inodes_.at(number);
  if (inode.kind == FileKind::kLink) return *inode.bytes;
  return error_of(ErrorCode::kInvalid, "no link:", path);
}

Result<std::vector<std::string>> Disk::list(std::string_view path) const {
  const Number number = find(path);
  if (number == 0) return nothing_at(path);
  std::vector<std::string> names;
  for (const auto& [name, child] : inodes_.at(number).entries) names.push_back(name);
  return names;
}

// ---- changes ----------------------------------------------------------------------------------

void Disk::set(Entries& entries, const Entry& entry) {
  if (entry.number == 0) {
    entries.erase(entry.name);
  } else {
    entries[entry.name] = entry.number;
  }
}

void Disk::change(Change change) {
  for (const Entry& entry : change) {
    Inode& folder = inodes_.at(entry.folder);
    const auto old = folder.entries.find(entry.name);
    const Number before = old == folder.entries.end() ? 0 : old->second;
    if (entry.number != 0) ++inodes_.at(entry.number).names;
    if (before != 0) --inodes_.at(before).names;
    set(folder.entries, entry);
    folder.mtime_ns = clock_.now().us * 1000;
  }
  unsynced_.push_back(std::move(change));
}

Result<Disk::Number> Disk::make(std::string_view path, FileKind kind, std::uint32_t mode) {
  const Place place = place_of(path);
  if (folder_at(place) == nullptr) return nothing_at(path);
  const Number number = ++last_;
  Inode& inode = inodes_[number];
  inode.kind = kind;
  inode.mode = mode;
  inode.mtime_ns = clock_.now().us * 1000;
  if (kind != FileKind::kFolder) inode.bytes = std::make_shared<std::string>();
  change({{place.folder, std::string(place.name), number}});
  return number;
}

Status Disk::write(std::string_view path, std::string_view data, std::uint32_t mode) {
  Number number = find(path);
  if (number == 0) {
    MLP_ASSIGN(number, make(path, FileKind::kFile, mode));
  }
  Inode& inode = inodes_.at(number);
  if (inode.kind != FileKind::kFile) return error_of(ErrorCode::kIo, "no file:", path);
  inode.bytes = std::make_shared<std::string>(data);
  inode.mtime_ns = clock_.now().us * 1000;
  return {};
}

Status Disk::append(std::string_view path, std::string_view data) {
  const auto old = bytes(path);
  return write(path, old ? *old + std::string(data) : std::string(data), 0600);
}

Status Disk::rename(std::string_view from, std::string_view to) {
  const Place source = place_of(from);
  const Place target = place_of(to);
  const Number number = source.folder == 0 ? 0 : child(source.folder, source.name);
  if (number == 0 || folder_at(target) == nullptr) return nothing_at(from);
  const Number there = child(target.folder, target.name);
  if (there != 0 && !inodes_.at(there).entries.empty()) {
    return error_of(ErrorCode::kConflict, "there is a folder with something in it at", to);
  }
  change({{source.folder, std::string(source.name), 0},
          {target.folder, std::string(target.name), number}});
  return {};
}

Status Disk::link(std::string_view from, std::string_view to) {
  const Number number = find(from);
  const Place target = place_of(to);
  if (number == 0 || folder_at(target) == nullptr) return nothing_at(from);
  if (child(target.folder, target.name) != 0) {
    return error_of(ErrorCode::kConflict, "there is something at", to);
  }
  change({{target.folder, std::string(target.name), number}});
  return {};
}

Status Disk::remove(std::string_view path) {
  const Place place = place_of(path);
  const Number number = place.folder == 0 ? 0 : child(place.folder, place.name);
  if (number == 0) return nothing_at(path);
  if (!inodes_.at(number).entries.empty()) {
    return error_of(ErrorCode::kConflict, "not empty:", path);
  }
  change({{place.folder, std::string(place.name), 0}});
  return {};
}

Status Disk::make_folder(std::string_view path, std::uint32_t mode) {
  const Number number = find(path);
  if (number == 0) {
    const Result<Number> made = make(path, FileKind::kFolder, mode);
    return made ? Status() : Status(made.error());
  }
  if (inodes_.at(number).kind == FileKind::kFolder) return {};
  return error_of(ErrorCode::kConflict, "there is a file at", path);
}

Status Disk::chmod(std::string_view path, std::uint32_t mode) {
  const Number number = find(path);
  if (number == 0) return nothing_at(path);
  inodes_.at(number).mode = mode;
  return {};
}

Status Disk::symlink(std::string_view target, std::string_view path) {
  if (find(path) != 0) return error_of(ErrorCode::kConflict, "there is something at", path);
  MLP_ASSIGN(const Number number, make(path, FileKind::kLink, 0777));
  Inode& inode = inodes_.at(number);
  inode.bytes = inode.synced = std::make_shared<std::string>(target);
  return {};
}

// ---- durability -------------------------------------------------------------------------------

Status Disk::sync(std::string_view path) {
  const Number number = find(path);
  if (number == 0) return nothing_at(path);
  Inode& inode = inodes_.at(number);
  if (inode.kind == FileKind::kFolder) {
    make_durable(number);
  } else {
    inode.synced = inode.bytes;
  }
  return {};
}

// What came before in the same place is of no account any more.
void Disk::make_durable(Number folder) {
  std::vector<Change> left;
  std::vector<Entry> done;
  for (auto change = unsynced_.rbegin(); change != unsynced_.rend(); ++change) {
    std::erase_if(*change, [&](const Entry& entry) {
      return std::any_of(done.begin(), done.end(), [&](const Entry& later) {
        return later.folder == entry.folder && later.name == entry.name;
      });
    });
    const bool is_here = std::any_of(change->begin(), change->end(), [&](const Entry& entry) {
      return entry.folder == folder;
    });
    if (!is_here) {
      if (!change->empty()) left.push_back(std::move(*change));
      continue;
    }
    for (const Entry& entry : *change) {
      const auto inode = inodes_.find(entry.folder);
      if (inode != inodes_.end()) set(inode->second.synced_entries, entry);
      done.push_back(entry);
    }
  }
  std::reverse(left.begin(), left.end());
  unsynced_ = std::move(left);
}

void Disk::sync_all() {
  for (const Change& change : std::exchange(unsynced_, {})) {
    for (const Entry& entry : change) set(inodes_.at(entry.folder).synced_entries, entry);
  }
  for (auto& [number, inode] : inodes_) inode.synced = inode.bytes;
}

Disk::Forgotten Disk::power_cut(Random& chance) {
  Forgotten forgotten;
  lose_changes(chance, forgotten);
  // By number: the order of the table is nobody's.
  for (Number number = kRoot; number <= last_; ++number) {
    const auto inode = inodes_.find(number);
    if (inode == inodes_.end()) continue;
    inode->second.entries = inode->second.synced_entries;
    if (inode->second.kind == FileKind::kFile) lose_bytes(inode->second, chance, forgotten);
  }
  collect_lost();
  return forgotten;
}

void Disk::lose_changes(Random& chance, Forgotten& forgotten) {
  for (const Change& change : std::exchange(unsynced_, {})) {
    if (chance.below(2) == 0) {
      forgotten.name_dropped = true;
      continue;
    }
    forgotten.reordered = forgotten.reordered || forgotten.name_dropped;
    for (const Entry& entry : change) set(inodes_.at(entry.folder).synced_entries, entry);
  }
}

void Disk::lose_bytes(Inode& inode, Random& chance, Forgotten& forgotten) {
  if (inode.synced == inode.bytes) return;
  switch (chance.below(3)) {
    case 0:
      break;
    case 1:
      inode.bytes = inode.synced ? inode.synced : std::make_shared<std::string>();
      forgotten.dropped = true;
      break;
    default: {
      const std::uint64_t left = chance.below(inode.bytes->size() + 1);
      forgotten.torn = forgotten.torn || (left > 0 && left < inode.bytes->size());
      inode.bytes = std::make_shared<std::string>(inode.bytes->substr(0, left));
    }
  }
  inode.synced = inode.bytes;
}

/// Keeps what a name leads to, and counts the names anew.
void Disk::collect_lost() {
  std::unordered_map<Number, Inode> kept;
  std::vector<Number> open{kRoot};
  kept[kRoot] = std::move(inodes_.at(kRoot));
  while (!open.empty()) {
    const Number folder = open.back();
    open.pop_back();
    Entries& entries = kept.at(folder).entries;
    std::erase_if(entries, [&](const auto& entry) {
      return !kept.contains(entry.second) && !inodes_.contains(entry.second);
    });
    for (const auto& [name, number] : entries) {
      const bool is_new = !kept.contains(number);
      if (is_new) kept[number] = std::move(inodes_.at(number));
      Inode& inode = kept.at(number);
      inode.names = is_new ? 1 : inode.names + 1;
      if (is_new && inode.kind == FileKind::kFolder) open.push_back(number);
    }
    kept.at(folder).synced_entries = kept.at(folder).entries;
  }
  inodes_ = std::move(kept);
}

Digest Disk::digest() const {
  Hasher hasher;
  add_to(hasher, kRoot, "");
  return hasher.finish();
}

void Disk::add_to(Hasher& hasher, Number number, const std::string& path) const {
  const Inode& inode = inodes_.at(number);
  hasher.update(path + "\n");
  if (inode.bytes) hasher.update(*inode.bytes);
  for (const auto& [name, child] : inode.entries) add_to(hasher, child, path + "/" + name);
}

}  // namespace mlp::sim
