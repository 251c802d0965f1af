// SPDX-License-Identifier: Apache-2.0
//
// Whether the outputs of a task run can be used: all their bytes, however deep in lists and folders.
// Reads files and may take long; changes nothing but what ObjectStore::check does.
#pragma once

#include <vector>

#include "runtime/model/run.h"
#include "runtime/objects/object_store.h"

namespace mlp::objects {

/// Every object is looked at, also after one cannot be used, so that all that is lost is known at
/// once.
bool are_whole(const ObjectStore& objects, const store::View& view,
               const std::vector<model::Output>& outputs);

}  // namespace mlp::objects
