// SPDX-License-Identifier: Apache-2.0
//
// Brings the project's declared files to the daemon: the manifest of digests, then what it lacks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/mlpctl/api_client.h"
#include "daemon/mlpctl/project.h"

namespace mlp::mlpctl {

/// Told how many bytes of how many have been sent.
using UploadProgress = std::function<void(std::uint64_t sent, std::uint64_t total)>;

/// Asks what is missing and sends it: small files in one streamed request, large ones one by one.
/// Answers the snapshot's digest. kConflict when a file changed while it was read.
Result<std::string> upload_snapshot(ApiClient& client, DiskLoader& loader,
                                    const UploadProgress& progress);

}  // namespace mlp::mlpctl
