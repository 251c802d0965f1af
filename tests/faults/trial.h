// SPDX-License-Identifier: Apache-2.0
//
// One try: the workload with one fault in a process of its own (the product ends its process when a
// sync fails), then a look at what is there in another without faults.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tests/faults/fault_model.h"

namespace mlp::faults {

/// The workload undisturbed.
struct Baseline {
  std::uint64_t operations = 0;
  std::string ends;     // of its runs
  std::string finding;  // what went wrong even so
};
Baseline measure();

struct Outcome {
  int exit_code = 0;     // of the process with the fault; 0: the workload came to its end
  bool was_hit = false;  // the fault was met
  std::string finding;   // empty: as promised
};
Outcome try_fault(const Fault& fault, const Baseline& baseline);

/// "io_error", "no_space", "stop", "power_cut".
std::optional<Kind> find_kind(const std::string& name);
/// The exit code of `work` in a process of its own, which logs into `log`; a signal as 128 and its
/// number.
int in_process(const std::string& log, const std::function<int()>& work);

}  // namespace mlp::faults
