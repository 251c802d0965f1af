// SPDX-License-Identifier: Apache-2.0
//
// RocksDB's write-ahead logs, looked at from outside: why a store ends before what was acknowledged.
// RocksDB itself goes on with what stands before the first damage, and says nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace mlp::store {

/// The first place of a log that is not what was written.
struct LogDamage {
  std::uint64_t at = 0;     // byte
  bool is_at_end = false;   // nothing that makes sense follows
};

/// Of the bytes of a log (blocks of 32 KiB; records of checksum, length and type); nullopt when all
/// of it makes sense.
std::optional<LogDamage> find_log_damage(std::string_view bytes);

/// A sentence for people, without its full stop: the cause, as far as the files of the store in
/// `folder` tell, and what to do about it. Reads only.
std::string why_it_ends_early(Files& files, const std::string& folder);

}  // namespace mlp::store
