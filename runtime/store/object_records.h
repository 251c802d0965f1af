// SPDX-License-Identifier: Apache-2.0
//
// Buckets o, O and u: which objects there are, the bytes of small ones, and which tasks read one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model/object.h"
#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

/// Where the bytes are; bits.
inline constexpr std::uint8_t kInStore = 1;  // bucket O
inline constexpr std::uint8_t kInFile = 2;   // objects/ab/cdef…
// None of both: its bytes are lost. Records that name it stay, and who needs it makes it anew.

struct ObjectRecord {
  Digest digest;
  std::uint64_t size = 0;
  bool is_manifest = false;
  std::uint8_t places = 0;
  model::AttemptId first_attempt;  // none for an upload
  Instant last_used;               // to the hour
};

void put_object_record(Batch& batch, const ObjectRecord& record);
/// The record of a new object and, for a small one, its bytes.
void put_object(Batch& batch, const model::NewObject& object, model::AttemptId made_by, Instant now);
/// Its bytes are lost: what names it misses it from now on. `record` as it was.
void put_lost_object(Batch& batch, ObjectRecord record);
/// Forgets the object and its small bytes.
void remove_object(Batch& batch, const Digest& digest);

Result<std::optional<ObjectRecord>> find_object(const View& view, const Digest& digest);
/// One that a scan came by.
Result<ObjectRecord> read_object(std::string_view key, std::string_view bytes);
/// The bytes of an object kept in the store; nullopt for one that is a file or unknown.
Result<std::optional<std::string>> find_object_bytes(const View& view, const Digest& digest);

struct UsedBy {
  model::RunId run;
  model::TaskId task;
};

/// Once an (artifact, run, task), however many items.
void put_used_by(Batch& batch, const Digest& artifact, model::RunId run, model::TaskId task);
Result<std::vector<UsedBy>> list_used_by(const View& view, const Digest& artifact,
                                         std::size_t limit);

}  // namespace mlp::store
