// SPDX-License-Identifier: Apache-2.0
//
// Retry rules, budgets and waits.
#include "runtime/schedule/retry.h"

#include <algorithm>

#include "runtime/schedule/evaluation.h"

namespace mlp::schedule {
namespace {

using plan::RetryClass;
using plan::RetryRule;

bool matches(const RetryRule& rule, RetryClass retry_class, const model::Outcome& outcome) {
  if (std::find(rule.classes.begin(), rule.classes.end(), retry_class) == rule.classes.end()) {
    return false;
  }
  if (rule.exit_codes.empty() || retry_class != RetryClass::kError) return true;
  return outcome.reason == model::EndReason::kExit &&
         std::find(rule.exit_codes.begin(), rule.exit_codes.end(), outcome.code) !=
             rule.exit_codes.end();
}

std::size_t find_rule(const std::vector<RetryRule>& rules, RetryClass retry_class,
                      const model::Outcome& outcome) {
  std::size_t rule = 0;
  while (rule < rules.size() && !matches(rules[rule], retry_class, outcome)) ++rule;
  return rule;
}

Result<Duration> duration_of(const TaskEntry& entry, const plan::Expression& expression) {
  auto attempt = static_cast<std::uint32_t>(entry.record.attempts.size());
  MLP_ASSIGN(plan::Value value, evaluate_property(entry, expression, attempt));
  return Duration(std::max<std::int64_t>(0, value.as_duration_us()));
}

}  // namespace

std::optional<RetryClass> class_of(const model::Outcome& outcome) {
  switch (outcome.reason) {
    case model::EndReason::kExit:
    case model::EndReason::kSignal:
      return RetryClass::kError;
    case model::EndReason::kTimeout:
      return RetryClass::kTimeout;
    case model::EndReason::kOutput:
      return RetryClass::kOutput;
    // Nobody asked for it: its runner gave it back without having run it to its end.
    case model::EndReason::kCancelled:
    case model::EndReason::kLost:
      return RetryClass::kLost;
    default:
      return std::nullopt;
  }
}

std::string_view to_text(RetryClass retry_class) {
  switch (retry_class) {
    case RetryClass::kError:
      return "error";
    case RetryClass::kTimeout:
      return "timeout";
    case RetryClass::kLost:
      return "lost";
    case RetryClass::kOutput:
      return "output";
  }
  return "error";
}

std::optional<Retry> decide_retry(model::TaskRun& record, const plan::Plan& plan,
                                  const model::Outcome& outcome) {
  ++record.failures;
  std::optional<RetryClass> retry_class = class_of(outcome);
  if (!retry_class) return std::nullopt;
  const auto& rules = plan.definition_of(plan.task(record.id.task)).retry;
  std::size_t rule = find_rule(rules, *retry_class, outcome);
  bool is_written = rule < rules.size();
  std::uint32_t budget =
      is_written ? rules[rule].tries : (*retry_class == RetryClass::kLost ? kLostTries : 0);
  record.tries_by_rule.resize(rules.size() + 1);
  std::uint32_t& tries = record.tries_by_rule[rule];
  if (tries >= budget) return std::nullopt;
  ++tries;
  return Retry{is_written ? &rules[rule] : nullptr, tries};
}

// first * 2^(tries - 1), at most last, and up to a quarter more.
Result<Duration> wait_of(const TaskEntry& entry, const Retry& retry, Random& random) {
  if (retry.rule == nullptr || !retry.rule->backoff_from) return Duration(0);
  MLP_ASSIGN(Duration first, duration_of(entry, *retry.rule->backoff_from));
  Duration last = first;
  if (retry.rule->backoff_to) {
    MLP_ASSIGN(last, duration_of(entry, *retry.rule->backoff_to));
  }
  Duration wait = first;
  for (std::uint32_t i = 1; i < retry.tries && wait < last; ++i) wait *= 2;
  wait = std::min(wait, std::max(first, last));
  auto extra = static_cast<std::int64_t>(static_cast<double>(wait.count()) * 0.25 * random.unit());
  return wait + Duration(extra);
}

}  // namespace mlp::schedule
