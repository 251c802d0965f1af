// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/object_records.h"

#include <limits>

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {
namespace {
constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kMostHours = std::numeric_limits<std::int64_t>::max() / kHourUs;
}  // namespace

void put_object_record(Batch& batch, const ObjectRecord& record) {
  thread_local records::Object message;
  message.Clear();
  message.set_size(record.size);
  message.set_is_manifest(record.is_manifest);
  message.set_places(record.places);
  message.set_first_attempt(record.first_attempt.value);
  message.set_last_used_hour(record.last_used.us / kHourUs);
  batch.put(Family::kRecords, object_key(record.digest), to_record(kRecordVersion, message));
}

void put_object(Batch& batch, const model::NewObject& object, model::AttemptId made_by,
                Instant now) {
  ObjectRecord record;
  record.digest = object.digest;
  record.size = object.size;
  record.is_manifest = object.is_manifest;
  record.places = object.is_file ? kInFile : kInStore;
  record.first_attempt = made_by;
  record.last_used = now;
  put_object_record(batch, record);
  if (!object.is_file) {
    batch.put(Family::kBytes, object_bytes_key(object.digest), object.bytes);
  }
}

void put_lost_object(Batch& batch, ObjectRecord record) {
  record.places = 0;
  put_object_record(batch, record);
  batch.remove(Family::kBytes, object_bytes_key(record.digest));
}

void remove_object(Batch& batch, const Digest& digest) {
  batch.remove(Family::kRecords, object_key(digest));
  batch.remove(Family::kBytes, object_bytes_key(digest));
}

Result<ObjectRecord> read_object(std::string_view key, std::string_view bytes) {
  ObjectRecord record;
  record.digest = KeyReader(key).digest();
  records::Object message;
  MLP_TRY(from_record("object " + record.digest.to_hex(), bytes, message));
  record.size = message.size();
  record.is_manifest = message.is_manifest();
  record.places = static_cast<std::uint8_t>(message.places());
  record.first_attempt = model::AttemptId(message.first_attempt());
  if (message.last_used_hour() < 0 || message.last_used_hour() > kMostHours) {
    return damaged_record("object " + record.digest.to_hex());
  }
  record.last_used = Instant{message.last_used_hour() * kHourUs};
  return record;
}

Result<std::optional<ObjectRecord>> find_object(const View& view, const Digest& digest) {
  const std::string key = object_key(digest);
  MLP_ASSIGN(const std::optional<std::string> bytes, view.get(Family::kRecords, key));
  if (!bytes) return std::optional<ObjectRecord>();
  MLP_ASSIGN(const ObjectRecord record, read_object(key, *bytes));
  return std::optional<ObjectRecord>(record);
}

Result<std::optional<std::string>> find_object_bytes(const View& view, const Digest& digest) {
  return view.get(Family::kBytes, object_bytes_key(digest));
}

void put_used_by(Batch& batch, const Digest& artifact, model::RunId run, model::TaskId task) {
  batch.put(Family::kRecords, used_by_key(artifact, run, task), {});
}

Result<std::vector<UsedBy>> list_used_by(const View& view, const Digest& artifact,
                                         std::size_t limit) {
  std::vector<UsedBy> all;
  MLP_TRY(view.scan(Family::kRecords, used_by_prefix(artifact), {},
                    [&](std::string_view key, std::string_view) {
                      if (all.size() == limit) return false;
                      KeyReader in(key);
                      in.digest();
                      const model::RunId run(in.u64());
                      all.push_back({run, model::TaskId(in.u32())});
                      return true;
                    }));
  return all;
}

}  // namespace mlp::store
