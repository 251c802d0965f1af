// SPDX-License-Identifier: Apache-2.0
//
// Bucket m: the few numbers the whole store has one of. Numbers are 8 bytes, big-endian.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "runtime/store/kv.h"

namespace mlp::store {

inline constexpr std::uint64_t kSchemaVersion = 1;

/// Zero, or empty, where the store is new.
struct Meta {
  std::uint64_t schema = 0;
  std::string folder_id;          // 32 hexadecimal digits, made with the folder
  std::uint64_t daemon_epoch = 0;
  std::uint64_t commit = 0;       // of the last batch
  std::uint64_t last_run = 0;     // the highest run number given
};

Result<Meta> get_meta(const View& view);

void put_schema(Batch& batch, std::uint64_t schema);
void put_folder_id(Batch& batch, const std::string& id);
void put_daemon_epoch(Batch& batch, std::uint64_t epoch);
/// In every batch of the engine.
void put_commit(Batch& batch, std::uint64_t commit);
void put_last_run(Batch& batch, std::uint64_t run);

}  // namespace mlp::store
