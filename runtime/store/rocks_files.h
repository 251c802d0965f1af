// SPDX-License-Identifier: Apache-2.0
//
// The files under RocksDB: full disks are waited for, a failed fsync ends the process. Debian's
// RocksDB aborts on ENOSPC, so it must never see one.
#pragma once

#include <memory>

#include "runtime/store/rocks_kv.h"

namespace mlp::store {

/// `watch` may be null; otherwise it must outlive the file system. `under`: null for the machine's.
std::shared_ptr<rocksdb::FileSystem> make_patient_files(
    SpaceWatch* watch, std::shared_ptr<rocksdb::FileSystem> under);

}  // namespace mlp::store
