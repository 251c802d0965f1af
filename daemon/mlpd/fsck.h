// SPDX-License-Identifier: Apache-2.0
//
// mlpd --fsck: checks a data folder that no daemon uses, and mends it where asked. Needs no store
// that a daemon would start with: what keeps it from starting is what it is for.
#pragma once

#include "daemon/mlpd/config.h"

namespace mlp::mlpd {

/// Says what is found on standard output, text or one wire::FsckLine a line. Returns the exit code:
/// 0 nothing is wrong, or all is mended; 1 findings are left; 2 there is no such folder; 10 a daemon
/// has it; 11 the store cannot be read at all.
int run_fsck(const Config& config, const FsckWish& wish);

}  // namespace mlp::mlpd
