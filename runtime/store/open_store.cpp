// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/open_store.h"

namespace mlp::store {

Result<std::unique_ptr<Kv>> open_store(const DataFolder& folder, RocksOptions options) {
  const std::string path = folder.part("store");
  options.may_be_new = !folder.held_a_store();
  if (!options.may_be_new || is_rocks_there(path)) {
    MLP_ASSIGN(const std::shared_ptr<const View> view, read_rocks(path, options));
    MLP_TRY(folder.check(*view));
  }
  return open_rocks_kv(path, options);
}

}  // namespace mlp::store
