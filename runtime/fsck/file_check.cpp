// SPDX-License-Identifier: Apache-2.0
//
// First what records name, then what no record names.
#include "runtime/fsck/file_check.h"

#include <charconv>

#include "runtime/fsck/store_check.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/buckets.h"

namespace mlp::fsck {
namespace {

using store::Bucket;
using store::Family;

constexpr std::uint64_t kPiece = 1 << 20;
constexpr std::uint64_t kHashedAtOnce = 16 << 20;
constexpr std::size_t kRecordsAtOnce = 512;

std::optional<model::AttemptId> attempt_named(const std::string& name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return model::AttemptId(number);
}

}  // namespace

FileCheck::FileCheck(const store::View& view, Findings& findings, FilePlace place, Unread* unread)
    : view_(view), findings_(findings), place_(std::move(place)), unread_(unread) {}

Result<bool> FileCheck::advance() {
  switch (stage_) {
    case Stage::kObjects:
      MLP_TRY(hashing_ ? hash_on() : look_at_objects());
      return true;
    case Stage::kLogs:
      MLP_TRY(look_at_logs());
      return true;
    case Stage::kStrays:
      MLP_TRY(look_for_strays());
      return true;
    case Stage::kDone:
      break;
  }
  return false;
}

// ---- objects ------------------------------------------------------------------------------------

// Stops at the first that is a file: it is hashed before the next one is looked for.
Status FileCheck::look_at_objects() {
  std::optional<store::ObjectRecord> next;
  std::size_t seen = 0;
  const std::string from = std::exchange(from_, {});
  MLP_TRY(view_.scan(Family::kRecords, store::bucket_prefix(Bucket::kObject), from,
                     [&](std::string_view key, std::string_view value) {
                       if (next || seen++ == kRecordsAtOnce) {
                         from_ = key;
                         return false;
                       }
                       const Result<store::ObjectRecord> record = store::read_object(key, value);
                       const bool is_file = record && (record->places & store::kInFile) != 0;
                       if (is_file) next = *record;
                       return true;
                     }));
  const bool was_last = from_.empty();
  if (was_last && !next) stage_ = Stage::kLogs;
  if (!next) return {};
  if (was_last) from_ = store::object_key(next->digest) + '\0';
  return begin(*next);
}

Status FileCheck::begin(const store::ObjectRecord& record) {
  const Result<FileInfo> info = place_.files.stat(place_.objects.path_of(record.digest));
  ++objects_;
  if (!info) return tell_unreadable(record.digest, info.error());
  if (info->kind != FileKind::kFile || info->size != record.size) {
    tell_lost(Kind::kDamagedObject, record.digest,
              "its file has " + std::to_string(info->size) + " bytes instead of " +
                  std::to_string(record.size));
    return {};
  }
  const std::string key = store::object_key(record.digest);
  if (unread_ && !unread_->is_next(key, findings_)) return {};
  objects::ObjectReader reader(place_.files, place_.objects.path_of(record.digest), info->size);
  hashing_.emplace(Hashing{record, std::move(reader), Hasher(), 0});
  return {};
}

Status FileCheck::hash_on() {
  Hashing& at = *hashing_;
  const std::uint64_t until = std::min(at.offset + kHashedAtOnce, at.record.size);
  while (at.offset < until) {
    const Result<std::string> piece = at.reader.read(at.offset, kPiece);
    if (!piece || piece->empty()) {
      const Digest digest = at.record.digest;
      hashing_.reset();
      if (!piece) return tell_unreadable(digest, piece.error());
      tell_lost(Kind::kDamagedObject, digest, "its file became shorter");
      return {};
    }
    at.hasher.update(*piece);
    at.offset += piece->size();
    object_bytes_ += piece->size();
  }
  if (at.offset < at.record.size) return {};
  const store::ObjectRecord record = at.record;
  const Digest found = at.hasher.finish();
  hashing_.reset();
  MLP_TRY(end(record, found));
  if (unread_) unread_->read(store::object_key(record.digest), findings_);
  return {};
}

Status FileCheck::end(const store::ObjectRecord& record, const Digest& found) {
  if (found != record.digest) {
    tell_lost(Kind::kDamagedObject, record.digest, "its bytes are damaged: they have another digest");
    return {};
  }
  if (!record.is_manifest) return {};
  const auto bytes = place_.objects.read(view_, record.digest, objects::kMaxManifestBytes);
  if (!bytes) return tell_unreadable(record.digest, bytes.error());
  return check_manifest(Scope{view_, findings_}, record.digest, *bytes);
}

// A daemon may move it away meanwhile, and a disk may have lost the place where it stands. What the
// system refuses for want of something of its own says nothing of the object.
Status FileCheck::tell_unreadable(const Digest& digest, const Error& why) {
  if (why.code == ErrorCode::kNotFound) {
    tell_lost(Kind::kMissingObject, digest, "its file is gone");
    return {};
  }
  if (why.code != ErrorCode::kIo && why.code != ErrorCode::kCorrupt) return why;
  tell_lost(Kind::kDamagedObject, digest, "its file cannot be read (" + why.message + ")");
  return {};
}

void FileCheck::tell_lost(Kind kind, const Digest& digest, std::string_view what) {
  Finding& finding = findings_.add(
      kind, name_of_object(digest),
      std::string(what) + "; who needs it fails by its name, and the next run makes it anew");
  finding.repair.what = kind == Kind::kMissingObject
                            ? "it is recorded as lost"
                            : "the file is moved to trash/ and the object recorded as lost";
  finding.repair.lost.push_back(digest);
}

// ---- logs ---------------------------------------------------------------------------------------

Status FileCheck::look_at_logs() {
  std::size_t seen = 0;
  Status failed;
  const std::string from = std::exchange(from_, {});
  MLP_TRY(view_.scan(Family::kRecords, store::bucket_prefix(Bucket::kAttempt), from,
                     [&](std::string_view key, std::string_view value) {
                       if (seen++ == kRecordsAtOnce) {
                         from_ = key;
                         return false;
                       }
                       const Result<model::Attempt> attempt = store::read_attempt(key, value);
                       if (attempt && attempt->log.is_file) failed = look_at_log(*attempt);
                       return failed.has_value();
                     }));
  MLP_TRY(failed);
  if (from_.empty()) stage_ = Stage::kStrays;
  return {};
}

Status FileCheck::look_at_log(const model::Attempt& attempt) {
  const std::string path = place_.data_folder + "/logs/" + attempt.id.to_string();
  const Result<FileInfo> info = place_.files.stat(path);
  if (info && info->size >= attempt.log.size) return {};
  if (!info && info.error().code != ErrorCode::kNotFound) return info.error();
  Finding& finding = findings_.add(
      Kind::kMissingLog, name_of(attempt.id),
      info ? "the end of what it printed is gone: its log has " + std::to_string(info->size) +
                 " bytes instead of " + std::to_string(attempt.log.size)
           : std::string("what it printed is gone: its log file is missing"));
  model::Attempt mended = attempt;
  mended.log = info ? model::LogReference{info->size, true} : model::LogReference{};
  finding.repair.what = info ? "its log is recorded as short" : "its log is recorded as empty";
  store::put_attempt(finding.repair.batch, mended);
  return {};
}

// ---- what no record names -----------------------------------------------------------------------

bool FileCheck::is_old(const std::string& path) const {
  const Result<FileInfo> info = place_.files.stat(path);
  return info && place_.now.us - info->ctime_ns / 1000 > kStrayKept.count();
}

void FileCheck::tell_stray(const std::string& name, std::string_view why) {
  if (!is_old(place_.data_folder + "/" + name)) return;
  Finding& finding = findings_.add(Kind::kStrayFile, name,
                                   std::string(why) + "; it only takes up space");
  finding.repair.what = "the file is removed";
  finding.repair.strays.push_back(name);
}

// Some hundred files at a time.
Status FileCheck::look_for_strays() {
  if (!folders_) {
    Result<std::vector<std::string>> listed =
        place_.files.list(place_.data_folder + "/objects");
    if (!listed && listed.error().code != ErrorCode::kNotFound) return listed.error();
    folders_ = listed ? std::move(*listed) : std::vector<std::string>();
    for (std::string& folder : *folders_) folder = "objects/" + folder;
    folders_->push_back("logs");
  }
  if (names_.empty()) return next_folder();
  const auto look =
      folder_ == "logs" ? &FileCheck::look_at_log_file : &FileCheck::look_at_object_file;
  for (std::size_t seen = 0; seen < kRecordsAtOnce && !names_.empty(); ++seen) {
    const std::string name = std::move(names_.back());
    names_.pop_back();
    MLP_TRY((this->*look)(folder_ + "/" + name, name));
  }
  return {};
}

Status FileCheck::next_folder() {
  if (folders_->empty()) {
    stage_ = Stage::kDone;
    return {};
  }
  folder_ = std::move(folders_->back());
  folders_->pop_back();
  Result<std::vector<std::string>> names = place_.files.list(place_.data_folder + "/" + folder_);
  if (!names && !is_damage(names.error())) return names.error();
  if (names) names_ = std::move(*names);  // else no folder of ours, and not in anybody's way
  return {};
}

Status FileCheck::look_at_object_file(const std::string& path, const std::string& name) {
  const Result<Digest> digest = Digest::from_hex(base_name(folder_) + name);
  if (!digest) {
    tell_stray(path, "it is no object");
    return {};
  }
  const auto record = store::find_object(view_, *digest);
  if (!record && record.error().code != ErrorCode::kCorrupt) return record.error();
  const bool is_named = record && *record && ((*record)->places & store::kInFile) != 0;
  if (!is_named) tell_stray(path, "no record names this object's file");
  return {};
}

Status FileCheck::look_at_log_file(const std::string& path, const std::string& name) {
  const std::optional<model::AttemptId> id = attempt_named(name);
  if (!id) {
    tell_stray(path, "it is no log");
    return {};
  }
  const auto attempt = store::find_attempt(view_, *id);
  if (!attempt && attempt.error().code != ErrorCode::kCorrupt) return attempt.error();
  const bool is_named = attempt && *attempt && ((*attempt)->log.is_file || !(*attempt)->ended);
  if (!is_named) tell_stray(path, "no attempt has this log");
  return {};
}

}  // namespace mlp::fsck
