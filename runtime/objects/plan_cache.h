// SPDX-License-Identifier: Apache-2.0
//
// Plans of runs, read from the store by digest and kept decoded while they are in use.
#pragma once

#include <list>
#include <memory>
#include <mutex>

#include "compiler/plan/plan.h"
#include "runtime/objects/object_store.h"

namespace mlp::objects {

inline constexpr std::size_t kMaxCachedPlans = 16;             // decoded, most recent first
inline constexpr std::uint64_t kMaxPlanBytes = 64ull << 20;    // encoded

/// Thread-safe.
class PlanCache {
 public:
  explicit PlanCache(const ObjectStore& objects) : objects_(objects) {}

  Result<std::shared_ptr<const plan::Plan>> get(const store::View& view, const Digest& digest);
  /// A plan that was just made.
  void put(const Digest& digest, std::shared_ptr<const plan::Plan> plan);

 private:
  const ObjectStore& objects_;
  std::mutex mutex_;
  std::list<std::pair<Digest, std::shared_ptr<const plan::Plan>>> plans_;
};

}  // namespace mlp::objects
