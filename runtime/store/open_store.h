// SPDX-License-Identifier: Apache-2.0
//
// The store of a data folder, as a daemon opens it.
#pragma once

#include <memory>

#include "base/result.h"
#include "runtime/store/data_folder.h"
#include "runtime/store/rocks_kv.h"

namespace mlp::store {

/// Only reads at first: where the store is damaged or DataFolder::check() refuses it, no file of it
/// differs afterwards (opening one for writing makes tables of its logs, and what stands behind a
/// damage in them is gone then). Makes one where there never was any.
Result<std::unique_ptr<Kv>> open_store(const DataFolder& folder, RocksOptions options);

}  // namespace mlp::store
