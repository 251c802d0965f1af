// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/plan_cache.h"

#include "compiler/plan/plan_json.h"

namespace mlp::objects {

Result<std::shared_ptr<const plan::Plan>> PlanCache::get(const store::View& view,
                                                         const Digest& digest) {
  {
    const std::lock_guard lock(mutex_);
    for (auto at = plans_.begin(); at != plans_.end(); ++at) {
      if (at->first != digest) continue;
      plans_.splice(plans_.begin(), plans_, at);
      return at->second;
    }
  }
  MLP_ASSIGN(const std::string bytes, objects_.read(view, digest, kMaxPlanBytes));
  MLP_ASSIGN(plan::Plan decoded, plan::decode_plan(bytes));
  auto plan = std::make_shared<const plan::Plan>(std::move(decoded));
  put(digest, plan);
  return plan;
}

void PlanCache::put(const Digest& digest, std::shared_ptr<const plan::Plan> plan) {
  const std::lock_guard lock(mutex_);
  plans_.remove_if([&](const auto& each) { return each.first == digest; });
  plans_.emplace_front(digest, std::move(plan));
  if (plans_.size() > kMaxCachedPlans) plans_.pop_back();
}

}  // namespace mlp::objects
