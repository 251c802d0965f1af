// SPDX-License-Identifier: Apache-2.0
//
// What the records say of the runs at the end, compared with what the plain interpreter says they
// must come to, given what the world did to their attempts.
#pragma once

#include <string>
#include <vector>

#include "runtime/model/ids.h"
#include "runtime/store/kv.h"
#include "tests/sim/project.h"

namespace mlp::sim {

/// A sentence for each difference. Of a run that was cancelled only what is done is looked at.
std::vector<std::string> compare_outcome(const store::View& view, model::RunId run,
                                         const Project& project);

}  // namespace mlp::sim
