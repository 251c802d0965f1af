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

/// Empty where it cannot be read: opening the store tells why.
std::string read(rocksdb::FileSystem& files, const std::string& path) {
  std::string bytes;
  return rocksdb::ReadFileToString(&files, path, &bytes).ok() ? bytes : "";
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
  const std::string fresh = mark + "-new";
  rocksdb::IOStatus status = write_whole(files, fresh, to_text());
  if (status.ok()) status = files.RenameFile(fresh, mark, rocksdb::IOOptions(), nullptr);
  std::unique_ptr<rocksdb::FSDirectory> folder;
  if (status.ok()) {
    status = files.NewDirectory(parent_path(path_), rocksdb::IOOptions(), &folder, nullptr);
  }
  return status.ok() ? folder->Fsync(rocksdb::IOOptions(), nullptr) : status;
}

namespace {

struct Mark {
  std::string text;  // all of it
  std::uint64_t size = 0;
};

std::optional<Mark> mark_of(rocksdb::FileSystem& files, const std::string& list) {
  const std::string text = read(files, join_path(parent_path(list), kMark));
  const std::string name = name_of(list) + " ";
  unsigned long long size = 0;
  if (!text.starts_with(name) || std::sscanf(text.c_str() + name.size(), "%llu", &size) != 1) {
    return {};
  }
  return Mark{text, size};
}

}  // namespace

std::optional<std::uint64_t> synced_size_of_list(rocksdb::FileSystem& files,
                                                 const std::string& path) {
  const auto mark = mark_of(files, path);
  return mark ? std::optional(mark->size) : std::nullopt;
}

Status check_list_of_files(rocksdb::FileSystem& files, const std::string& folder) {
  std::string current = read(files, join_path(folder, "CURRENT"));
  if (current.ends_with('\n')) current.pop_back();
  const std::string list = join_path(folder, current);
  const auto mark = mark_of(files, list);
  if (!mark) return {};
  ListMark found(list);
  found.add(read(files, list).substr(0, mark->size));
  if (found.to_text() == mark->text) return {};
  return Error{ErrorCode::kCorrupt,
               "the store is damaged: its list of files " + list + " is not what was written"};
}

}  // namespace mlp::store
