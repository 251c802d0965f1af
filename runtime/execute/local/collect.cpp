// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/collect.h"

#include <cstring>

#include "base/crash_point.h"
#include "base/text.h"

namespace mlp::execute {
namespace {

using model::EndReason;

std::string signal_text(int number) {
  const char* name = ::sigabbrev_np(number);
  return "killed by signal " + std::to_string(number) +
         (name == nullptr ? std::string() : " (SIG" + std::string(name) + ")");
}

model::Outcome outcome_of(const runner::Ended& end) {
  model::Outcome outcome;
  outcome.reason = static_cast<EndReason>(end.reason);
  outcome.code = end.code;
  outcome.message = end.message;
  if (!outcome.message.empty()) return outcome;
  switch (end.reason) {
    case runner::End::kExit:
      outcome.message = "exit code " + std::to_string(end.code);
      break;
    case runner::End::kSignal:
      outcome.message = signal_text(end.code);
      break;
    case runner::End::kCancelled:
      outcome.message = "cancelled";
      break;
    default:
      break;
  }
  return outcome;
}

/// Up to kSmallObject inside the record; a larger one becomes logs/<attempt>.
Status collect_log(const CollectTools& tools, const CollectOrder& order, AttemptEnded& ended) {
  Files& files = tools.files;
  const std::string path = order.slot.log();
  const auto info = files.stat(path);
  if (!info || order.end.start_us == 0) {
    // A daemon that died after the move collects again and finds the log where it belongs.
    const auto moved = files.stat(order.log_file);
    ended.log_size = moved ? moved->size : 0;
    ended.log_is_file = moved.has_value();
    return {};
  }
  if (info->kind != FileKind::kFile) {
    return Error{ErrorCode::kInvalid, "the task replaced it by something that is no file"};
  }
  if (info->size == 0) return {};
  MLP_TRY(tools.task_files.check_not_written(path));
  ended.log_size = info->size;
  ended.log_is_file = info->size > kSmallObject;
  if (!ended.log_is_file) {
    MLP_ASSIGN(ended.log, files.read(path, kSmallObject));
    return {};
  }
  MLP_TRY(files.sync(path));
  CRASH_POINT("collect.log_synced");
  MLP_TRY(files.rename(path, order.log_file));
  CRASH_POINT("collect.log_moved");
  return files.sync(parent_path(order.log_file));
}

void fail(AttemptEnded& ended, EndReason reason, std::string message) {
  ended.outcome = {reason, 0, std::move(message)};
  ended.outputs.clear();
  ended.objects.clear();
}

/// True when it was the disk that failed and not the task, which then must not pay for it: what
/// finds no space is collected again, after any other failure the attempt is lost.
bool blame_disk(Collected& collected, const Error& error) {
  if (error.code == ErrorCode::kNoSpace) collected.is_disk_full = true;
  if (error.code == ErrorCode::kIo) fail(collected.ended, EndReason::kLost, error.message);
  return error.code == ErrorCode::kNoSpace || error.code == ErrorCode::kIo;
}

void collect_outputs(const CollectTools& tools, const CollectOrder& order, Collected& collected) {
  AttemptEnded& ended = collected.ended;
  const plan::Plan& plan = *order.attempt.plan;
  const plan::TaskDefinition& definition = plan.definitions.at(order.attempt.definition);
  const auto paths = output_paths_of(plan, definition, order.attempt.inputs);
  if (!paths) return fail(ended, EndReason::kOutput, paths.error().message);
  std::string mistakes;
  for (std::size_t i = 0; i < definition.outputs.size(); ++i) {
    const OutputOrder wanted{plan.types, definition.outputs[i], paths->at(i), order.slot.work(),
                             order.slot.standard_output()};
    auto output = collect_output(tools, wanted, ended.objects);
    if (output) {
      ended.outputs.push_back(std::move(*output));
      CRASH_POINT("collect.output_taken");
      continue;
    }
    if (blame_disk(collected, output.error())) return;
    mistakes += (mistakes.empty() ? "" : "\n") + output.error().message;
  }
  if (!mistakes.empty()) fail(ended, EndReason::kOutput, mistakes);
}

void check_linked(const CollectTools& tools, const CollectOrder& order, Collected& collected) {
  collected.damaged = find_changed(tools.files, order.linked, order.slot.work());
  if (collected.damaged.empty()) return;
  for (const LinkedInput& input : collected.damaged) (void)tools.objects.quarantine(input.digest);
  fail(collected.ended, EndReason::kOutput,
       "the task changed its input " + printable(collected.damaged.front().name) +
           ", which is read-only; its object was taken out of the store");
}

}  // namespace

Collected collect(const CollectTools& tools, const CollectOrder& order) {
  Collected collected;
  AttemptEnded& ended = collected.ended;
  ended.id = order.attempt.id;
  ended.started = Instant{order.end.start_us};
  ended.ended = Instant{order.end.end_us};
  ended.usage = {order.end.peak_memory_bytes, order.end.cpu_us};
  ended.outcome = outcome_of(order.end);
  if (ended.outcome.reason == EndReason::kSucceeded) collect_outputs(tools, order, collected);
  if (collected.is_disk_full) return collected;
  check_linked(tools, order, collected);
  const Status kept = collect_log(tools, order, ended);
  if (!kept && !blame_disk(collected, kept.error())) {
    fail(ended, EndReason::kOutput, "its log cannot be kept: " + kept.error().message);
  }
  return collected;
}

bool is_light_to_collect(Files& files, const CollectOrder& order,
                         const std::vector<std::string>& output_paths) {
  if (order.end.reason != runner::End::kSucceeded) return true;
  std::uint64_t bytes = 0;
  for (const std::string& path : output_paths) {
    if (path.empty()) continue;
    if (is_glob(path)) return false;
    const auto info = files.stat(order.slot.work() + "/" + path);
    if (!info) continue;
    if (info->kind == FileKind::kFolder || info->kind == FileKind::kLink) return false;
    bytes += info->size;
  }
  return bytes < kLightOutput;
}

}  // namespace mlp::execute
