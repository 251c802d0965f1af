// SPDX-License-Identifier: Apache-2.0
//
// logs: what tasks wrote, as it was or as it comes.
#include "base/text.h"
#include "daemon/mlpctl/commands/interrupt.h"
#include "daemon/mlpctl/commands/log_follower.h"
#include "daemon/mlpctl/commands/missing.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/names.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/task_run.h"

namespace mlp::mlpctl {
namespace {

/// Logs of more task runs than this at once help nobody.
constexpr std::size_t kMaxLogs = 1000;

/// The task runs of a run that have a log of their own.
Result<std::vector<wire::TaskRun>> find_logged(ApiClient& client, std::uint64_t run) {
  std::vector<wire::TaskRun> found;
  std::string after;
  do {
    auto path = wire::path::run_task_runs(run) + "?limit=1000";
    if (!after.empty()) path += "&after=" + wire::path::encode_segment(after);
    MLP_ASSIGN(auto page, client.get_as<wire::TaskRunList>(path));
    for (auto& task_run : page.task_runs)
      if (!task_run.attempts.empty() && found.size() < kMaxLogs)
        found.push_back(std::move(task_run));
    after = page.next_after;
  } while (!after.empty() && found.size() < kMaxLogs);
  return found;
}

/// The attempts whose logs are asked for: --attempt N, else the last.
Result<std::string> pick_attempt(const Context& context, const wire::TaskRun& task_run) {
  if (task_run.attempts.empty()) {
    bool is_hit = task_run.source == "hit";
    return with_help(ErrorCode::kNotFound, printable(task_run.name) + " has no log: it did not run",
                     is_hit ? "its outputs were made by " + task_run.made_by_run +
                                  ": mlpctl logs " + shell_quote(task_run.made_by_run)
                            : "it is " + task_run.state);
  }
  if (!context.line.has("attempt")) return task_run.attempts.back();
  auto number = parse_run_name(context.line.get("attempt"));
  if (!number || number->run > task_run.attempts.size())
    return Error{ErrorCode::kNotFound,
                 printable(task_run.name) + " has " + counted(task_run.attempts.size(), "attempt")};
  return task_run.attempts[number->run - 1];
}

Result<ExitCode> logs_of_task_run(Context& context, ApiClient& client, const RunName& name) {
  auto task_run = client.get_as<wire::TaskRun>(wire::path::task_run(name.run, name.task_run));
  if (!task_run) return explain_missing(client, name, task_run.error());
  bool is_waiting = context.line.has("follow") && task_run->attempts.empty() &&
                    task_run->state != "done" && task_run->state != "failed" &&
                    task_run->state != "skipped" && task_run->state != "cancelled";
  if (is_waiting) {
    context.note(printable(task_run->name) + " is " + task_run->state + "; waiting for it");
    MLP_ASSIGN(*task_run, wait_for_attempt(client, name));
  }
  MLP_ASSIGN(auto attempt, pick_attempt(context, *task_run));
  LogFollower follower(context, client);
  MLP_TRY(follower.print(task_run->name, attempt, context.line.has("follow"), false));
  return ExitCode::kOk;
}

Result<ExitCode> logs_of_run(Context& context, ApiClient& client, const RunName& name) {
  LogFollower follower(context, client);
  if (context.line.has("follow")) {
    auto followed = follower.follow_run(name.run);
    if (!followed) return explain_missing(client, name, followed.error());
    return ExitCode::kOk;
  }
  auto logged = find_logged(client, name.run);
  if (!logged) return explain_missing(client, name, logged.error());
  if (logged->empty()) context.note("no task of run " + name.to_text() + " has run");
  for (const auto& task_run : *logged)
    MLP_TRY(follower.print(task_run.name, task_run.attempts.back(), false, true));
  return ExitCode::kOk;
}

Result<ExitCode> run_logs(Context& context) {
  ApiClient client(context.settings);
  MLP_ASSIGN(auto name, find_run_name(client, context.line.get("RUN")));
  InterruptGuard guard(context.printer, "");
  if (name.task_run.empty()) return logs_of_run(context, client, name);
  return logs_of_task_run(context, client, name);
}

}  // namespace

void add_log_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"logs",
                   "Shows what a task run wrote, or all task runs of a run",
                   {{"RUN", "a task run (12/fit[2]) or a run (12, latest)", true, false}},
                   {{"-f,--follow", "", "go on as more is written, until it ends", false},
                    {"--attempt", "N", "the log of the Nth attempt (the last)", false}},
                   "  mlpctl logs 12/fit[2]\n  mlpctl logs 12 -f\n"
                   "  mlpctl logs 12/fit[2] --attempt 1\n",
                   run_logs});
}

}  // namespace mlp::mlpctl
