// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/object_store.h"

#include <atomic>

#include "base/crash_point.h"
#include "base/log.h"
#include "runtime/store/object_records.h"

namespace mlp::objects {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;  // bytes read at once
constexpr std::size_t kTrashNameBytes = 8;     // the same object may be damaged again
constexpr std::uint32_t kObjectMode = 0444;
constexpr std::uint32_t kExecutableMode = 0555;

Error missing(const Digest& digest) {
  return {ErrorCode::kNotFound, "object " + digest.to_hex() + " is missing from the store"};
}

Result<Digest> hash(const ObjectReader& reader) {
  Hasher hasher;
  for (std::uint64_t offset = 0; offset < reader.size(); offset += kPiece) {
    MLP_ASSIGN(const std::string piece, reader.read(offset, kPiece));
    hasher.update(piece);
  }
  return hasher.finish();
}

Error not_its_bytes(const Digest& digest) {
  return {ErrorCode::kCorrupt, "object " + digest.to_hex() + " is damaged: its bytes have another digest"};
}

}  // namespace

Result<std::string> ObjectReader::read(std::uint64_t offset, std::uint64_t count) const {
  if (!path_.empty()) return files_.read_range(path_, offset, count);
  return offset < bytes_.size() ? bytes_.substr(offset, count) : std::string();
}

ObjectStore::ObjectStore(Files& files, std::string folder, Verify verify)
    : files_(files), folder_(std::move(folder)), verify_(verify) {}

std::string ObjectStore::path_of(const Digest& digest) const {
  const std::string hex = digest.to_hex();
  return join_path(folder_, "objects/" + hex.substr(0, 2) + "/" + hex.substr(2));
}

std::string ObjectStore::temporary_path() {
  static std::atomic<std::uint64_t> counter{0};
  return join_path(folder_, "uploads/" + to_hex(random_bytes(8)) + "-" +
                                std::to_string(counter.fetch_add(1)));
}

// ---- in -----------------------------------------------------------------------------------------

Result<NewObject> ObjectStore::put(std::string_view bytes, bool is_manifest) {
  if (bytes.size() <= model::kSmallObject) {
    return NewObject{sha256(bytes), bytes.size(), is_manifest, std::string(bytes), false};
  }
  Upload upload = begin_upload();
  MLP_TRY(upload.append(bytes));
  return upload.finish(std::nullopt, is_manifest);
}

Upload ObjectStore::begin_upload() { return Upload(*this, temporary_path()); }

Result<NewObject> ObjectStore::collect_file(const std::string& path) {
  MLP_ASSIGN(const FileInfo info, files_.stat(path));
  if (info.kind != FileKind::kFile) return Error{ErrorCode::kInvalid, path + " is not a file"};
  NewObject object;
  object.size = info.size;
  object.is_file = info.size > model::kSmallObject;
  if (!object.is_file) {
    MLP_ASSIGN(object.bytes, files_.read(path, model::kSmallObject));
    object.size = object.bytes.size();
    object.digest = sha256(object.bytes);
    return object;
  }
  MLP_ASSIGN(object.digest, hash_file(files_, path));
  MLP_TRY(publish(path, object.digest, object.size));
  return object;
}

Result<CollectedFolder> ObjectStore::collect_folder(const std::string& path) {
  CollectedFolder folder;
  MLP_ASSIGN(Manifest manifest, make_manifest(files_, path, nullptr));
  folder.size = manifest.total_size();
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.kind != EntryKind::kFile) continue;
    const std::string file = join_path(path, entry.path);
    NewObject object{entry.digest, entry.size, false, {}, entry.size > model::kSmallObject};
    if (object.is_file) {
      MLP_TRY(publish(file, entry.digest, entry.size));
    } else {
      MLP_ASSIGN(object.bytes, files_.read(file, model::kSmallObject));
      if (sha256(object.bytes) != entry.digest) {
        return Error{ErrorCode::kConflict, file + " changed while it was read"};
      }
    }
    folder.objects.push_back(std::move(object));
  }
  MLP_ASSIGN(NewObject whole, put(encode(std::move(manifest)), true));
  folder.digest = whole.digest;
  folder.objects.push_back(std::move(whole));
  return folder;
}

Result<NewObject> ObjectStore::import_file(const std::string& path) {
  Upload upload = begin_upload();
  for (std::uint64_t offset = 0;; offset += kPiece) {
    MLP_ASSIGN(const std::string piece, files_.read_range(path, offset, kPiece));
    MLP_TRY(upload.append(piece));
    if (piece.size() < kPiece) return upload.finish(std::nullopt);
  }
}

/// One that is there may have been made by a process that died before it synced the name.
Status ObjectStore::ensure_folder(const Digest& digest) {
  std::atomic<bool>& is_durable = durable_[static_cast<unsigned char>(digest.view()[0])];
  const std::string folder = parent_path(path_of(digest));
  if (is_durable && files_.stat(folder)) return {};
  MLP_TRY(files_.make_folder(folder, 0700));
  CRASH_POINT("object.folder_made");
  MLP_TRY(files_.sync(parent_path(folder)));
  is_durable = true;
  return {};
}

Status ObjectStore::publish(const std::string& path, const Digest& digest, std::uint64_t size) {
  const std::string target = path_of(digest);
  MLP_ASSIGN(const FileInfo info, files_.stat(path));
  // The executable bit stays: collecting the same folder twice must see the same folder.
  MLP_TRY(files_.chmod(path, info.is_executable() ? kExecutableMode : kObjectMode));
  CRASH_POINT("object.mode_set");
  MLP_TRY(files_.sync(path));
  CRASH_POINT("object.synced");
  MLP_TRY(ensure_folder(digest));
  Status linked = files_.link(path, target);
  if (!linked && linked.error().code == ErrorCode::kConflict) {
    if (is_in_place(digest, size)) return files_.sync(parent_path(target));
    MLP_TRY(quarantine(digest));
    linked = files_.link(path, target);
  }
  MLP_TRY(linked);
  CRASH_POINT("object.linked");
  MLP_TRY(files_.sync(parent_path(target)));
  CRASH_POINT("object.folder_synced");
  return {};
}

// ---- out ----------------------------------------------------------------------------------------

Result<ObjectReader> ObjectStore::find(const store::View& view, const Digest& digest) const {
  MLP_ASSIGN(const std::optional<store::ObjectRecord> record, store::find_object(view, digest));
  if (record && (record->places & store::kInStore) != 0) {
    MLP_ASSIGN(std::optional<std::string> bytes, store::find_object_bytes(view, digest));
    if (!bytes) return missing(digest);
    return ObjectReader(files_, std::move(*bytes));
  }
  std::string path = path_of(digest);
  const Result<FileInfo> info = files_.stat(path);
  if (!info && info.error().code != ErrorCode::kNotFound) return info.error();
  if (!info) {
    if (record && record->places != 0) tell_lost(digest);
    return missing(digest);
  }
  if (info->kind != FileKind::kFile || (record && info->size != record->size)) {
    return damaged(digest);
  }
  return ObjectReader(files_, std::move(path), info->size);
}

Result<ObjectReader> ObjectStore::open(const store::View& view, const Digest& digest) const {
  MLP_TRY(check(view, digest));
  return find(view, digest);
}

Result<std::string> ObjectStore::read(const store::View& view, const Digest& digest,
                                      std::uint64_t limit) const {
  MLP_ASSIGN(const ObjectReader reader, find(view, digest));
  if (reader.size() > limit) {
    return Error{ErrorCode::kLimit, "object " + digest.to_hex() + " has " +
                                        std::to_string(reader.size()) + " bytes, more than " +
                                        std::to_string(limit)};
  }
  MLP_ASSIGN(std::string bytes, reader.read(0, reader.size()));
  if (sha256(bytes) != digest) return damaged(digest);
  return bytes;
}

Result<Manifest> ObjectStore::read_manifest(const store::View& view, const Digest& digest) const {
  MLP_ASSIGN(const std::string bytes, read(view, digest, kMaxManifestBytes));
  return decode_manifest(bytes);
}

std::optional<std::string> ObjectStore::path_if_file(const Digest& digest) const {
  std::string path = path_of(digest);
  const Result<FileInfo> info = files_.stat(path);
  if (!info || info->kind != FileKind::kFile) return std::nullopt;
  return path;
}

// ---- presence -----------------------------------------------------------------------------------

bool ObjectStore::is_present(const store::View& view, const Digest& digest) const {
  const Result<std::optional<store::ObjectRecord>> record = store::find_object(view, digest);
  if (!record || !record->has_value() || (*record)->places == 0) return false;
  if (((*record)->places & store::kInStore) != 0) return true;
  const Result<FileInfo> info = files_.stat(path_of(digest));
  return info && info->kind == FileKind::kFile && info->size == (*record)->size;
}

bool ObjectStore::is_present_whole(const store::View& view, const Digest& digest,
                                   bool is_folder) const {
  if (!is_present(view, digest)) return false;
  if (!is_folder) return true;
  const Result<Manifest> manifest = read_manifest(view, digest);
  if (!manifest) return false;
  for (const ManifestEntry& entry : manifest->entries) {
    if (entry.kind == EntryKind::kFile && !is_present(view, entry.digest)) return false;
  }
  return true;
}

Status ObjectStore::check(const store::View& view, const Digest& digest) const {
  MLP_ASSIGN(const ObjectReader reader, find(view, digest));
  if (verify_ == Verify::kPresence) return {};
  MLP_ASSIGN(const Digest found, hash(reader));
  return found == digest ? Status() : Status(damaged(digest));
}

Status ObjectStore::check_whole(const store::View& view, const Digest& digest,
                                bool is_folder) const {
  if (!is_folder) return check(view, digest);
  MLP_ASSIGN(const Manifest manifest, read_manifest(view, digest));
  Status first;
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.kind != EntryKind::kFile) continue;
    const Status found = check(view, entry.digest);
    if (first && !found) first = found;
  }
  return first;
}

Result<Condition> ObjectStore::verify(const store::View& view, const Digest& digest) const {
  MLP_ASSIGN(const std::optional<store::ObjectRecord> record, store::find_object(view, digest));
  if (record && (record->places & store::kInStore) != 0) {
    MLP_ASSIGN(const std::optional<std::string> bytes, store::find_object_bytes(view, digest));
    if (!bytes) return Condition::kMissing;
    return sha256(*bytes) == digest ? Condition::kWhole : Condition::kDamaged;
  }
  const std::string path = path_of(digest);
  const Result<FileInfo> info = files_.stat(path);
  if (!info && info.error().code == ErrorCode::kNotFound) return Condition::kMissing;
  if (!info) return info.error();
  if (info->kind != FileKind::kFile || (record && info->size != record->size)) {
    return Condition::kDamaged;
  }
  MLP_ASSIGN(const Digest found, hash_file(files_, path));
  return found == digest ? Condition::kWhole : Condition::kDamaged;
}

/// What is there under the digest's name is as good as the same bytes made anew.
bool ObjectStore::is_in_place(const Digest& digest, std::uint64_t size) const {
  const std::string path = path_of(digest);
  const Result<FileInfo> info = files_.stat(path);
  if (!info || info->kind != FileKind::kFile || info->size != size) return false;
  if (verify_ == Verify::kPresence) return true;
  const Result<Digest> found = hash_file(files_, path);
  return found && *found == digest;
}

Error ObjectStore::damaged(const Digest& digest) const {
  if (lost_) {
    log::error("a damaged object is moved to trash/", {{"object", digest.to_hex()}});
    if (const Status moved = quarantine(digest); !moved) {
      log::error("it cannot be moved", {{"why", moved.error().message}});
    }
  }
  return not_its_bytes(digest);
}

void ObjectStore::tell_lost(const Digest& digest) const {
  if (lost_) lost_(digest);
}

Status ObjectStore::quarantine(const Digest& digest) const {
  const std::string away = join_path(
      folder_, "trash/damaged-" + digest.to_hex() + "-" + to_hex(random_bytes(kTrashNameBytes)));
  const Status moved = files_.rename(path_of(digest), away);
  CRASH_POINT("object.quarantined");
  // What may be missing is trash/ as well.
  if (!moved && path_if_file(digest)) return moved;
  if (!moved && moved.error().code != ErrorCode::kNotFound) return moved;
  tell_lost(digest);
  // Else it could be back after a power cut, and be taken for what is made anew.
  return moved ? files_.sync(parent_path(path_of(digest))) : Status();
}

}  // namespace mlp::objects
