// SPDX-License-Identifier: Apache-2.0
//
// What mlpctl ends with. Scripts rely on these numbers: never change one.
#pragma once

#include "base/result.h"

namespace mlp::mlpctl {

enum class ExitCode : int {
  kOk = 0,
  kRunFailed = 1,    // the run failed or was cancelled
  kFindingsLeft = 1,  // fsck found what is not repaired
  kUsage = 2,        // wrong words on the command line, or wrong parameters
  kSourceError = 3,  // a mistake in an .mlp file
  kNotFound = 4,
  kDenied = 5,
  kUnreachable = 6,  // no daemon answers
  kConflict = 7,
  kTimeout = 8,
  kDegraded = 9,  // the daemon answers but cannot do its work now (disk full, for one)
  kInterrupted = 130,
  kTerminated = 143,
};

/// The exit code for what the world refused.
ExitCode exit_code_of(ErrorCode code);

}  // namespace mlp::mlpctl
