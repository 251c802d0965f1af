// SPDX-License-Identifier: Apache-2.0
//
// The mark is one line: name of the list, bytes, checksum.
#include "runtime/store/rocks_list_mark.h"

#include <cstdio>
#include <memory>
#include <optional>

#include "base/file.h"

namespace mlp::store {
namespace {

constexpr std::string_view kMark = "listed";
constexpr std::uint64_t kPrime = 0x100000001b3;

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

rocksdb::IOStatus write_whole(rocksdb::FileSystem& files, const std::string& path,
                              const std::string& text) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::IOStatus status = files.NewWritableFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (status.ok()) status = file->Append(text, rocksdb::IOOptions(), nullptr);
  if (status.ok()) status = file->Sync(rocksdb::IOOptions(), nullptr);
  if (status.ok()) status = file->Close(rocksdb::IOOptions(), nullptr);
  return status;
}

/// In place of what is at `path`, durable when it returns.
rocksdb::IOStatus put_whole(rocksdb::FileSystem& files, const std::string& path,
                            const std::string& fresh, const std::string& text) {
  rocksdb::IOStatus status = write_whole(files, fresh, text);
  if (status.ok()) status = files.RenameFile(fresh, path, rocksdb::IOOptions(), nullptr);
  std::unique_ptr<rocksdb::FSDirectory> folder;
  if (status.ok()) {
    status = files.NewDirectory(parent_path(path), rocksdb::IOOptions(), &folder, nullptr);
  }
  return status.ok() ? folder->Fsync(rocksdb::IOOptions(), nullptr) : status;
}

/// Empty where it cannot be read: opening the store tells why.
std::string read(rocksdb::Env& env, const std::string& path) {
  std::string bytes;
  return rocksdb::ReadFileToString(&env, path, &bytes).ok() ? bytes : "";
}

}  // namespace

bool is_list_of_files(const std::string& path) {
  return name_of(path).starts_with("MANIFEST-");
}

void ListMark::add(std::string_view bytes) {
  size_ += bytes.size();
  for (const char byte : bytes) {
    checksum_ = (checksum_ ^ static_cast<unsigned char>(byte)) * kPrime;
  }
}

std::string ListMark::to_text() const {
  return name_of(path_) + " " + std::to_string(size_) + " " + std::to_string(checksum_) + "\n";
}

rocksdb::IOStatus ListMark::put(rocksdb::FileSystem& files) const {
  const std::string mark = join_path(parent_path(path_), kMark);
  return put_whole(files, mark, mark + "-new", to_text());
}

namespace {

/// What the mark says of the list that the store would be opened with.
struct Marked {
  std::string text;  // the whole mark
  std::string path;  // of the list
  std::uint64_t size = 0;
};

std::optional<Marked> read_mark(rocksdb::Env& env, const std::string& folder) {
  const std::string mark = read(env, join_path(folder, kMark));
  const std::size_t name_end = mark.find(' ');
  const std::string current = read(env, join_path(folder, "CURRENT"));
  if (name_end == std::string::npos || current != mark.substr(0, name_end) + "\n") return {};
  unsigned long long size = 0;
  if (std::sscanf(mark.c_str() + name_end, "%llu", &size) != 1) return {};
  return Marked{mark, join_path(folder, mark.substr(0, name_end)), size};
}

}  // namespace

Status check_list_of_files(rocksdb::Env& env, const std::string& folder) {
  const auto marked = read_mark(env, folder);
  if (!marked) return {};
  ListMark found(marked->path);
  found.add(read(env, marked->path).substr(0, marked->size));
  if (found.to_text() == marked->text) return {};
  return Error{ErrorCode::kCorrupt, "the store is damaged: its list of files " + marked->path +
                                        " is not what was written"};
}

bool cut_list_of_files(rocksdb::Env& env, const std::string& folder) {
  const auto marked = read_mark(env, folder);
  if (!marked) return false;
  const std::string list = read(env, marked->path);
  if (list.size() <= marked->size) return false;
  return put_whole(*env.GetFileSystem(), marked->path, join_path(folder, kMark) + "-cut",
                   list.substr(0, marked->size))
      .ok();
}

}  // namespace mlp::store
