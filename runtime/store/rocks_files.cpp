// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/rocks_files.h"

#include <fcntl.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/crash_point.h"
#include "base/log.h"

namespace mlp::store {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr auto kTryAgain = std::chrono::milliseconds(200);

bool is_full(int number) { return number == ENOSPC || number == EDQUOT; }

/// fsync is never tried twice: after a failure the kernel may have dropped the pages.
[[noreturn]] void end_process(const char* what, const std::string& path, int number) {
  log::error("the store's files failed; ending to recover at the next start",
             {{"what", what}, {"path", path}, {"error", std::strerror(number)}});
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
      if (!is_counted_ && watch_->waiters.fetch_add(1) == 0) {
        log::warning("the disk is full; waiting for space", {{"path", path_}});
      }
      is_counted_ = true;
      watch_->is_waiting = true;
      watch_->is_waiting.notify_all();
      if (watch_->on_full) watch_->on_full();
    }
    std::this_thread::sleep_for(kTryAgain);
  }

 private:
  SpaceWatch* watch_;
  const std::string& path_;
  bool is_counted_ = false;
};

IOStatus to_status(const std::string& path, int number) {
  if (number == ENOENT) return IOStatus::PathNotFound(path, std::strerror(number));
  return IOStatus::IOError(path, std::strerror(number));
}

/// A file written at an offset of our own, so that a write cut short by a full disk goes on where
/// it stopped instead of being repeated.
class PatientFile final : public FSWritableFile {
 public:
  PatientFile(std::string path, int fd, std::uint64_t size, SpaceWatch* watch)
      : path_(std::move(path)), fd_(fd), size_(size), watch_(watch) {}
  ~PatientFile() override {
    if (fd_ >= 0) ::close(fd_);
  }

  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    std::size_t done = 0;
    Wait wait(watch_, path_);
    while (done < data.size()) {
      const ssize_t n = ::pwrite(fd_, data.data() + done, data.size() - done,
                                 static_cast<off_t>(size_ + done));
      if (n >= 0) {
        done += static_cast<std::size_t>(n);
        continue;
      }
      if (errno == EINTR) continue;
      if (!is_full(errno)) return to_status(path_, errno);
      wait.once();
    }
    size_ += data.size();
    return IOStatus::OK();
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return to_status(path_, errno);
    size_ = size;
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    const int fd = fd_;
    fd_ = -1;
    if (fd >= 0 && ::close(fd) != 0) return to_status(path_, errno);
    return IOStatus::OK();
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    CRASH_POINT("store.before_fdatasync");
    if (::fdatasync(fd_) != 0) end_process("fdatasync", path_, errno);
    CRASH_POINT("store.fdatasynced");
    return IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    if (::fsync(fd_) != 0) end_process("fsync", path_, errno);
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }
  IOStatus InvalidateCache(std::size_t, std::size_t) override { return IOStatus::OK(); }

 private:
  std::string path_;
  int fd_;
  std::uint64_t size_;
  SpaceWatch* watch_;
};

class PatientFolder final : public FSDirectory {
 public:
  PatientFolder(std::string path, std::unique_ptr<FSDirectory> target)
      : path_(std::move(path)), target_(std::move(target)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return checked(target_->Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& why) override {
    return checked(target_->FsyncWithDirOptions(options, debug, why));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return target_->Close(options, debug);
  }

 private:
  IOStatus checked(IOStatus status) const {
    if (!status.ok()) end_process("fsync of the folder", path_, EIO);
    return status;
  }
  std::string path_;
  std::unique_ptr<FSDirectory> target_;
};

class PatientFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit PatientFiles(SpaceWatch* watch)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), watch_(watch) {}
  const char* Name() const override { return "PatientFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext*) override {
    return open_file(path, O_TRUNC, file);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<FSWritableFile>* file, IODebugContext*) override {
    return open_file(path, 0, file);
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string& old,
                             const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                             IODebugContext* debug) override {
    const IOStatus moved = RenameFile(old, path, options.io_options, debug);
    return moved.ok() ? open_file(path, 0, file) : moved;
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
    const IOStatus moved =
        patiently(to, [&] { return FileSystemWrapper::RenameFile(from, to, options, debug); });
    CRASH_POINT("store.renamed");
    return moved;
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* debug) override {
    return patiently(
        path, [&] { return FileSystemWrapper::CreateDirIfMissing(path, options, debug); });
  }

 private:
  template <typename Try>
  IOStatus patiently(const std::string& path, Try attempt) {
    IOStatus status = attempt();
    Wait wait(watch_, path);
    while (status.IsNoSpace()) {
      wait.once();
      status = attempt();
    }
    return status;
  }

  IOStatus open_file(const std::string& path, int flags, std::unique_ptr<FSWritableFile>* file) {
    int fd = -1;
    Wait wait(watch_, path);
    while ((fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | flags, 0600)) < 0) {
      if (errno == EINTR) continue;
      if (!is_full(errno)) return to_status(path, errno);
      wait.once();
    }
    const off_t size = ::lseek(fd, 0, SEEK_END);
    *file = std::make_unique<PatientFile>(path, fd, static_cast<std::uint64_t>(size), watch_);
    return IOStatus::OK();
  }

  SpaceWatch* watch_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_patient_files(SpaceWatch* watch) {
  return std::make_shared<PatientFiles>(watch);
}

}  // namespace mlp::store
