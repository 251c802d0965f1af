// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/attempts.h"

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "base/text.h"
#include "runtime/objects/manifest.h"

namespace mlp::sim {
namespace {

using model::EndReason;
using plan::RetryClass;
using plan::RetryRule;
using plan::Value;

constexpr std::uint32_t kTriesWhenLost = 5;  // docs/language.md: "`lost` has 5 unless said"

RetryClass class_of(EndReason reason) {
  switch (reason) {
    case EndReason::kTimeout: return RetryClass::kTimeout;
    case EndReason::kOutput: return RetryClass::kOutput;
    case EndReason::kLost: return RetryClass::kLost;
    default: return RetryClass::kError;
  }
}

/// Tries left, rule by rule; the one behind the last is for what no rule speaks of.
class Tries {
 public:
  explicit Tries(const std::vector<RetryRule>& rules) : rules_(rules), used_(rules.size() + 1) {}

  /// Takes a try for an attempt that ended so; false when none is left.
  bool take(EndReason reason, std::int32_t code) {
    RetryClass retry_class = class_of(reason);
    auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const RetryRule& each) {
      return speaks_of(each, retry_class, reason, code);
    });
    std::uint32_t most = retry_class == RetryClass::kLost ? kTriesWhenLost : 0;
    if (rule != rules_.end()) most = rule->tries;
    return used_[static_cast<std::size_t>(rule - rules_.begin())]++ < most;
  }

 private:
  static bool speaks_of(const RetryRule& rule, RetryClass retry_class, EndReason reason,
                        std::int32_t code) {
    auto has = [](const auto& list, auto what) {
      return std::find(list.begin(), list.end(), what) != list.end();
    };
    if (!has(rule.classes, retry_class)) return false;
    if (retry_class != RetryClass::kError || rule.exit_codes.empty()) return true;
    return reason == EndReason::kExit && has(rule.exit_codes, code);
  }

  const std::vector<RetryRule>& rules_;
  std::vector<std::uint32_t> used_;
};

Value file_value(const WrittenFile& file) {
  return Value::of_artifact(
      {false, sha256(file.bytes), file.bytes.size(), base_name(file.path), nullptr});
}

std::vector<WrittenFile> files_below(const BodyRun& run, const std::string& folder) {
  std::vector<WrittenFile> below;
  for (const WrittenFile& file : run.files) {
    if (file.path.starts_with(folder)) below.push_back(file);
  }
  std::sort(below.begin(), below.end(),
            [](const WrittenFile& a, const WrittenFile& b) { return a.path < b.path; });
  return below;
}

Value folder_value(const BodyRun& run, const std::string& folder) {
  objects::Manifest manifest;
  for (const WrittenFile& file : files_below(run, folder + "/")) {
    objects::ManifestEntry entry;
    entry.path = file.path.substr(folder.size() + 1);
    entry.size = file.bytes.size();
    entry.digest = sha256(file.bytes);
    manifest.entries.push_back(std::move(entry));
  }
  std::uint64_t size = manifest.total_size();
  return Value::of_artifact(
      {true, sha256(objects::encode(manifest)), size, base_name(folder), nullptr});
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Value numbers_value(std::string_view text) {
  plan::List list;
  for (std::size_t at = text.find_first_of("0123456789"); at < text.size();
       at = text.find_first_of("0123456789", at + 1)) {
    list.push_back(Value::of_int(number_in(text.substr(at))));
  }
  return Value::of_list(std::move(list));
}

Value output_value(const plan::TaskOutput& output, const BodyRun& run) {
  if (output.is_stdout) return Value::of_int(number_in(run.log));
  if (output.name == "folder") return folder_value(run, output.default_place);
  if (output.name == "files") {
    plan::List list;
    for (const WrittenFile& file : files_below(run, "parts/")) list.push_back(file_value(file));
    return Value::of_list(std::move(list));
  }
  std::vector<WrittenFile> found = files_below(run, output.default_place);
  MLP_CHECK(found.size() == 1);
  if (output.name == "n") return Value::of_int(number_in(found[0].bytes));
  return output.name == "list" ? numbers_value(found[0].bytes) : file_value(found[0]);
}

}  // namespace

EndReason reason_of(const Ending& ending) {
  switch (ending.kind) {
    case EndingKind::kSucceeds: return EndReason::kSucceeded;
    case EndingKind::kExits: return EndReason::kExit;
    case EndingKind::kSignal: return EndReason::kSignal;
    case EndingKind::kTimesOut: return EndReason::kTimeout;
    case EndingKind::kBadOutput: return EndReason::kOutput;
  }
  return EndReason::kNone;
}

std::vector<Value> outputs_of(const plan::TaskDefinition& definition, const BodyRun& run) {
  std::vector<Value> values;
  for (const plan::TaskOutput& output : definition.outputs) {
    values.push_back(output_value(output, run));
  }
  return values;
}

ExpectedTaskRun attempt_all(const Project& project, std::uint32_t definition,
                            const std::vector<Value>& inputs, const TaskRunFate& fate) {
  const plan::TaskDefinition& declared = project.plan->definitions.at(definition);
  const auto& endings = project.behaviours.at(definition).endings;
  bool may_be_hit = declared.is_cached && endings.back().kind == EndingKind::kSucceeds;
  ExpectedTaskRun expected;
  Tries tries(declared.retry);
  std::uint32_t errors = 0;
  for (std::size_t attempt = 0;; ++attempt) {
    if (fate.is_hit && may_be_hit && attempt == fate.attempts.size()) {
      auto last = static_cast<std::uint32_t>(endings.size());
      expected.outputs = outputs_of(declared, run_body(project, definition, inputs, last));
      return expected;
    }
    bool is_told = attempt < fate.attempts.size();
    AttemptFate how = is_told ? fate.attempts[attempt] : AttemptFate::kItsOwn;
    if (how == AttemptFate::kGivenBack) continue;
    BodyRun run = run_body(project, definition, inputs, errors);
    EndReason reason = how == AttemptFate::kLost ? EndReason::kLost : reason_of(run.ending);
    if (how == AttemptFate::kItsOwn) {
      ++errors;
      expected.endings.push_back(reason);
    }
    if (reason == EndReason::kSucceeded) {
      expected.outputs = outputs_of(declared, run);
      return expected;
    }
    if (tries.take(reason, run.ending.code)) continue;
    expected.state = model::TaskRunState::kFailed;
    return expected;
  }
}

}  // namespace mlp::sim
