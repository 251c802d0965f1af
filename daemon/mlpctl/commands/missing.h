// SPDX-License-Identifier: Apache-2.0
//
// What to say when a run or a task run is not there, and fetching a run's files.
#pragma once

#include <string>

#include "daemon/mlpctl/api_client.h"
#include "daemon/mlpctl/names.h"
#include "daemon/wire/snapshot.h"

namespace mlp::mlpctl {

/// "12/fit[2]" as parse_run_name reads it; "latest" stands for the newest run.
Result<RunName> find_run_name(ApiClient& client, const std::string& text);

/// kNotFound becomes an error that names the nearest task or the newest run; any other error stays
/// as it is.
Error explain_missing(ApiClient& client, const RunName& name, const Error& error);

/// Writes the files of a run's snapshot below `folder`, which is made. Existing files are not
/// overwritten: kConflict.
Status fetch_source(ApiClient& client, std::uint64_t run, const wire::Manifest& manifest,
                    const std::string& folder);

}  // namespace mlp::mlpctl
