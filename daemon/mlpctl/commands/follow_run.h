// SPDX-License-Identifier: Apache-2.0
//
// Watches a run until it ends: the live view, the log of what fails, the last line and the results.
#pragma once

#include "daemon/mlpctl/context.h"
#include "daemon/wire/run.h"

namespace mlp::mlpctl {

/// What an InterruptGuard says of a run that goes on.
std::string farewell_of(std::uint64_t run);

/// kOk when the run succeeded, kRunFailed when it failed or was cancelled.
Result<ExitCode> follow_run(Context& context, std::uint64_t run);

/// Puts one member first into a document: {"schema_version", "type", …}.
JsonObject typed_document(std::string_view type, JsonObject document);

}  // namespace mlp::mlpctl
