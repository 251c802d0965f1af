// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/submit_records.h"

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {
namespace {

Result<RequestRecord> read_request(std::string_view principal, std::string_view client_key,
                                   std::string_view bytes) {
  records::Request message;
  MLP_TRY(from_record("a request", bytes, message));
  RequestRecord record;
  record.principal = principal;
  record.client_key = client_key;
  record.run = model::RunId(message.run());
  record.request = to_digest(message.request());
  record.expires = Instant{message.expires()};
  return record;
}

}  // namespace

Result<RequestRecord> read_request(std::string_view key, std::string_view bytes) {
  const std::size_t zero = key.find('\0');
  if (zero == std::string_view::npos) return damaged_record("a request");
  return read_request(key.substr(1, zero - 1), key.substr(zero + 1), bytes);
}

void put_snapshot(Batch& batch, const SnapshotRecord& snapshot) {
  records::Snapshot message;
  message.set_project(snapshot.project);
  message.set_by(snapshot.by);
  message.set_at(snapshot.at.us);
  batch.put(Family::kRecords, snapshot_key(snapshot.digest), to_record(kRecordVersion, message));
}

Result<std::optional<SnapshotRecord>> find_snapshot(const View& view, const Digest& digest) {
  MLP_ASSIGN(const std::optional<std::string> bytes,
             view.get(Family::kRecords, snapshot_key(digest)));
  if (!bytes) return std::optional<SnapshotRecord>();
  records::Snapshot message;
  MLP_TRY(from_record("a snapshot", *bytes, message));
  return std::optional<SnapshotRecord>(
      SnapshotRecord{digest, message.project(), message.by(), Instant{message.at()}});
}

void put_request(Batch& batch, const RequestRecord& request) {
  records::Request message;
  message.set_run(request.run.value);
  message.set_request(to_bytes(request.request));
  message.set_expires(request.expires.us);
  batch.put(Family::kRecords, request_key(request.principal, request.client_key),
            to_record(kRecordVersion, message));
}

void remove_request(Batch& batch, const RequestRecord& request) {
  batch.remove(Family::kRecords, request_key(request.principal, request.client_key));
}

Result<std::optional<RequestRecord>> find_request(const View& view, std::string_view principal,
                                                  std::string_view client_key) {
  MLP_ASSIGN(const std::optional<std::string> bytes,
             view.get(Family::kRecords, request_key(principal, client_key)));
  if (!bytes) return std::optional<RequestRecord>();
  MLP_ASSIGN(RequestRecord record, read_request(principal, client_key, *bytes));
  return std::optional<RequestRecord>(std::move(record));
}

Result<ExpiredRequests> find_expired_requests(const View& view, Instant now, std::string_view from,
                                              std::size_t most) {
  ExpiredRequests page;
  std::size_t seen = 0;
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, bucket_prefix(Bucket::kRequest), from,
                    [&](std::string_view key, std::string_view bytes) {
                      if (seen == most) page.next = key;
                      if (seen++ == most) return false;
                      Result<RequestRecord> record = read_request(key, bytes);
                      if (!record) {
                        problem = record.error();
                      } else if (record->expires < now) {
                        page.expired.push_back(std::move(*record));
                      }
                      return problem.has_value();
                    }));
  MLP_TRY(problem);
  return page;
}

}  // namespace mlp::store
