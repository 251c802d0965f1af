// SPDX-License-Identifier: Apache-2.0
//
// Findings mended: records in one batch, files one by one.
#pragma once

#include "runtime/fsck/finding.h"

namespace mlp::fsck {

/// Adds the records of a repair to `batch`; lost objects keep their record, without a place.
Status put_repair(const store::View& view, const Repair& repair, store::Batch& batch);

}  // namespace mlp::fsck
