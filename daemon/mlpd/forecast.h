// SPDX-License-Identifier: Apache-2.0
//
// POST /api/v1/plans: what a submission would do, told without doing it.
#pragma once

#include "base/time.h"
#include "daemon/mlpd/submission.h"
#include "runtime/objects/plan_cache.h"

namespace mlp::mlpd {

/// The forecast as an answer, or the same refusals as prepare_run(). Blocks: on a worker.
http::Response forecast_run(const SubmitParts& parts, objects::PlanCache& plans, Clock& clock,
                            const wire::Submit& wish);

}  // namespace mlp::mlpd
