// SPDX-License-Identifier: Apache-2.0
//
// Which artifacts a value holds, however deep.
#pragma once

#include <vector>

#include "compiler/plan/value.h"

namespace mlp::model {

/// Appends every artifact inside `value` in order, repeats included.
void collect_artifacts(const plan::Value& value, std::vector<plan::Artifact>& found);

}  // namespace mlp::model
