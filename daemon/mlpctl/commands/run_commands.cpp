// SPDX-License-Identifier: Apache-2.0
//
// runs, show, why, cancel: what is known of runs and task runs.
#include "daemon/mlpctl/commands/follow_run.h"
#include "daemon/mlpctl/commands/interrupt.h"
#include "daemon/mlpctl/commands/missing.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/names.h"
#include "daemon/mlpctl/print/live_view.h"
#include "daemon/mlpctl/print/run_text.h"
#include "daemon/mlpctl/print/table.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/snapshot.h"
#include "daemon/wire/why.h"

namespace mlp::mlpctl {
namespace {

/// As the API's pages.
constexpr std::int64_t kMaxPage = 1000;

Result<std::int64_t> parse_limit(const CommandLine& line, const std::string& fallback) {
  auto text = line.get("limit", fallback);
  auto number = parse_run_name(text);
  if (!number || !number->task_run.empty() || number->run > kMaxPage)
    return Error{ErrorCode::kInvalid,
                 "`--limit` is a number from 1 to " + std::to_string(kMaxPage)};
  return static_cast<std::int64_t>(number->run);
}

Result<ExitCode> run_runs(Context& context) {
  MLP_ASSIGN(auto limit, parse_limit(context.line, "20"));
  ApiClient client(context.settings);
  auto path = std::string(wire::path::kRuns) + "?limit=" + std::to_string(limit);
  if (context.line.has("pipeline"))
    path += "&pipeline=" + wire::path::encode_segment(context.line.get("pipeline"));
  if (context.line.has("state"))
    path += "&state=" + wire::path::encode_segment(context.line.get("state"));
  MLP_ASSIGN(auto list, client.get_as<wire::RunList>(path));
  if (context.terminal.is_json) {
    context.say(wire::to_document(list));
    return ExitCode::kOk;
  }
  if (list.runs.empty()) {
    context.note("no runs yet; start one with `mlpctl run FILE.mlp`");
    return ExitCode::kOk;
  }
  context.say(to_text(list, context.terminal));
  return ExitCode::kOk;
}

/// The whole pages of a run's task runs, up to `limit`.
Result<wire::TaskRunList> get_task_runs(ApiClient& client, std::uint64_t run, std::size_t limit) {
  wire::TaskRunList all;
  do {
    auto path = wire::path::run_task_runs(run) + "?limit=1000";
    if (!all.next_after.empty()) path += "&after=" + wire::path::encode_segment(all.next_after);
    MLP_ASSIGN(auto page, client.get_as<wire::TaskRunList>(path));
    for (auto& task_run : page.task_runs) all.task_runs.push_back(std::move(task_run));
    all.next_after = page.next_after;
  } while (!all.next_after.empty() && all.task_runs.size() < limit);
  return all;
}

Result<ExitCode> show_source(Context& context, ApiClient& client, const RunName& name) {
  if (context.line.has("file")) {
    Receiver receive = [&](std::string_view part) {
      context.say(part);
      return true;
    };
    auto path = wire::path::run_source_file(name.run, context.line.get("file"));
    MLP_ASSIGN(auto answer, client.stream(path, "", receive));
    if (!answer.is_success()) return to_error(answer);
    return ExitCode::kOk;
  }
  MLP_ASSIGN(auto manifest, client.get_as<wire::Manifest>(wire::path::run_source(name.run)));
  if (context.terminal.is_json) {
    context.say(wire::to_document(manifest));
    return ExitCode::kOk;
  }
  if (!context.line.has("output")) {
    context.say(to_text(manifest, context.terminal));
    context.note("read one with `mlpctl show " + name.to_text() +
                 " --source --file PATH`, fetch all with `--source --output FOLDER`");
    return ExitCode::kOk;
  }
  MLP_TRY(fetch_source(client, name.run, manifest, context.line.get("output")));
  context.note("the files of run " + name.to_text() + " are in " + context.line.get("output"));
  return ExitCode::kOk;
}

Result<ExitCode> show_task_run(Context& context, ApiClient& client, const RunName& name) {
  auto task_run = client.get_as<wire::TaskRun>(wire::path::task_run(name.run, name.task_run));
  if (!task_run) return explain_missing(client, name, task_run.error());
  if (context.terminal.is_json)
    context.say(wire::to_document(*task_run));
  else
    context.say(to_text(*task_run, context.terminal));
  return ExitCode::kOk;
}

Result<ExitCode> show_run(Context& context, ApiClient& client, const RunName& name) {
  auto run = client.get_as<wire::Run>(wire::path::run(name.run));
  if (!run) return explain_missing(client, name, run.error());
  MLP_ASSIGN(auto tasks, client.get_as<wire::TaskList>(wire::path::run_tasks(name.run)));
  bool wants_all = context.terminal.is_verbose;
  wire::TaskRunList task_runs;
  if (wants_all) {
    MLP_ASSIGN(task_runs, get_task_runs(client, name.run, 100'000));
  }
  if (!context.terminal.is_json) {
    context.say(to_text(*run, tasks, task_runs, context.terminal));
    return ExitCode::kOk;
  }
  auto document = wire::to_document(*run);
  document["tasks"] = wire::to_json(tasks.tasks);
  if (wants_all) document["task_runs"] = wire::to_json(task_runs.task_runs);
  context.say(document);
  return ExitCode::kOk;
}

Result<ExitCode> run_show(Context& context) {
  ApiClient client(context.settings);
  MLP_ASSIGN(auto name, find_run_name(client, context.line.get("RUN")));
  if (context.line.has("source") || context.line.has("file")) {
    if (!name.task_run.empty())
      return Error{ErrorCode::kInvalid, "`--source` shows the files of a run, not of a task run"};
    return show_source(context, client, name);
  }
  if (context.line.has("follow")) {
    InterruptGuard guard(context.printer, farewell_of(name.run));
    return follow_run(context, name.run);
  }
  return name.task_run.empty() ? show_run(context, client, name)
                               : show_task_run(context, client, name);
}

Result<ExitCode> run_why(Context& context) {
  ApiClient client(context.settings);
  MLP_ASSIGN(auto name, find_run_name(client, context.line.get("RUN/TASK")));
  if (name.task_run.empty())
    return with_help(ErrorCode::kInvalid, "`why` explains one task run",
                     "name it like `" + name.to_text() + "/fit`; `mlpctl show " + name.to_text() +
                         "` lists the tasks");
  auto why = client.get_as<wire::Why>(wire::path::why(name.run, name.task_run));
  if (!why) return explain_missing(client, name, why.error());
  if (context.terminal.is_json)
    context.say(wire::to_document(*why));
  else
    context.say(to_text(*why, context.terminal));
  return ExitCode::kOk;
}

Result<ExitCode> run_cancel(Context& context) {
  ApiClient client(context.settings);
  MLP_ASSIGN(auto name, find_run_name(client, context.line.get("RUN")));
  if (!name.task_run.empty())
    return with_help(ErrorCode::kInvalid, "a whole run is cancelled, not one task run",
                     "`mlpctl cancel " + std::to_string(name.run) + "`");
  auto run = client.post_empty_as<wire::Run>(wire::path::run_cancel(name.run));
  if (!run) return explain_missing(client, name, run.error());
  if (context.terminal.is_json) {
    context.say(wire::to_document(*run));
  } else if (run->state == "running") {
    context.note("run " + name.to_text() + " is being cancelled; `mlpctl show " + name.to_text() +
                 " --follow` waits for its end");
  } else {
    context.note("run " + name.to_text() + " is " + run->state);
  }
  return ExitCode::kOk;
}

}  // namespace

void add_run_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"runs",
                   "Lists the runs, newest first",
                   {},
                   {{"--limit", "N", "at most so many (20)", false},
                    {"--pipeline", "NAME", "only of this pipeline", false},
                    {"--state", "STATE", "running, succeeded, failed or cancelled", false}},
                   "  mlpctl runs\n  mlpctl runs --state failed --json\n",
                   run_runs});
  verbs.push_back({"show",
                   "Shows a run or a task run",
                   {{"RUN", "a run (12, latest) or a task run (12/fit[2])", true, false}},
                   {{"-f,--follow", "", "watch the run until it ends", false},
                    {"--source", "", "the project's files as they ran", false},
                    {"--file", "PATH", "with --source: the content of one file", false},
                    {"-o,--output", "FOLDER", "with --source: put the files there", false}},
                   "  mlpctl show 12\n  mlpctl show 12/fit[2]\n"
                   "  mlpctl show 12 --source --file src/fit.py\n",
                   run_show});
  verbs.push_back({"why",
                   "Explains why a task run ran, or why it did not have to",
                   {{"RUN/TASK", "a task run, like 12/fit[2]", true, false}},
                   {},
                   "  mlpctl why 12/fit[2]\n",
                   run_why});
  verbs.push_back({"cancel",
                   "Cancels a run; what is done stays",
                   {{"RUN", "a run, like 12", true, false}},
                   {},
                   "  mlpctl cancel 12\n",
                   run_cancel});
}

}  // namespace mlp::mlpctl
