// SPDX-License-Identifier: Apache-2.0
//
// Buckets s and q: snapshots of projects, and the requests that made runs, so that a request that
// is repeated gets the same run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

/// How long a client may repeat a request.
inline constexpr Duration kRequestKept = std::chrono::hours(24 * 7);

struct SnapshotRecord {
  Digest digest;                  // of the manifest of the project's files
  std::string project = "default";
  std::string by = "local";
  Instant at;
};

void put_snapshot(Batch& batch, const SnapshotRecord& snapshot);
Result<std::optional<SnapshotRecord>> find_snapshot(const View& view, const Digest& digest);

struct RequestRecord {
  std::string principal = "local";
  std::string client_key;         // made by the client; no zero byte, at most 200 bytes
  model::RunId run;
  Digest request;                 // of what was asked: the same key with another request is refused
  Instant expires;
};

void put_request(Batch& batch, const RequestRecord& request);
void remove_request(Batch& batch, const RequestRecord& request);
Result<std::optional<RequestRecord>> find_request(const View& view, std::string_view principal,
                                                  std::string_view client_key);
/// One that a scan came by.
Result<RequestRecord> read_request(std::string_view key, std::string_view bytes);
/// Those among the next records that may be forgotten.
struct ExpiredRequests {
  std::vector<RequestRecord> expired;
  std::string next;  // key to go on from; empty after the last
};
/// Looks at `most` records from the key `from` on (empty: the first).
Result<ExpiredRequests> find_expired_requests(const View& view, Instant now, std::string_view from,
                                              std::size_t most);

}  // namespace mlp::store
