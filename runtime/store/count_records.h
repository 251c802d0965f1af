// SPDX-License-Identifier: Apache-2.0
//
// Bucket c: how many task runs of a task are in which state.
#pragma once

#include <utility>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

void put_counts(Batch& batch, model::RunId run, model::TaskId task, const model::Counts& counts);

/// By task. A task without a record has not been reached.
Result<std::vector<std::pair<model::TaskId, model::Counts>>> list_counts(const View& view,
                                                                         model::RunId run);

}  // namespace mlp::store
