// SPDX-License-Identifier: Apache-2.0
//
// What a user can do about a damaged store: one sentence, wherever it is told.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp::store {

inline constexpr std::string_view kWayOut =
    ". Put the whole data folder back from a backup; or, to go on with what is there, run "
    "`mlpctl fsck --repair`, which says what is lost";

/// The error with instructions where it tells of damage and has none yet.
inline Error with_way_out(Error error) {
  const bool has_them = error.message.find(kWayOut) != std::string::npos;
  if (error.code == ErrorCode::kCorrupt && !has_them) error.message += kWayOut;
  return error;
}

}  // namespace mlp::store
