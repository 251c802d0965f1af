// SPDX-License-Identifier: Apache-2.0
//
// The newest state of a store as a View, so that the engine's few reads use the same functions as
// everybody else's. On the writer's thread only.
#pragma once

#include "runtime/store/kv.h"

namespace mlp::store {

/// Must not outlive `kv`. A scan sees the store as of its begin.
class LatestView final : public View {
 public:
  explicit LatestView(Kv& kv) : kv_(kv) {}
  Result<std::optional<std::string>> get(Family family, std::string_view key) const override {
    return kv_.get(family, key);
  }
  Status scan(Family family, std::string_view prefix, std::string_view from,
              const std::function<bool(std::string_view, std::string_view)>& visit,
              bool is_reverse = false) const override {
    return kv_.view()->scan(family, prefix, from, visit, is_reverse);
  }

 private:
  Kv& kv_;
};

}  // namespace mlp::store
