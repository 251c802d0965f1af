// SPDX-License-Identifier: Apache-2.0
//
// Which runs a store has lost: told once, after a rescue, since nothing else names them any more.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/store/kv.h"

namespace mlp::fsck {

/// Of all numbers that were given: "runs 1 to 4, 7"; empty when every run is there.
Result<std::string> name_missing_runs(const store::View& view);

}  // namespace mlp::fsck
