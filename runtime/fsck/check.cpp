// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/check.h"

#include "runtime/fsck/lost_commits.h"

namespace mlp::fsck {

Check::Check(std::shared_ptr<const store::View> view, FilePlace place, PlanOf plan_of)
    : view_(std::move(view)),
      store_(*view_, findings_, std::move(plan_of)),
      files_(*view_, findings_, std::move(place)) {}

Result<bool> Check::advance() {
  if (is_store_done_) return files_.advance();
  MLP_ASSIGN(const bool has_more, store_.advance());
  is_store_done_ = !has_more;
  return true;
}

Status Check::look_at_commits(const store::Meta& meta,
                              const Result<std::uint64_t>& synced) {
  return check_commits(Scope{*view_, findings_}, meta, synced);
}

Progress Check::progress() const {
  return {store_.records(), store_.objects() + files_.objects(),
          store_.object_bytes() + files_.object_bytes()};
}

}  // namespace mlp::fsck
