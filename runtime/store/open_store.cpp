// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/open_store.h"

namespace mlp::store {

namespace {

Status look(const DataFolder& folder, const std::string& path, const RocksOptions& options) {
  const auto view = read_rocks(path, options);
  if (view) return folder.check(**view);
  return view.error().code == ErrorCode::kNotFound ? Status() : Status(view.error());
}

}  // namespace

Result<std::unique_ptr<Kv>> open_store(const DataFolder& folder, RocksOptions options) {
  const std::string path = folder.part("store");
  options.may_be_new = !folder.held_a_store();
  MLP_TRY(look(folder, path, options));
  return open_rocks_kv(path, options);
}

}  // namespace mlp::store
