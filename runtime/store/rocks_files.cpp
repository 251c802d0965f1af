// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/rocks_files.h"

#include <pthread.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/crash_point.h"
#include "base/log.h"
#include "runtime/store/rocks_list_mark.h"

namespace mlp::store {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSDirectoryWrapper;
using rocksdb::FSSequentialFile;
using rocksdb::FSSequentialFileOwnerWrapper;
using rocksdb::FSWritableFile;
using rocksdb::FSWritableFileOwnerWrapper;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr auto kTryAgain = std::chrono::milliseconds(200);

/// A quota that is used up is a full disk too; RocksDB has the system's words for it only.
bool is_full(const IOStatus& status) {
  if (status.ok()) return false;
  return status.IsNoSpace() || status.ToString().find(std::strerror(EDQUOT)) != std::string::npos;
}

/// fsync is never tried twice: after a failure the kernel may have dropped the pages.
IOStatus synced(const char* what, const std::string& path, IOStatus status) {
  if (status.ok()) return status;
  log::error("the store's files failed; ending to recover at the next start",
             {{"what", what}, {"path", path}, {"error", status.ToString()}});
  ::_exit(kLogFailedExit);
}

/// One writer that found the disk full, until it goes on.
class Wait {
 public:
  Wait(SpaceWatch* watch, const std::string& path) : watch_(watch), path_(path) {}
  ~Wait() {
    if (!is_counted_ || watch_ == nullptr || watch_->waiters.fetch_sub(1) != 1) return;
    watch_->is_waiting = false;
    log::info("there is space again");
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  /// Stands still for a moment; the caller tries again.
  void once() {
    if (watch_ != nullptr) {
      if (!is_counted_) begin();
      watch_->is_waiting = true;
      watch_->is_waiting.notify_all();
      if (watch_->on_full) watch_->on_full();
    }
    std::this_thread::sleep_for(kTryAgain);
  }

 private:
  // Threads of the store have its names: a flush is "rocksdb:high", a compaction "rocksdb:low".
  void begin() {
    is_counted_ = true;
    watch_->waiters.fetch_add(1);
    char thread[16] = "";
    ::pthread_getname_np(::pthread_self(), thread, sizeof thread);
    log::warning("the disk is full; waiting for space", {{"path", path_}, {"thread", thread}});
  }

  SpaceWatch* watch_;
  const std::string& path_;
  bool is_counted_ = false;
};

/// Tries until it is not the disk's space that is missing.
template <typename Try>
IOStatus patiently(SpaceWatch* watch, const std::string& path, Try attempt) {
  Wait wait(watch, path);
  IOStatus status = attempt();
  for (; is_full(status); status = attempt()) wait.once();
  return status;
}

/// Writes at an offset of its own: what a full disk cut short is written again at the same place.
class PatientFile : public FSWritableFileOwnerWrapper {
 public:
  PatientFile(std::string path, std::unique_ptr<FSWritableFile> target, SpaceWatch* watch)
      : FSWritableFileOwnerWrapper(std::move(target)), path_(std::move(path)), watch_(watch) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = patiently(
        watch_, path_, [&] { return target()->PositionedAppend(data, size_, options, debug); });
    if (status.ok()) size_ += data.size();
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    CRASH_POINT("store.before_fdatasync");
    IOStatus status = synced("fdatasync", path_, target()->Sync(options, debug));
    CRASH_POINT("store.fdatasynced");
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return synced("fsync", path_, target()->Fsync(options, debug));
  }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  std::string path_;
  SpaceWatch* watch_;
  std::uint64_t size_ = 0;
};

/// RocksDB's list of its files, with a mark of what of it is synced.
class ListFile final : public PatientFile {
 public:
  ListFile(const std::string& path, std::unique_ptr<FSWritableFile> target, SpaceWatch* watch,
           rocksdb::FileSystem& files)
      : PatientFile(path, std::move(target), watch), files_(files), mark_(path) {}

  using PatientFile::Append;
  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = PatientFile::Append(data, options, debug);
    if (status.ok()) mark_.add({data.data(), data.size()});
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = PatientFile::Sync(options, debug);
    return status.ok() ? mark_.put(files_) : status;
  }

 private:
  rocksdb::FileSystem& files_;
  ListMark mark_;
};

/// RocksDB's list of its files, as far as it was synced.
class SyncedListFile final : public FSSequentialFileOwnerWrapper {
 public:
  SyncedListFile(std::unique_ptr<FSSequentialFile> target, std::uint64_t synced)
      : FSSequentialFileOwnerWrapper(std::move(target)), left_(synced) {}

  IOStatus Read(std::size_t count, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, left_));
    IOStatus status = target()->Read(count, options, result, scratch, debug);
    if (status.ok()) left_ -= result->size();
    return status;
  }
  IOStatus Skip(std::uint64_t count) override {
    count = std::min(count, left_);
    left_ -= count;
    return target()->Skip(count);
  }

 private:
  std::uint64_t left_;
};

class PatientFolder final : public FSDirectoryWrapper {
 public:
  PatientFolder(std::string path, std::unique_ptr<FSDirectory> target)
      : FSDirectoryWrapper(std::move(target)), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return synced("fsync of the folder", path_, FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& why) override {
    return synced("fsync of the folder", path_,
                  FSDirectoryWrapper::FsyncWithDirOptions(options, debug, why));
  }

 private:
  std::string path_;
};

class PatientFiles final : public rocksdb::FileSystemWrapper {
 public:
  PatientFiles(SpaceWatch* watch, std::shared_ptr<rocksdb::FileSystem> under)
      : FileSystemWrapper(std::move(under)), watch_(watch) {}
  const char* Name() const override { return "PatientFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    std::unique_ptr<FSWritableFile> made;
    IOStatus status = patiently(watch_, path, [&] {
      return FileSystemWrapper::NewWritableFile(path, options, &made, debug);
    });
    if (!status.ok()) return status;
    if (is_list_of_files(path)) {
      *file = std::make_unique<ListFile>(path, std::move(made), watch_, *this);
    } else {
      *file = std::make_unique<PatientFile>(path, std::move(made), watch_);
    }
    return status;
  }
  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* file,
                             IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewSequentialFile(path, options, file, debug);
    if (!status.ok() || !is_list_of_files(path)) return status;
    const auto synced = synced_size_of_list(*this, path);
    if (synced) *file = std::make_unique<SyncedListFile>(std::move(*file), *synced);
    return status;
  }
  // RocksDB writes each file once, from its start, with the options it is opened with here.
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported(path, "a file of the store is not written again");
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string&, const FileOptions&,
                             std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported(path, "a file of the store is not written again");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<FSDirectory>* folder, IODebugContext* debug) override {
    std::unique_ptr<FSDirectory> target;
    IOStatus status = FileSystemWrapper::NewDirectory(path, options, &target, debug);
    if (status.ok()) *folder = std::make_unique<PatientFolder>(path, std::move(target));
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    CRASH_POINT("store.before_rename");
    IOStatus moved = patiently(
        watch_, to, [&] { return FileSystemWrapper::RenameFile(from, to, options, debug); });
    CRASH_POINT("store.renamed");
    return moved;
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* debug) override {
    return patiently(watch_, path,
                     [&] { return FileSystemWrapper::CreateDirIfMissing(path, options, debug); });
  }

 private:
  SpaceWatch* watch_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_patient_files(
    SpaceWatch* watch, std::shared_ptr<rocksdb::FileSystem> under) {
  if (under == nullptr) under = rocksdb::FileSystem::Default();
  return std::make_shared<PatientFiles>(watch, std::move(under));
}

}  // namespace mlp::store
