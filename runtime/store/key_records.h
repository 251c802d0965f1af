// SPDX-License-Identifier: Apache-2.0
//
// Bucket k: which outputs a key stands for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

struct KeyRecord {
  Digest key;
  model::AttemptId attempt;            // that made the outputs
  std::vector<model::Output> outputs;
  Instant expires;                     // zero: never
};

void put_key(Batch& batch, const KeyRecord& record);
void remove_key(Batch& batch, const Digest& key);
Result<std::optional<KeyRecord>> find_key(const View& view, const Digest& key);
/// One that a scan came by.
Result<KeyRecord> read_key(std::string_view key, std::string_view bytes);

}  // namespace mlp::store
