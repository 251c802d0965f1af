// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/meta_records.h"

#include "base/bytes.h"
#include "runtime/store/buckets.h"

namespace mlp::store {
namespace {

constexpr std::string_view kSchema = "schema";
constexpr std::string_view kFolder = "folder";
constexpr std::string_view kEpoch = "epoch";
constexpr std::string_view kCommit = "commit";
constexpr std::string_view kLastRun = "last run";

void put_number(Batch& batch, std::string_view name, std::uint64_t number) {
  ByteWriter value;
  value.u64(number);
  batch.put(Family::kRecords, meta_key(name), value.take());
}

Status get_number(const View& view, std::string_view name, std::uint64_t& number) {
  MLP_ASSIGN(const std::optional<std::string> value, view.get(Family::kRecords, meta_key(name)));
  if (!value) return {};
  ByteReader in(*value);
  number = in.u64();
  if (!in.ok()) return Error{ErrorCode::kCorrupt, "the store's '" + std::string(name) + "' is damaged"};
  return {};
}

}  // namespace

Result<Meta> get_meta(const View& view) {
  Meta meta;
  MLP_TRY(get_number(view, kSchema, meta.schema));
  MLP_TRY(get_number(view, kEpoch, meta.daemon_epoch));
  MLP_TRY(get_number(view, kCommit, meta.commit));
  MLP_TRY(get_number(view, kLastRun, meta.last_run));
  MLP_ASSIGN(const std::optional<std::string> folder,
             view.get(Family::kRecords, meta_key(kFolder)));
  meta.folder_id = folder.value_or("");
  return meta;
}

void put_schema(Batch& batch, std::uint64_t schema) { put_number(batch, kSchema, schema); }
void put_folder_id(Batch& batch, const std::string& id) {
  batch.put(Family::kRecords, meta_key(kFolder), id);
}
void put_daemon_epoch(Batch& batch, std::uint64_t epoch) { put_number(batch, kEpoch, epoch); }
void put_commit(Batch& batch, std::uint64_t commit) { put_number(batch, kCommit, commit); }
void put_last_run(Batch& batch, std::uint64_t run) { put_number(batch, kLastRun, run); }

}  // namespace mlp::store
