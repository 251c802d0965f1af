// SPDX-License-Identifier: Apache-2.0
//
// Whether a key stands for outputs that can be used: recorded, not expired, all bytes present.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "runtime/store/key_records.h"
#include "runtime/store/object_records.h"

namespace mlp::engine {

/// Objects looked at for one hit. Outputs that hold more artifacts are taken as missing: a turn
/// makes a bounded number of reads.
inline constexpr std::size_t kMaxHitObjects = 1'000;

struct Hit {
  store::KeyRecord key;
  std::vector<store::ObjectRecord> objects;  // of its outputs
};

Result<std::optional<Hit>> find_hit(const store::View& view, const Digest& key, Instant now);

/// Whether only a look at files can tell that its bytes are there: large objects, and folders.
bool has_files(const Hit& hit);

}  // namespace mlp::engine
