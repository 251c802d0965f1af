// SPDX-License-Identifier: Apache-2.0
//
// How full the data folder's disk is, since when, and what that means in words. Knows no requests.
#pragma once

#include <mutex>

#include "base/time.h"
#include "daemon/http/context.h"
#include "runtime/store/data_folder.h"
#include "runtime/store/rocks_kv.h"

namespace mlp::mlpd {

/// With less free disk nothing is recorded any more, whatever `min_free` says.
inline constexpr std::uint64_t kLeastFree = 4ULL << 20;

/// The references must outlive it. Thread-safe.
class DiskWatch {
 public:
  DiskWatch(const store::DataFolder& folder, const store::SpaceWatch& space, Clock& clock)
      : folder_(folder), space_(space), clock_(clock) {}

  /// As it is now. Asks the file system; never waits for a write.
  http::DiskState look();

 private:
  http::DiskState judge() const;

  const store::DataFolder& folder_;
  const store::SpaceWatch& space_;
  Clock& clock_;
  std::mutex mutex_;  // guards last_
  http::DiskState last_;
};

}  // namespace mlp::mlpd
