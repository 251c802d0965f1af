// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/rocks_kv.h"

#include <malloc.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/file.h"
#include "base/log.h"
#include "runtime/store/rocks_files.h"
#include "runtime/store/rocks_list_mark.h"
#include "runtime/store/way_out.h"

namespace mlp::store {
namespace {

constexpr std::uint64_t kMaxLogBytes = 64ull << 20;       // of all write-ahead logs
constexpr std::uint64_t kMaxManifestBytes = 16ull << 20;  // of RocksDB's own list of files
constexpr std::uint64_t kBlobFileBytes = 64ull << 20;
constexpr std::uint64_t kLeastBlob = 256;  // bytes; smaller values stand with their keys
constexpr int kOpenFiles = 256;
constexpr int kBloomBits = 10;

/// RocksDB's own log, which must never write a file: it would abort on a full disk.
class QuietLogger final : public rocksdb::Logger {
 public:
  QuietLogger() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 512> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    log::debug("rocksdb", {{"message", line.data()}});
  }
};

Error to_error(const rocksdb::Status& status) {
  if (status.IsCorruption() || status.IsPathNotFound()) {
    return with_way_out({ErrorCode::kCorrupt, "the store is damaged: " + status.ToString()});
  }
  return {ErrorCode::kIo, "the store cannot be read: " + status.ToString()};
}

[[noreturn]] void end_process(const char* what, const rocksdb::Status& status) {
  log::error("the store's log failed; ending to recover at the next start",
             {{"what", what}, {"error", status.ToString()}});
  ::_exit(kLogFailedExit);
}

rocksdb::Slice to_slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view to_view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

/// The first key after all that begin with `prefix`; empty when there is none.
std::string end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

/// The open database; views keep it alive until they are gone.
struct Database {
  std::unique_ptr<rocksdb::Env> env;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, 2> families{};

  ~Database() {
    for (rocksdb::ColumnFamilyHandle* family : families) {
      if (family != nullptr) db->DestroyColumnFamilyHandle(family);
    }
  }
  rocksdb::ColumnFamilyHandle* family(Family which) const {
    return families[static_cast<std::size_t>(which)];
  }
  Result<std::optional<std::string>> get(const rocksdb::ReadOptions& options, Family which,
                                         std::string_view key) const {
    std::string value;
    const rocksdb::Status status = db->Get(options, family(which), to_slice(key), &value);
    if (status.ok()) return std::optional<std::string>(std::move(value));
    if (status.IsNotFound()) return std::optional<std::string>();
    return to_error(status);
  }
};

class RocksView final : public View {
 public:
  explicit RocksView(std::shared_ptr<Database> database)
      : database_(std::move(database)), snapshot_(database_->db->GetSnapshot()) {
    options_.snapshot = snapshot_;
  }
  ~RocksView() override { database_->db->ReleaseSnapshot(snapshot_); }
  RocksView(const RocksView&) = delete;
  RocksView& operator=(const RocksView&) = delete;

  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return database_->get(options_, family, key);
  }

  Status scan(Family family, std::string_view prefix, std::string_view from,
              const std::function<bool(std::string_view, std::string_view)>& visit,
              bool is_reverse) const override {
    const std::string end = end_of_prefix(prefix);
    const rocksdb::Slice bound = to_slice(end);
    rocksdb::ReadOptions options = options_;
    if (!end.empty()) options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> at(
        database_->db->NewIterator(options, database_->family(family)));
    if (!is_reverse) {
      at->Seek(to_slice(from.empty() ? prefix : from));
    } else if (from.empty()) {
      at->SeekToLast();
    } else {
      at->SeekForPrev(to_slice(from));
    }
    while (at->Valid() && to_view(at->key()).starts_with(prefix)) {
      if (!visit(to_view(at->key()), to_view(at->value()))) break;
      if (is_reverse) {
        at->Prev();
      } else {
        at->Next();
      }
    }
    return at->status().ok() ? Status() : Status(to_error(at->status()));
  }

 private:
  std::shared_ptr<Database> database_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

class RocksKv final : public Kv {
 public:
  explicit RocksKv(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Status write(const Batch& batch) override {
    rocksdb::WriteBatch changes;
    for (const Batch::Change& change : batch.changes()) {
      rocksdb::ColumnFamilyHandle* family = database_->family(change.family);
      const rocksdb::Status added =
          change.is_delete ? changes.Delete(family, change.key)
                           : changes.Put(family, change.key, change.value);
      if (!added.ok()) end_process("batch", added);
    }
    const rocksdb::Status status = database_->db->Write(rocksdb::WriteOptions(), &changes);
    if (!status.ok()) end_process("write", status);
    return {};
  }
  Status sync() override {
    const rocksdb::Status status = database_->db->SyncWAL();
    if (!status.ok()) end_process("sync", status);
    return {};
  }
  std::shared_ptr<const View> view() override { return std::make_shared<RocksView>(database_); }
  Result<std::optional<std::string>> get(Family family, std::string_view key) override {
    return database_->get(rocksdb::ReadOptions(), family, key);
  }

 private:
  std::shared_ptr<Database> database_;
};

rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<QuietLogger>();
  options.max_open_files = kOpenFiles;
  options.max_total_wal_size = kMaxLogBytes;
  options.max_manifest_file_size = kMaxManifestBytes;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  options.track_and_verify_wals_in_manifest = true;  // one of several logs that is gone is noticed
  options.allow_fallocate = false;
  options.avoid_flush_during_shutdown = true;
  options.allow_concurrent_memtable_write = false;  // one writer: plain inserts are cheaper
  options.enable_write_thread_adaptive_yield = false;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const RocksOptions& asked,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = rocksdb::kNoCompression;
  options.write_buffer_size = asked.write_buffer_bytes;
  options.max_write_buffer_number = 3;
  // Within a bucket (the first byte) most keys ascend, so the place of the last one is near.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (family == Family::kBytes) {
    options.enable_blob_files = true;
    options.min_blob_size = kLeastBlob;
    options.blob_file_size = kBlobFileBytes;
    options.enable_blob_garbage_collection = true;
  }
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> all_families(const RocksOptions& asked) {
  const auto cache = rocksdb::NewLRUCache(asked.block_cache_bytes, 0);
  return {{rocksdb::kDefaultColumnFamilyName, family_options(Family::kRecords, asked, cache)},
          {"bytes", family_options(Family::kBytes, asked, cache)}};
}

bool is_rocks_there(const std::string& folder) {
  return real_files().stat(join_path(folder, "CURRENT")).has_value();
}

// RocksDB would make a new store of it, and delete the tables of the old one.
Status refuse_headless(const std::string& folder, bool may_be_new) {
  if (is_rocks_there(folder)) return {};
  const Result<std::vector<std::string>> names = real_files().list(folder);
  if (!names && names.error().code != ErrorCode::kNotFound) return names.error();
  const std::string damaged = "the store in " + folder + " is damaged: ";
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (!name.ends_with(".sst") && !name.ends_with(".log") && !name.ends_with(".blob")) continue;
    return with_way_out({ErrorCode::kCorrupt, damaged + "its file CURRENT is missing"});
  }
  if (may_be_new) return {};
  return with_way_out({ErrorCode::kCorrupt, damaged + "all of it is gone"});
}

// RocksDB looks for its tables when it opens a store, and for its files of values with the first read.
Status find_blob_files(const Database& database, const std::string& folder) {
  for (rocksdb::ColumnFamilyHandle* family : database.families) {
    rocksdb::ColumnFamilyMetaData known;
    database.db->GetColumnFamilyMetaData(family, &known);
    for (const rocksdb::BlobMetaData& blob : known.blob_files) {
      const std::string path = folder + blob.blob_file_name;  // which begins with a slash
      std::uint64_t size = 0;
      const rocksdb::Status found = database.env->GetFileSize(path, &size);
      if (!found.ok()) return to_error(found);
      if (size >= blob.blob_file_size) continue;
      return with_way_out({ErrorCode::kCorrupt, "the store is damaged: " + path + " is cut short"});
    }
  }
  return {};
}

/// An end of the process while it was made leaves one in which nothing was ever written.
bool is_half_made(const rocksdb::DBOptions& options, const std::string& folder) {
  std::vector<std::string> families;
  return rocksdb::DB::ListColumnFamilies(options, folder, &families).ok() && families.size() < 2;
}

enum class Access { kRead, kWrite };

Result<std::shared_ptr<Database>> open_database(const std::string& folder,
                                                const RocksOptions& asked, Access access) {
  const bool is_read_only = access == Access::kRead;
  MLP_TRY(refuse_headless(folder, asked.may_be_new));
  if (is_read_only && !is_rocks_there(folder)) {
    return Error{ErrorCode::kNotFound, "there is no store in " + folder};
  }
  auto database = std::make_shared<Database>();
  database->env = rocksdb::NewCompositeEnv(make_patient_files(asked.space, asked.files));
  if (const Status whole = check_list_of_files(*database->env->GetFileSystem(), folder); !whole) {
    return with_way_out(whole.error());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::DBOptions options = database_options(database->env.get());
  if (is_read_only && asked.may_be_new && is_half_made(options, folder)) {
    return Error{ErrorCode::kNotFound, "the store in " + folder + " was never made whole"};
  }
  const auto families = all_families(asked);
  const rocksdb::Status status =
      is_read_only ? rocksdb::DB::OpenForReadOnly(options, folder, families, &handles, &db)
                   : rocksdb::DB::Open(options, folder, families, &handles, &db);
  if (!status.ok()) return to_error(status).with_context("cannot open " + folder);
  database->db.reset(db);
  database->families = {handles[0], handles[1]};
  if (const Status there = find_blob_files(*database, folder); !there) {
    return there.error().with_context("cannot open " + folder);
  }
  return database;
}

}  // namespace

Result<std::unique_ptr<Kv>> open_rocks_kv(const std::string& folder, const RocksOptions& asked) {
  MLP_ASSIGN(auto database, open_database(folder, asked, Access::kWrite));
  ::malloc_trim(0);  // reading a long log back takes memory that an idle daemon must not keep
  return std::unique_ptr<Kv>(std::make_unique<RocksKv>(std::move(database)));
}

Result<std::shared_ptr<const View>> read_rocks(const std::string& folder,
                                               const RocksOptions& asked) {
  MLP_ASSIGN(auto database, open_database(folder, asked, Access::kRead));
  return std::shared_ptr<const View>(std::make_shared<RocksView>(std::move(database)));
}

Status rebuild_rocks_manifest(const std::string& folder, SpaceWatch* space) {
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(make_patient_files(space, {}));
  const rocksdb::Status status =
      rocksdb::RepairDB(folder, database_options(env.get()), all_families({}));
  return status.ok() ? Status() : Status(to_error(status));
}

// A header of 30 bytes, then for each record u64 length of the key, u64 of the value, u64 expiry,
// two u32 checksums, all little-endian, and key and value.
void visit_rocks_blobs(std::string_view bytes,
                       const std::function<void(std::string_view, std::string_view)>& visit) {
  constexpr std::size_t kFileHeader = 30;
  constexpr std::size_t kRecordHeader = 32;
  const auto number_at = [&](std::size_t at) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
  };
  std::size_t at = kFileHeader;
  while (at < bytes.size() && bytes.size() - at > kRecordHeader) {
    const std::uint64_t key = number_at(at);
    const std::uint64_t value = number_at(at + sizeof key);
    at += kRecordHeader;
    const std::uint64_t left = bytes.size() - at;
    if (key > left || value > left - key) return;
    visit(bytes.substr(at, key), bytes.substr(at + key, value));
    at += key + value;
  }
}

}  // namespace mlp::store
