// SPDX-License-Identifier: Apache-2.0
//
// Whether and when a failed attempt is tried again. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

/// Tries after an attempt was lost, where the task does not say.
inline constexpr std::uint32_t kLostTries = 5;

/// The class of an end by which retry rules speak of it; none for ends that are never tried again.
std::optional<plan::RetryClass> class_of(const model::Outcome& outcome);

/// "error", "timeout", "lost", "output".
std::string_view to_text(plan::RetryClass retry_class);

struct Retry {
  bool is_retried = false;
  Duration delay{0};
  std::string error;  // a back-off could not be computed: it is not tried again
};

/// Counts the try in `entry.record`. The first rule of a task that names the class (and exit code)
/// decides. The wait doubles from the rule's first to its second duration; up to a quarter is added
/// by chance, so that attempts that failed together do not come back together.
Retry decide_retry(TaskEntry& entry, const model::Outcome& outcome, Random& random);

}  // namespace mlp::schedule
