// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/check.h"

#include <utility>

#include "runtime/fsck/lost_commits.h"

namespace mlp::fsck {

void tell_damaged_store(Findings& findings, const Error& why) {
  Finding& finding = findings.add_of_store(Kind::kUnreadable, why.message);
  finding.repair.what =
      "a new store of all that can be read takes its place, the damaged one is kept in trash/";
  finding.repair.rescues_store = true;
}

Check::Check(std::shared_ptr<const store::View> view, FilePlace place, PlanOf plan_of,
             Contents* contents)
    : view_(std::move(view)),
      store_(*view_, findings_, std::move(plan_of), contents ? &contents->small : nullptr),
      files_(*view_, findings_, std::move(place), contents ? &contents->large : nullptr) {}

Result<bool> Check::advance() {
  const Result<bool> more = advance_stage();
  if (more || more.error().code != ErrorCode::kCorrupt) return more;
  // Once: the rest of the stage is behind what cannot be read.
  if (!std::exchange(is_damage_told_, true)) tell_damaged_store(findings_, more.error());
  stage_ = stage_ == Stage::kStore ? Stage::kFiles : Stage::kDone;
  return true;
}

Result<bool> Check::advance_stage() {
  if (stage_ == Stage::kDone) return false;
  if (stage_ == Stage::kFiles) return files_.advance();
  MLP_ASSIGN(const bool has_more, store_.advance());
  if (!has_more) stage_ = Stage::kFiles;
  return true;
}

Status Check::look_at_commits(const store::Meta& meta,
                              const Result<std::uint64_t>& synced, const std::string& why) {
  if (!synced && !is_damage(synced.error())) return synced.error();
  return check_commits(Scope{*view_, findings_}, meta, synced, why);
}

Progress Check::progress() const {
  return {store_.records(), store_.objects() + files_.objects(),
          store_.object_bytes() + files_.object_bytes()};
}

}  // namespace mlp::fsck
