// SPDX-License-Identifier: Apache-2.0
//
// What must hold of the data folder's files: the large objects and logs that records name are there
// and are what they are said to be, and no other file has been forgotten. Reads through `Files`, in
// slices and in pieces of 1 MiB, so neither time nor memory grows with an object.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "runtime/fsck/scope.h"
#include "runtime/objects/object_store.h"
#include "runtime/store/object_records.h"

namespace mlp::fsck {

/// A file without a record is left alone so long: what names it may be on its way.
inline constexpr Duration kStrayKept = std::chrono::hours(24);

/// Where files are looked at. All must outlive the check.
struct FilePlace {
  Files& files;
  const objects::ObjectStore& objects;
  std::string data_folder;
  Instant now;
};

/// Not thread-safe.
class FileCheck {
 public:
  /// `unread`: of the objects; null: all.
  FileCheck(const store::View& view, Findings& findings, FilePlace place,
            Unread* unread = nullptr);

  /// At most some megabytes hashed or some hundred records; false when all is done.
  Result<bool> advance();
  std::uint64_t objects() const { return objects_; }
  std::uint64_t object_bytes() const { return object_bytes_; }

 private:
  enum class Stage { kObjects, kLogs, kStrays, kDone };
  struct Hashing {
    store::ObjectRecord record;
    objects::ObjectReader reader;
    Hasher hasher;
    std::uint64_t offset = 0;
  };

  Status look_at_objects();
  Status begin(const store::ObjectRecord& record);
  Status hash_on();
  Status end(const store::ObjectRecord& record, const Digest& found);
  Status tell_unreadable(const Digest& digest, const Error& why);
  void tell_lost(Kind kind, const Digest& digest, std::string_view what);
  Status look_at_logs();
  Status look_at_log(const model::Attempt& attempt);
  Status look_for_strays();
  Status next_folder();
  Status look_at_object_file(const std::string& path, const std::string& name);
  Status look_at_log_file(const std::string& path, const std::string& name);
  bool is_old(const std::string& path) const;
  void tell_stray(const std::string& name, std::string_view why);

  const store::View& view_;
  Findings& findings_;
  FilePlace place_;
  Unread* unread_;
  Stage stage_ = Stage::kObjects;
  std::string from_;
  std::optional<Hashing> hashing_;
  std::optional<std::vector<std::string>> folders_;  // of objects and logs, to be listed yet
  std::string folder_;                               // whose files are looked at
  std::vector<std::string> names_;                   // those of it to be looked at yet
  std::uint64_t objects_ = 0;
  std::uint64_t object_bytes_ = 0;
};

}  // namespace mlp::fsck
