// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/commands/missing.h"

#include "base/file.h"
#include "base/text.h"
#include "daemon/mlpctl/print/messages.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/run.h"
#include "daemon/wire/task_run.h"

namespace mlp::mlpctl {
namespace {

Error missing_run(ApiClient& client, const RunName& name) {
  auto what = "there is no run " + std::to_string(name.run);
  auto list = client.get_as<wire::RunList>(std::string(wire::path::kRuns) + "?limit=1");
  if (!list || list->runs.empty())
    return with_help(ErrorCode::kNotFound, what, "there are no runs yet: `mlpctl run FILE.mlp`");
  return with_help(
      ErrorCode::kNotFound, what,
      "the newest is " + std::to_string(list->runs.front().id) + "; `mlpctl runs` lists them");
}

/// "fit[2]" -> "fit".
std::string without_items(const std::string& name) {
  std::string text;
  bool is_inside = false;
  for (char c : name) {
    if (c == '[') is_inside = true;
    if (!is_inside) text += c;
    if (c == ']') is_inside = false;
  }
  return text;
}

}  // namespace

Result<RunName> find_run_name(ApiClient& client, const std::string& text) {
  constexpr std::string_view kLatest = "latest";
  bool is_latest = text == kLatest || text.starts_with("latest/");
  if (!is_latest) return parse_run_name(text);
  MLP_ASSIGN(auto list, client.get_as<wire::RunList>(std::string(wire::path::kRuns) + "?limit=1"));
  if (list.runs.empty())
    return with_help(ErrorCode::kNotFound, "there are no runs yet", "mlpctl run FILE.mlp");
  return parse_run_name(std::to_string(list.runs.front().id) + text.substr(kLatest.size()));
}

Error explain_missing(ApiClient& client, const RunName& name, const Error& error) {
  if (error.code != ErrorCode::kNotFound) return error;
  auto run = client.get_as<wire::Run>(wire::path::run(name.run));
  if (!run) return missing_run(client, name);
  auto tasks = client.get_as<wire::TaskList>(wire::path::run_tasks(name.run));
  if (!tasks || name.task_run.empty()) return error;
  std::vector<std::string> names;
  for (const auto& task : tasks->tasks) names.push_back(task.task);
  auto wanted = without_items(name.task_run);
  for (const auto& task : tasks->tasks) {
    if (task.task != wanted) continue;
    bool is_map = task.depth > 0;
    return with_help(ErrorCode::kNotFound, "there is no task run " + printable(name.to_text()),
                     is_map ? "`" + task.task + "` has " + counted(task.counts.total, "task run") +
                                  ": " + std::to_string(name.run) + "/" + task.task + "[0] and on"
                            : "it is named " + std::to_string(name.run) + "/" + task.task);
  }
  auto near = nearest(wanted, names);
  return with_help(ErrorCode::kNotFound,
                   "run " + std::to_string(name.run) + " has no task `" + printable(wanted) + "`",
                   near.empty() ? "its tasks are " + join(names, ", ")
                                : "did you mean `" + std::to_string(name.run) + "/" + near + "`?");
}

Status fetch_source(ApiClient& client, std::uint64_t run, const wire::Manifest& manifest,
                    const std::string& folder) {
  for (const auto& entry : manifest.manifest) {
    MLP_ASSIGN(auto safe, SafeRelPath::from(entry.path));
    auto path = join_path(absolute_path(folder), safe.text());
    if (real_files().stat(path))
      return with_help(ErrorCode::kConflict, "`" + printable(path) + "` exists already",
                       "name an empty or a new folder");
    MLP_ASSIGN(auto answer, client.get(wire::path::run_source_file(run, entry.path)));
    if (!answer.is_success()) return to_error(answer);
    MLP_TRY(make_folders(real_files(), parent_path(path), 0755));
    MLP_TRY(real_files().write(path, answer.body, entry.executable ? 0755 : 0644));
  }
  return {};
}

}  // namespace mlp::mlpctl
