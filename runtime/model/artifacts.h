// SPDX-License-Identifier: Apache-2.0
//
// Which artifacts a value holds, however deep, and which objects outputs consist of.
#pragma once

#include <vector>

#include "compiler/plan/value.h"
#include "runtime/model/run.h"

namespace mlp::model {

/// Appends every artifact inside `value` in order, repeats included.
void collect_artifacts(const plan::Value& value, std::vector<plan::Artifact>& found);

/// The objects that outputs consist of: each artifact inside, and the document of each value.
std::vector<Digest> objects_of(const std::vector<Output>& outputs);

}  // namespace mlp::model
