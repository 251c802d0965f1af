// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/key_records.h"

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {

void put_key(Batch& batch, const KeyRecord& record) {
  thread_local records::Key message;
  message.Clear();
  message.set_attempt(record.attempt.value);
  for (const model::Output& output : record.outputs) fill_output(*message.add_outputs(), output);
  message.set_expires(record.expires.us);
  batch.put(Family::kRecords, key_key(record.key), to_record(kRecordVersion, message));
}

void remove_key(Batch& batch, const Digest& key) { batch.remove(Family::kRecords, key_key(key)); }

Result<KeyRecord> read_key(std::string_view key, std::string_view bytes) {
  KeyRecord record;
  record.key = KeyReader(key).digest();
  records::Key message;
  MLP_TRY(from_record("key " + record.key.to_hex(), bytes, message));
  record.attempt = model::AttemptId(message.attempt());
  for (const records::Output& each : message.outputs()) {
    MLP_ASSIGN(model::Output output, read_output(each));
    record.outputs.push_back(std::move(output));
  }
  record.expires = Instant{message.expires()};
  return record;
}

Result<std::optional<KeyRecord>> find_key(const View& view, const Digest& key) {
  const std::string name = key_key(key);
  MLP_ASSIGN(const std::optional<std::string> bytes, view.get(Family::kRecords, name));
  if (!bytes) return std::optional<KeyRecord>();
  MLP_ASSIGN(KeyRecord record, read_key(name, *bytes));
  return std::optional<KeyRecord>(std::move(record));
}

}  // namespace mlp::store
