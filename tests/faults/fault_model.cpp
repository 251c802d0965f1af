// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/fault_model.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"

namespace mlp::faults {
namespace {

constexpr std::uint64_t kMostBytes = 64 << 20;  // of one file here
constexpr std::uint64_t kSector = 512;          // bytes a disk writes whole or not at all

bool takes_space(Operation operation) {
  return operation != Operation::kRead && operation != Operation::kSync &&
         operation != Operation::kRemove;
}

}  // namespace

FaultModel::FaultModel(std::string root, Fault fault)
    : root_(std::move(root)), fault_(fault), random_(fault.seed) {}

bool FaultModel::is_below_root(const std::string& path) const {
  return path == root_ || path.starts_with(root_ + "/");
}

// ---- counting and failing -----------------------------------------------------------------------

bool FaultModel::is_hit(Operation operation) {
  if (fault_.kind == Kind::kNone || is_lifted_ || count_ < fault_.at) return false;
  if (fault_.kind == Kind::kNoSpace && !takes_space(operation)) return false;
  return !has_refused_ || fault_.is_from_then_on;
}

void FaultModel::lift() {
  const std::lock_guard lock(mutex_);
  is_lifted_ = true;
}

Verdict FaultModel::before(Operation operation, const std::string& path, std::size_t bytes) {
  if (!is_below_root(path)) return {0, bytes, false};
  const std::lock_guard lock(mutex_);
  ++count_;
  ++counts_[operation];
  if (!is_hit(operation)) return {0, bytes, false};
  has_refused_ = true;
  switch (fault_.kind) {
    case Kind::kIoError:
      return {EIO, bytes / 2, false};
    case Kind::kNoSpace:
      return {ENOSPC, bytes / 2, false};
    default:
      return {EIO, random_.below(bytes + 1), true};
  }
}

std::uint64_t FaultModel::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::uint64_t FaultModel::count(Operation operation) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(operation);
  return found == counts_.end() ? 0 : found->second;
}

// ---- what is durable ----------------------------------------------------------------------------

bool FaultModel::look_at(const std::string& path, Entry& entry) {
  struct statx info {};
  const int failed = ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW,
                             STATX_BASIC_STATS | STATX_BTIME, &info);
  if (failed != 0 || (!S_ISREG(info.stx_mode) && !S_ISDIR(info.stx_mode))) return false;
  entry.is_folder = S_ISDIR(info.stx_mode);
  entry.inode = {info.stx_ino, info.stx_btime.tv_sec * 1'000'000'000LL + info.stx_btime.tv_nsec};
  entry.mode = info.stx_mode & 07777;
  return true;
}

FaultModel::Names FaultModel::list(const std::string& folder) {
  Names names;
  const auto found = real_files().list(folder);
  if (!found) return names;
  for (const std::string& name : *found) {
    Entry entry;
    if (look_at(join_path(folder, name), entry)) names[name] = entry;
  }
  return names;
}

void FaultModel::synced(const std::string& path) {
  if (!is_below_root(path)) return;
  const std::lock_guard lock(mutex_);
  Entry entry;
  if (!look_at(path, entry)) return;
  if (entry.is_folder) {
    folders_[path] = list(path);
  } else if (auto bytes = real_files().read(path, kMostBytes)) {
    synced_[entry.inode] = std::move(*bytes);
  }
}

// ---- a power cut --------------------------------------------------------------------------------

void FaultModel::stop() {
  // Whoever comes now waits here for the end.
  mutex_.lock();
  if (fault_.kind == Kind::kPowerCut) cut_power();
  ::_exit(kStoppedExit);
}

void FaultModel::note_contents(const std::string& folder) {
  for (const auto& [name, entry] : list(folder)) {
    const std::string path = join_path(folder, name);
    if (entry.is_folder) {
      note_contents(path);
    } else if (auto bytes = real_files().read(path, kMostBytes)) {
      contents_[entry.inode] = std::move(*bytes);
    }
  }
}

// Names are kept or forgotten as one: file systems write what happened to them in order.
void FaultModel::cut_power() {
  note_contents(root_);
  const std::string made = root_ + ".after";
  static_cast<void>(real_files().make_folder(made, 0700));
  rebuild(root_, made, random_.below(2) == 0);
  static_cast<void>(real_files().rename(root_, root_ + ".before"));
  static_cast<void>(real_files().rename(made, root_));
}

void FaultModel::rebuild(const std::string& from, const std::string& to, bool is_current) {
  // The root itself was there before the first operation.
  for (const auto& [name, entry] : is_current ? list(from) : folders_[from]) {
    const std::string path = join_path(to, name);
    if (entry.is_folder) {
      static_cast<void>(real_files().make_folder(path, 0700));
      rebuild(join_path(from, name), path, is_current);
    } else {
      static_cast<void>(real_files().write(path, leavings(entry.inode), 0600));
      static_cast<void>(real_files().chmod(path, entry.mode));
    }
  }
}

/// As synced; or with all or a part of what was written since, its end perhaps as zeros.
std::string FaultModel::leavings(const Inode& inode) {
  const std::string durable = synced_[inode];
  const auto found = contents_.find(inode);
  if (found == contents_.end()) return durable;
  const std::string& newest = found->second;
  const std::uint64_t chance = random_.below(4);
  if (chance == 0) return newest;
  if (chance == 1 || !newest.starts_with(durable)) return durable;
  std::uint64_t end = durable.size() + random_.below(newest.size() - durable.size() + 1);
  end = std::max<std::uint64_t>(durable.size(), end / kSector * kSector);
  std::string torn = newest.substr(0, end);
  if (chance == 2) torn.resize(newest.size(), '\0');
  return torn;
}

}  // namespace mlp::faults
