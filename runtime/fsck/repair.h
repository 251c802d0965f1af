// SPDX-License-Identifier: Apache-2.0
//
// Findings mended, where no daemon runs: records in batches, then files. Each repair may be done
// twice, so a repair that is cut short is simply done again.
#pragma once

#include "base/file.h"
#include "runtime/fsck/finding.h"
#include "runtime/objects/object_store.h"
#include "runtime/store/data_folder.h"

namespace mlp::fsck {

/// Adds the records of all repairs to `batch`; lost objects keep their record, without a place. A
/// counter becomes the highest that is there or asked for.
Status put_repairs(const store::View& view, const std::vector<Finding>& findings,
                   store::Batch& batch);

/// A data folder that nobody else uses. All must outlive the call.
struct Workshop {
  store::Kv& kv;
  Files& files;
  objects::ObjectStore& objects;
  store::DataFolder& folder;
};

/// Mends what can be mended of the findings kept; durable when it returns. Repairs of one finding
/// may show another, or mend it too: check again.
Status mend(const Workshop& workshop, const Findings& findings);

}  // namespace mlp::fsck
