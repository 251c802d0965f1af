// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/open_store.h"

namespace mlp::store {

Result<std::unique_ptr<Kv>> open_store(const DataFolder& folder, RocksOptions options) {
  const std::string path = folder.part("store");
  options.may_be_new = !folder.held_a_store();
  const auto view = read_rocks(path, options);
  if (!view && view.error().code != ErrorCode::kNotFound) return view.error();
  if (view) MLP_TRY(folder.check(**view));
  return open_rocks_kv(path, options);
}

}  // namespace mlp::store
