// SPDX-License-Identifier: Apache-2.0
//
// The fault model under RocksDB, below the store's own patient files: as one of RocksDB's public
// FileSystemWrappers. For RocksOptions::files.
#pragma once

#include <memory>

#include "tests/faults/fault_model.h"

namespace rocksdb {
class FileSystem;
}

namespace mlp::faults {

/// `model` must outlive it.
std::shared_ptr<rocksdb::FileSystem> make_faulty_store_files(FaultModel& model);

}  // namespace mlp::faults
