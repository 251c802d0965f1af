// SPDX-License-Identifier: Apache-2.0
//
// A store that ends before what was acknowledged: it must not go on in silence.
#pragma once

#include "runtime/fsck/scope.h"
#include "runtime/store/meta_records.h"

namespace mlp::fsck {

/// `synced`: the last commit that was acknowledged, or what damage hides it. `why`: a sentence, why
/// commits are missing where some are. The repair goes on without what is lost; no number that was
/// given is given again.
Status check_commits(const Scope& scope, const store::Meta& meta,
                     const Result<std::uint64_t>& synced, const std::string& why);

}  // namespace mlp::fsck
