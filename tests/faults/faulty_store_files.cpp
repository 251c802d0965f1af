// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/faulty_store_files.h"

#include <rocksdb/file_system.h>

#include <cerrno>
#include <cstring>

namespace mlp::faults {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSRandomAccessFile;
using rocksdb::FSSequentialFile;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus to_status(int number, const std::string& path) {
  if (number == 0) return IOStatus::OK();
  if (number == ENOSPC) return IOStatus::NoSpace(path, std::strerror(number));
  return IOStatus::IOError(path, std::strerror(number));
}

IOStatus check(FaultModel& model, Operation operation, const std::string& path) {
  const Verdict verdict = model.before(operation, path);
  if (verdict.stops) model.stop();
  return to_status(verdict.error, path);
}

/// Does `act` unless the model refuses; a sync that went well is told to it.
template <typename Act>
IOStatus with(FaultModel& model, Operation operation, const std::string& path, Act act) {
  IOStatus status = check(model, operation, path);
  if (status.ok()) status = act();
  if (status.ok() && operation == Operation::kSync) model.synced(path);
  return status;
}

class Writable final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  Writable(FaultModel& model, std::string path, std::unique_ptr<FSWritableFile> target)
      : FSWritableFileOwnerWrapper(std::move(target)), model_(model), path_(std::move(path)) {}
  using FSWritableFileOwnerWrapper::PositionedAppend;
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    const Verdict verdict = model_.before(Operation::kWrite, path_, data.size());
    const Slice part(data.data(), verdict.bytes);
    const IOStatus written = target()->PositionedAppend(part, offset, options, debug);
    if (verdict.stops) model_.stop();
    return verdict.error == 0 ? written : to_status(verdict.error, path_);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return with(model_, Operation::kSync, path_, [&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return with(model_, Operation::kSync, path_, [&] { return target()->Fsync(options, debug); });
  }

 private:
  FaultModel& model_;
  std::string path_;
};

class Sequential final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  Sequential(FaultModel& model, std::string path, std::unique_ptr<FSSequentialFile> target)
      : FSSequentialFileOwnerWrapper(std::move(target)), model_(model), path_(std::move(path)) {}
  IOStatus Read(std::size_t n, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    return with(model_, Operation::kRead, path_, [&] {
      return FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug);
    });
  }

 private:
  FaultModel& model_;
  std::string path_;
};

class RandomAccess final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccess(FaultModel& model, std::string path, std::unique_ptr<FSRandomAccessFile> target)
      : FSRandomAccessFileOwnerWrapper(std::move(target)), model_(model), path_(std::move(path)) {}
  IOStatus Read(std::uint64_t offset, std::size_t n, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    return with(model_, Operation::kRead, path_, [&] {
      return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
    });
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    return FSRandomAccessFile::MultiRead(requests, count, options, debug);  // one Read each
  }

 private:
  FaultModel& model_;
  std::string path_;
};

class Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(FaultModel& model, std::string path, std::unique_ptr<FSDirectory> target)
      : FSDirectoryWrapper(std::move(target)), model_(model), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return with(model_, Operation::kSync, path_,
                [&] { return FSDirectoryWrapper::Fsync(options, debug); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultModel& model_;
  std::string path_;
};

class FaultyStoreFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyStoreFiles(FaultModel& model)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), model_(model) {}
  const char* Name() const override { return "FaultyStoreFiles"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* file,
                             IODebugContext* debug) override {
    return open<Sequential>(Operation::kRead, path, file, [&](auto* opened) {
      return target()->NewSequentialFile(path, options, opened, debug);
    });
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* file,
                               IODebugContext* debug) override {
    return open<RandomAccess>(Operation::kRead, path, file, [&](auto* opened) {
      return target()->NewRandomAccessFile(path, options, opened, debug);
    });
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return open<Writable>(Operation::kCreate, path, file, [&](auto* opened) {
      return target()->NewWritableFile(path, options, opened, debug);
    });
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<FSDirectory>* folder, IODebugContext* debug) override {
    return open<Folder>(Operation::kRead, path, folder, [&](auto* opened) {
      return target()->NewDirectory(path, options, opened, debug);
    });
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    return with(model_, Operation::kRemove, path,
                [&] { return target()->DeleteFile(path, options, debug); });
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    return with(model_, Operation::kRename, to,
                [&] { return target()->RenameFile(from, to, options, debug); });
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* debug) override {
    return with(model_, Operation::kLink, to,
                [&] { return target()->LinkFile(from, to, options, debug); });
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& options,
                     IODebugContext* debug) override {
    return with(model_, Operation::kMakeFolder, path,
                [&] { return target()->CreateDir(path, options, debug); });
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* debug) override {
    return with(model_, Operation::kMakeFolder, path,
                [&] { return target()->CreateDirIfMissing(path, options, debug); });
  }

 private:
  template <typename Faulty, typename File, typename Open>
  IOStatus open(Operation operation, const std::string& path, std::unique_ptr<File>* file,
                Open open_target) {
    std::unique_ptr<File> opened;
    const IOStatus status =
        with(model_, operation, path, [&] { return open_target(&opened); });
    if (status.ok()) *file = std::make_unique<Faulty>(model_, path, std::move(opened));
    return status;
  }

  FaultModel& model_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_faulty_store_files(FaultModel& model) {
  return std::make_shared<FaultyStoreFiles>(model);
}

}  // namespace mlp::faults
