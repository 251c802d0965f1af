// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/crash_point.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/rescue.h"
#include "runtime/store/way_out.h"

namespace mlp::store {
namespace {

constexpr std::string_view kMarkName = "mlpsync2";
constexpr off_t kMarkBytes = 16;
constexpr std::uint64_t kFirstPiece = 10;  // two digits each: the last by name is the last by number
constexpr std::size_t kFolderIdBytes = 16;
constexpr std::array<std::string_view, 7> kFolders = {"store", "objects",  "logs",        "work",
                                                      "trash", "uploads", "environments"};

Error system_error(const std::string& what, const std::string& path) {
  const ErrorCode code =
      errno == ENOSPC || errno == EDQUOT ? ErrorCode::kNoSpace : ErrorCode::kIo;
  return {code, what + " " + path + ": " + std::strerror(errno)};
}

/// What the file `lock` says: "<pid> <epoch>", of the last daemon that held it.
struct LockText {
  std::string pid;
  std::uint64_t epoch = 0;
};

LockText read_lock(int lock) {
  std::array<char, 64> text{};
  const ssize_t n = ::pread(lock, text.data(), text.size() - 1, 0);
  const std::string_view whole(text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  const auto words = split(trim(whole), ' ');
  LockText found;
  found.pid = words.front();
  if (words.size() > 1) found.epoch = std::strtoull(words.back().c_str(), nullptr, 10);
  return found;
}

/// Of one length, so that a full disk has room for it where it was written before.
void write_lock(int lock, std::uint64_t epoch) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%-10d %20llu\n", ::getpid(),
                                 static_cast<unsigned long long>(epoch));
  // The lock itself holds without it.
  (void)!::pwrite(lock, text.data(), static_cast<std::size_t>(size), 0);
}

/// The open, locked file; closing it unlocks. The file itself stays: removing it would let two in.
Result<int> take_lock(const std::string& path, const std::string& folder, int flags) {
  const int lock = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (lock < 0) return system_error("cannot open", path);
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  const bool is_held = errno == EWOULDBLOCK;
  const Error error = system_error("cannot lock", path);
  const std::string pid = read_lock(lock).pid;
  ::close(lock);
  if (!is_held) return error;
  // Who only looks does not write its own.
  const bool is_there = real_files().stat("/proc/" + pid).has_value() && !pid.empty();
  return Error{ErrorCode::kConflict,
               "another mlpd" + (is_there ? " (pid " + pid + ")" : "") + " uses " + folder +
                   "; end it with `mlpctl down`, or give another folder with --data"};
}

Error wrong_schema(const std::string& path, std::uint64_t found) {
  const bool is_newer = found > kSchemaVersion;
  return {ErrorCode::kUnsupported,
          "the data folder " + path + " has version " + std::to_string(found) +
              ", this mlpd reads version " + std::to_string(kSchemaVersion) + "; " +
              (is_newer ? "use the newer mlpd that wrote it, or give another folder with --data"
                        : "give another folder with --data")};
}

Error lost_commits(const std::string& path, std::uint64_t last, std::uint64_t synced,
                   const std::string& why) {
  return with_way_out({ErrorCode::kCorrupt,
                       "the store in " + path + " has lost acknowledged data: its last commit is " +
                           std::to_string(last) + ", but commit " + std::to_string(synced) +
                           " was acknowledged. " + why});
}

Error lost_mark(const std::string& path, std::uint64_t last) {
  return with_way_out(
      {ErrorCode::kCorrupt, "the file " + path + " is missing beside a store with commits up to " +
                                std::to_string(last) +
                                ", so it cannot be told whether acknowledged data is missing"});
}

/// The folder and those above it that have to be made, for good: a power cut that took one of them
/// back would take everything in it too.
Status make_durable(Files& files, const std::string& folder) {
  const std::string parent = parent_path(folder);
  if (!files.stat(parent)) MLP_TRY(make_durable(files, parent));
  MLP_TRY(files.make_folder(folder, 0700));
  const Status synced = files.sync(parent);
  // What may not be opened was not made by us.
  return !synced && synced.error().code == ErrorCode::kDenied ? Status() : synced;
}

constexpr std::uint64_t kCommitBits = 48;

/// A commit in one word with what tells that it is whole.
std::uint64_t seal(std::uint64_t commit) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // odd: each bit of a commit changes the check
  const std::uint64_t check = (commit + 1) * kMix >> kCommitBits;
  return check << kCommitBits | commit;
}

std::uint64_t unseal(std::uint64_t sealed) {
  return sealed & ((1ull << kCommitBits) - 1);
}

Status write_mark(Files& files, const std::string& path, std::uint64_t commit) {
  ByteWriter number;
  number.u64(seal(commit));
  return write_atomic(files, path, std::string(kMarkName) + number.bytes(), 0600);
}

}  // namespace

// ---- SyncedMark ---------------------------------------------------------------------------------

Status SyncedMark::make(Files& files, const std::string& path) {
  // Whole and on the disk before it counts: afterwards no write to the mapped page needs space.
  return write_mark(files, path, 0);
}

Result<std::unique_ptr<SyncedMark>> SyncedMark::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return system_error("cannot open", path);
  struct stat info {};
  const bool is_whole = ::fstat(file, &info) == 0 && info.st_size == kMarkBytes;
  void* page = ::mmap(nullptr, kMarkBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (page == MAP_FAILED) return system_error("cannot map", path);
  auto* bytes = static_cast<unsigned char*>(page);
  std::unique_ptr<SyncedMark> mark(new SyncedMark(bytes));
  if (is_whole && std::memcmp(bytes, kMarkName.data(), kMarkName.size()) == 0 &&
      seal(mark->value()) == mark->word()) {
    return mark;
  }
  return with_way_out({ErrorCode::kCorrupt, path + " is damaged, so it cannot be told whether "
                                                   "acknowledged data is missing"});
}

SyncedMark::~SyncedMark() { ::munmap(page_, kMarkBytes); }

void SyncedMark::store(std::uint64_t commit) {
  const std::uint64_t big_endian = __builtin_bswap64(seal(commit));
  std::memcpy(page_ + kMarkName.size(), &big_endian, sizeof big_endian);
}

std::uint64_t SyncedMark::value() const {
  return unseal(word());
}

std::uint64_t SyncedMark::word() const {
  std::uint64_t big_endian = 0;
  std::memcpy(&big_endian, page_ + kMarkName.size(), sizeof big_endian);
  return __builtin_bswap64(big_endian);
}

// ---- DataFolder ---------------------------------------------------------------------------------

Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& path,
                                                     const DataFolderOptions& options,
                                                     Files& files) {
  const std::string folder = absolute_path(path);
  MLP_TRY(make_durable(files, folder));
  MLP_TRY(files.chmod(folder, 0700));
  MLP_ASSIGN(const int lock, take_lock(join_path(folder, "lock"), folder, O_RDWR | O_CREAT));
  CRASH_POINT("folder.locked");
  std::unique_ptr<DataFolder> opened(new DataFolder(folder, options, files, lock));
  write_lock(lock, read_lock(lock).epoch);
  MLP_TRY(finish_rescue(files, opened->part("store")));
  MLP_TRY(opened->make_parts());
  return opened;
}

Result<std::unique_ptr<DataFolder>> DataFolder::look(const std::string& path, Files& files) {
  const std::string folder = absolute_path(path);
  const std::string lock_path = join_path(folder, "lock");
  const bool has_lock = files.stat(lock_path).has_value();
  // Where no daemon ever was there is nothing to lock.
  std::unique_ptr<DataFolder> opened(new DataFolder(folder, {0, 0}, files, -1));
  if (has_lock) {
    MLP_ASSIGN(opened->lock_, take_lock(lock_path, folder, O_RDONLY));
  }
  const std::string store = opened->part("store");
  const bool is_there = files.stat(where_the_store_is(files, store)) || opened->held_a_store();
  if (!is_there) return Error{ErrorCode::kNotFound, "there is no data folder " + folder};
  return opened;
}

Status DataFolder::make_parts() {
  const bool is_old = held_a_store();
  for (const std::string_view part : kFolders) {
    const bool is_lost_store = is_old && part == "store";
    if (!is_lost_store) MLP_TRY(files_.make_folder(this->part(part), 0700));
  }
  CRASH_POINT("folder.made");
  MLP_TRY(files_.sync(path_));
  CRASH_POINT("folder.synced");
  return {};
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::string DataFolder::part(std::string_view name) const { return join_path(path_, name); }

bool DataFolder::held_a_store() const {
  const auto mark = files_.stat(part("synced"));
  return mark || mark.error().code != ErrorCode::kNotFound;
}

Status DataFolder::check(const View& view) const {
  MLP_ASSIGN(const Meta meta, get_meta(view));
  if (meta.schema != 0 && meta.schema != kSchemaVersion) return wrong_schema(path_, meta.schema);
  const Result<std::uint64_t> synced = acknowledged();
  if (!synced && synced.error().code != ErrorCode::kNotFound) return synced.error();
  if (!synced) return meta.schema == 0 ? Status() : lost_mark(part("synced"), meta.commit);
  if (meta.commit >= *synced) return {};
  return lost_commits(path_, meta.commit, *synced, why_commits_are_missing(files_, part("store")));
}

Result<Meta> DataFolder::begin_epoch(Kv& kv) {
  MLP_TRY(check(LatestView(kv)));
  MLP_ASSIGN(Meta meta, get_meta(LatestView(kv)));
  const std::string mark = part("synced");
  if (!held_a_store()) MLP_TRY(SyncedMark::make(files_, mark));
  MLP_ASSIGN(synced_, SyncedMark::open(mark));
  CRASH_POINT("folder.mark_opened");
  Batch batch;
  if (meta.schema == 0) {
    meta.schema = kSchemaVersion;
    meta.folder_id = to_hex(random_bytes(kFolderIdBytes));
    put_schema(batch, meta.schema);
    put_folder_id(batch, meta.folder_id);
  }
  // A store that was put back from an older copy counts on from what its runner may have seen.
  meta.daemon_epoch = std::max(meta.daemon_epoch, read_lock(lock_).epoch) + 1;
  write_lock(lock_, meta.daemon_epoch);
  ++meta.commit;
  put_daemon_epoch(batch, meta.daemon_epoch);
  put_commit(batch, meta.commit);
  CRASH_POINT("epoch.before_write");
  MLP_TRY(kv.write(batch));
  CRASH_POINT("epoch.written");
  MLP_TRY(kv.sync());
  CRASH_POINT("epoch.synced");
  synced_->store(meta.commit);
  CRASH_POINT("epoch.marked");
  forget_rescue(files_, part("store"));
  return meta;
}

Result<std::uint64_t> DataFolder::acknowledged() const {
  const std::string mark = part("synced");
  if (const auto found = files_.stat(mark); !found) return found.error();
  MLP_ASSIGN(const std::unique_ptr<SyncedMark> opened, SyncedMark::open(mark));
  return opened->value();
}

Status DataFolder::renew_mark(std::uint64_t commit) {
  return write_mark(files_, part("synced"), commit);
}

Result<std::uint64_t> DataFolder::free_bytes() const { return files_.free_space(path_); }

bool DataFolder::has_space() const {
  const Result<std::uint64_t> free = free_bytes();
  return !free || *free >= options_.min_free_bytes;
}

bool DataFolder::give_up_ballast(std::uint64_t kept) const {
  const auto pieces = files_.list(part("ballast"));
  if (!pieces || pieces->empty()) return false;
  const std::uint64_t left = (pieces->size() - 1) * options_.ballast_bytes / kBallastPieces;
  if (left < kept) return false;
  return files_.remove(part("ballast/" + pieces->back())).has_value();
}

Status DataFolder::restore_ballast() const {
  if (options_.ballast_bytes == 0) return {};
  MLP_TRY(files_.make_folder(part("ballast"), 0700));
  MLP_ASSIGN(const std::vector<std::string> pieces, files_.list(part("ballast")));
  if (pieces.size() >= kBallastPieces) return {};
  MLP_ASSIGN(const std::uint64_t free, free_bytes());
  if (free < options_.ballast_bytes + 2 * options_.min_free_bytes) return {};
  for (std::uint64_t i = 0; i < kBallastPieces; ++i) {
    const std::string name = "ballast/" + std::to_string(kFirstPiece + i);
    if (!files_.stat(part(name))) MLP_TRY(make_piece(part(name)));
  }
  CRASH_POINT("ballast.allocated");
  return {};
}

Status DataFolder::make_piece(const std::string& path) const {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return system_error("cannot make", path);
  CRASH_POINT("ballast.file_made");
  const auto bytes = static_cast<off_t>(options_.ballast_bytes / kBallastPieces);
  const int failed = ::posix_fallocate(file, 0, std::max<off_t>(bytes, 1));
  ::close(file);
  if (failed == 0) return {};
  ::unlink(path.c_str());
  errno = failed;
  return system_error("cannot keep space back in", path);
}

}  // namespace mlp::store
