// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/exit_code.h"

namespace mlp::mlpctl {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return ExitCode::kUsage;
    case ErrorCode::kNotFound:
      return ExitCode::kNotFound;
    case ErrorCode::kConflict:
      return ExitCode::kConflict;
    case ErrorCode::kDenied:
      return ExitCode::kDenied;
    case ErrorCode::kUnavailable:
      return ExitCode::kUnreachable;
    case ErrorCode::kTimeout:
      return ExitCode::kTimeout;
    case ErrorCode::kNoSpace:
    case ErrorCode::kLimit:
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
      return ExitCode::kDegraded;
    case ErrorCode::kUnsupported:
      return ExitCode::kUsage;
  }
  return ExitCode::kDegraded;
}

}  // namespace mlp::mlpctl
