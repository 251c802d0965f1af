// SPDX-License-Identifier: Apache-2.0
//
// The bytes of objects: small ones are values in the store, larger ones files objects/ab/cdef….
// A name in objects/ is a complete, durable, read-only file; its executable bit says nothing (the
// manifest's counts). Writes no records: who makes an object hands its NewObject to the engine.
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "runtime/model/object.h"
#include "runtime/objects/manifest.h"
#include "runtime/store/kv.h"

namespace mlp::objects {

using model::NewObject;

/// The bytes of one object in pieces. Not thread-safe.
class ObjectReader {
 public:
  ObjectReader(Files& files, std::string path, std::uint64_t size)
      : files_(files), path_(std::move(path)), size_(size) {}
  ObjectReader(Files& files, std::string bytes)
      : files_(files), bytes_(std::move(bytes)), size_(bytes_.size()) {}

  std::uint64_t size() const { return size_; }
  /// Up to `count` bytes from `offset`; empty at the end.
  Result<std::string> read(std::uint64_t offset, std::uint64_t count) const;

 private:
  Files& files_;
  std::string path_;   // empty: bytes_
  std::string bytes_;
  std::uint64_t size_;
};

class ObjectStore;

/// An object that arrives in pieces: in memory up to kSmallObject, then in a file under uploads/.
/// Dropped without finish() it leaves nothing. Not thread-safe; must not outlive its store.
class Upload {
 public:
  ~Upload();
  Upload(Upload&&) noexcept;
  Status append(std::string_view data);
  std::uint64_t size() const { return size_; }
  /// Durable when it returns; kInvalid when `expected` is given and is not its digest.
  Result<NewObject> finish(const std::optional<Digest>& expected, bool is_manifest = false);

 private:
  friend class ObjectStore;
  Upload(ObjectStore& store, std::string path) : store_(store), path_(std::move(path)) {}
  Status flush();

  ObjectStore& store_;
  std::string path_;       // of the temporary file
  std::string pending_;    // not yet in the file
  bool has_file_ = false;
  std::uint64_t size_ = 0;
  Hasher hasher_;
};

/// A folder that was taken into the store.
struct CollectedFolder {
  Digest digest;                   // of its manifest
  std::uint64_t size = 0;          // bytes of all its files
  std::vector<NewObject> objects;  // the manifest last
};

/// How far a file of the store is believed before it is used.
enum class Verify {
  kPresence,  // there, a file, with its size
  kContent,   // read and hashed as well
};

/// What a look at all bytes of an object came to.
enum class Condition { kWhole, kDamaged, kMissing };

class ObjectStore {
 public:
  /// `folder` is the data folder; objects/ and uploads/ must exist in it.
  ObjectStore(Files& files, std::string folder, Verify verify = Verify::kPresence);

  /// From now on a file found damaged is moved away to trash/, and `lost` is called with each
  /// recorded object whose file was moved or is missing: on the thread that found it, so it must
  /// not block. To be set before the store is shared.
  void on_lost(std::function<void(const Digest&)> lost) { lost_ = std::move(lost); }

  /// check() reads whole files, so it may take long.
  bool is_content_checked() const { return verify_ == Verify::kContent; }

  /// Where an object's file is, if it is a file.
  std::string path_of(const Digest& digest) const;

  // ---- in ----
  /// Bytes from memory.
  Result<NewObject> put(std::string_view bytes, bool is_manifest = false);
  Upload begin_upload();
  /// A file on the data folder's file system that nobody writes any more: hashed, and when large
  /// synced and linked, so `path` and the object are one read-only file afterwards.
  Result<NewObject> collect_file(const std::string& path);
  /// The same for each file of a folder. kInvalid for a link that leaves it.
  Result<CollectedFolder> collect_folder(const std::string& path);
  /// A file anywhere, copied.
  Result<NewObject> import_file(const std::string& path);
  /// fsync, mode, link into objects/, fsync of the folder. `digest` must be that of the file. A
  /// file that is there already is fine, as far as Verify says.
  Status publish(const std::string& path, const Digest& digest, std::uint64_t size);

  // ---- out ----
  /// kNotFound when the object is missing, kLimit above `limit` bytes, kCorrupt when the bytes are
  /// not those of the digest: they are hashed, whatever Verify says.
  Result<std::string> read(const store::View& view, const Digest& digest,
                           std::uint64_t limit) const;
  /// To be read in pieces, after check().
  Result<ObjectReader> open(const store::View& view, const Digest& digest) const;
  Result<Manifest> read_manifest(const store::View& view, const Digest& digest) const;
  /// The file of a large object; nullopt when there is none.
  std::optional<std::string> path_if_file(const Digest& digest) const;

  // ---- presence ----
  /// True when its record is there and, for a file, the file with its size. Does not read bytes.
  bool is_present(const store::View& view, const Digest& digest) const;
  /// The same, and for a folder every file of it.
  bool is_present_whole(const store::View& view, const Digest& digest, bool is_folder) const;
  /// Whether it may be used, as far as Verify says. kNotFound, or kCorrupt when what is there is
  /// not its bytes.
  Status check(const store::View& view, const Digest& digest) const;
  /// The same, and for a folder every file of it; the first thing found, after all were looked at.
  Status check_whole(const store::View& view, const Digest& digest, bool is_folder) const;
  /// Reads and hashes it, which may take minutes. Moves nothing. An error is one of the disk or the
  /// store and says nothing of the object.
  Result<Condition> verify(const store::View& view, const Digest& digest) const;
  /// Moves the file of a damaged object away to trash/, so that it counts as missing.
  Status quarantine(const Digest& digest) const;

 private:
  friend class Upload;
  std::string temporary_path();
  Status ensure_folder(const Digest& digest);
  Result<ObjectReader> find(const store::View& view, const Digest& digest) const;
  bool is_in_place(const Digest& digest, std::uint64_t size) const;
  Error damaged(const Digest& digest) const;
  void tell_lost(const Digest& digest) const;

  Files& files_;
  std::string folder_;
  Verify verify_;
  std::function<void(const Digest&)> lost_;
  /// Folders whose names are known to be durable, by the first byte of their objects.
  std::array<std::atomic<bool>, 256> durable_{};
};

}  // namespace mlp::objects
