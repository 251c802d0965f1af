// SPDX-License-Identifier: Apache-2.0
//
// Names of runs and task runs as users write them: "12", "12/fit[2]". Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp::mlpctl {

/// A run, and with a name behind the slash a task run of it.
struct RunName {
  std::uint64_t run = 0;
  std::string task_run;  // "fit[2]"; empty: the run itself
  std::string to_text() const;
};

/// kInvalid says how such a name is written.
Result<RunName> parse_run_name(std::string_view text);

}  // namespace mlp::mlpctl
