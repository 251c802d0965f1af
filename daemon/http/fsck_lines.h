// SPDX-License-Identifier: Apache-2.0
//
// A check of the data folder as the API says it; for the daemon's own route and for mlpd --fsck.
#pragma once

#include "daemon/wire/fsck.h"
#include "runtime/fsck/check.h"

namespace mlp::http {

wire::FsckFinding to_wire(const fsck::Finding& finding);
wire::FsckProgress to_wire(const fsck::Progress& progress);
/// A line of either, with its line feed.
std::string to_line(const wire::FsckProgress& progress);
std::string to_line(const wire::FsckReport& report);

}  // namespace mlp::http
