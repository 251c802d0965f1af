// SPDX-License-Identifier: Apache-2.0
//
// Checks pipelines, each when it is first needed, so that what it returns is known to its callers.
#pragma once

#include "compiler/check/context.h"

namespace mlp::check {

/// Types and names of the parameters, and their defaults. First of all pipelines.
void check_parameters(Context& context, Pipeline& pipeline);

/// Once; later calls do nothing.
void check_pipeline(Context& context, Pipeline& pipeline);

/// The same from a call at `where`; tells of a pipeline that reaches itself.
void check_pipeline_call(Context& context, Pipeline& pipeline, Span where);

}  // namespace mlp::check
