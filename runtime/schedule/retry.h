// SPDX-License-Identifier: Apache-2.0
//
// Whether and when a failed attempt is tried again. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

/// Tries after an attempt was lost, where the task does not say.
inline constexpr std::uint32_t kLostTries = 5;

/// The class of an end by which retry rules speak of it; none for ends that are never tried again.
std::optional<plan::RetryClass> class_of(const model::Outcome& outcome);

/// "error", "timeout", "lost", "output".
std::string_view to_text(plan::RetryClass retry_class);

/// A try that is left.
struct Retry {
  const plan::RetryRule* rule = nullptr;  // of the plan; none: lost, of which the task says nothing
  std::uint32_t tries = 1;                // of this rule, with this one
};

/// Counts the try in `record`; none when no try is left. The first rule of a task that names the
/// class (and exit code) decides.
std::optional<Retry> decide_retry(model::TaskRun& record, const plan::Plan& plan,
                                  const model::Outcome& outcome);

/// The wait doubles from the rule's first to its second duration; up to a quarter is added by
/// chance, so that attempts that failed together do not come back together. An error: it could not
/// be computed.
Result<Duration> wait_of(const TaskEntry& entry, const Retry& retry, Random& random);

}  // namespace mlp::schedule
