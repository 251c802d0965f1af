// SPDX-License-Identifier: Apache-2.0
//
// Exit codes of mlpd, as docs/operating.md lists them.
#pragma once

namespace mlp::mlpd {

enum ExitCode : int {
  kStopped = 0,
  kFindingsLeft = 1,   // of --fsck alone
  kUsage = 2,          // command line or configuration
  kDataInUse = 10,     // another daemon has the data folder
  kStoreRefused = 11,  // damaged, acknowledged data lost, other version
  kLogFailed = 12,     // a write or fsync of the store failed (runtime/store ends the process)
  kAddressInUse = 13,
  kNoRoom = 14,  // of --fsck alone: it needs more disk than is free
};

}  // namespace mlp::mlpd
