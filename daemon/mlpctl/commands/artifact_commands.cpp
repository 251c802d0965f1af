// SPDX-License-Identifier: Apache-2.0
//
// artifacts list, artifacts get, lineage: what runs made, and where it comes from.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "daemon/mlpctl/commands/missing.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/names.h"
#include "daemon/mlpctl/print/run_text.h"
#include "daemon/mlpctl/print/table.h"
#include "daemon/wire/artifact.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/task_run.h"

namespace mlp::mlpctl {
namespace {

constexpr std::size_t kDigestDigits = 64;

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<wire::ArtifactList> get_artifacts(ApiClient& client, std::uint64_t run) {
  wire::ArtifactList all;
  all.run = run;
  do {
    auto path = std::string(wire::path::kArtifacts) + "?run=" + std::to_string(run) + "&limit=1000";
    if (!all.next_after.empty()) path += "&after=" + wire::path::encode_segment(all.next_after);
    MLP_ASSIGN(auto page, client.get_as<wire::ArtifactList>(path));
    for (auto& artifact : page.artifacts) all.artifacts.push_back(std::move(artifact));
    all.next_after = page.next_after;
  } while (!all.next_after.empty());
  return all;
}

Result<ExitCode> run_list(Context& context) {
  ApiClient client(context.settings);
  MLP_ASSIGN(auto name, find_run_name(client, context.line.get("RUN")));
  auto list = get_artifacts(client, name.run);
  if (!list) return explain_missing(client, RunName{name.run, ""}, list.error());
  auto is_other = [&](const wire::Artifact& artifact) {
    return !name.task_run.empty() && artifact.task_run != name.to_text();
  };
  std::erase_if(list->artifacts, is_other);
  if (context.terminal.is_json) {
    context.say(wire::to_document(*list));
    return ExitCode::kOk;
  }
  Table table;
  table.heads = {"TASK RUN", "OUTPUT", "KIND", "SIZE", "NAME", "DIGEST"};
  table.is_right = {false, false, false, true};
  for (const auto& artifact : list->artifacts)
    table.rows.push_back({{artifact.task_run, Colour::kNone},
                          {artifact.output, Colour::kNone},
                          {artifact.kind, Colour::kNone},
                          {human_size(artifact.size), Colour::kNone},
                          {artifact.name, Colour::kNone},
                          {artifact.digest, Colour::kFaint}});
  if (list->artifacts.empty())
    context.note("run " + name.to_text() + " has no outputs yet");
  else
    context.say(to_text(table, context.terminal.has_colours_out, 0));
  return ExitCode::kOk;
}

/// "12/fit[2].model" is understood too: the output's name is what follows the last dot of the last
/// part.
struct OutputName {
  RunName task_run;
  std::string output;  // empty: the only one
};

OutputName split_output(RunName name) {
  auto slash = name.task_run.rfind('/');
  auto dot = name.task_run.rfind('.');
  OutputName output{name, ""};
  bool has_dot = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  if (!has_dot) return output;
  output.output = name.task_run.substr(dot + 1);
  output.task_run.task_run.resize(dot);
  return output;
}

Result<wire::Output> pick_output(const wire::TaskRun& task_run, const std::string& wanted) {
  std::vector<std::string> names;
  for (const auto& output : task_run.outputs) {
    if (output.name == wanted || (wanted.empty() && task_run.outputs.size() == 1)) return output;
    names.push_back(output.name);
  }
  if (names.empty())
    return with_help(ErrorCode::kNotFound, printable(task_run.name) + " has no outputs",
                     "it is " + task_run.state);
  if (wanted.empty())
    return with_help(ErrorCode::kInvalid, printable(task_run.name) + " has several outputs",
                     "name one of " + join(names, ", ") + ": mlpctl artifacts get " +
                         shell_quote(task_run.name) + " " + names.front());
  auto near = nearest(wanted, names);
  return with_help(ErrorCode::kNotFound,
                   printable(task_run.name) + " has no output `" + printable(wanted) + "`",
                   near.empty() ? "it has " + join(names, ", ") : "did you mean `" + near + "`?");
}

/// Finds the output of "12/fit[2].model", also where a second call is named "12/fit.2".
Result<wire::Output> find_output(ApiClient& client, const RunName& name,
                                 const std::string& output) {
  auto whole = client.get_as<wire::TaskRun>(wire::path::task_run(name.run, name.task_run));
  if (whole) return pick_output(*whole, output);
  auto parts = split_output(name);
  if (whole.error().code != ErrorCode::kNotFound || parts.output.empty() || !output.empty())
    return explain_missing(client, name, whole.error());
  auto task_run = client.get_as<wire::TaskRun>(
      wire::path::task_run(parts.task_run.run, parts.task_run.task_run));
  if (!task_run) return explain_missing(client, parts.task_run, task_run.error());
  return pick_output(*task_run, parts.output);
}

/// Streams an artifact's bytes to a new file, or to standard output for "-".
Status fetch_file(Context& context, ApiClient& client, const std::string& path,
                  const std::string& target) {
  int fd = STDOUT_FILENO;
  if (target != "-") {
    MLP_TRY(make_folders(real_files(), parent_path(absolute_path(target)), 0755));
    fd = ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
      return with_help(errno == EEXIST ? ErrorCode::kConflict : ErrorCode::kIo,
                       "cannot create `" + printable(target) + "`: " +
                           (errno == EEXIST ? "it exists already" : "the system refuses it"),
                       "name another file with --output");
  }
  bool is_written = true;
  auto answer = client.stream(path, "", [&](std::string_view part) {
    while (!part.empty() && is_written) {
      auto count = ::write(fd, part.data(), part.size());
      is_written = count > 0;
      if (is_written) part.remove_prefix(static_cast<std::size_t>(count));
    }
    return is_written;
  });
  if (fd != STDOUT_FILENO) ::close(fd);
  bool is_whole = answer && answer->is_success() && is_written;
  if (!is_whole && target != "-") (void)real_files().remove(absolute_path(target));
  if (!answer) return answer.error();
  if (!answer->is_success()) return to_error(*answer);
  if (!is_written) return Error{ErrorCode::kIo, "cannot write to `" + printable(target) + "`"};
  if (target != "-") context.note("wrote " + printable(target));
  return {};
}

Status fetch_folder(Context& context, ApiClient& client, const wire::Artifact& artifact,
                    const std::string& target) {
  if (target == "-")
    return Error{ErrorCode::kInvalid, "a folder cannot go to standard output; use --output FOLDER"};
  for (const auto& entry : artifact.entries) {
    MLP_ASSIGN(auto safe, SafeRelPath::from(entry.path));
    auto path = join_path(target, safe.text());
    if (entry.kind == "folder") MLP_TRY(make_folders(real_files(), absolute_path(path), 0755));
    if (entry.kind != "file") continue;
    MLP_TRY(fetch_file(context, client,
                       wire::path::artifact_content(artifact.digest) +
                           "?path=" + wire::path::encode_segment(entry.path),
                       path));
    if (entry.executable) MLP_TRY(real_files().chmod(absolute_path(path), 0755));
  }
  return {};
}

/// With all entries of a folder.
Result<wire::Artifact> get_artifact(ApiClient& client, const std::string& digest) {
  MLP_ASSIGN(auto artifact, client.get_as<wire::Artifact>(wire::path::artifact(digest)));
  while (!artifact.next_after.empty()) {
    auto path = wire::path::artifact(digest) +
                "?limit=1000&after=" + wire::path::encode_segment(artifact.next_after);
    MLP_ASSIGN(auto page, client.get_as<wire::Artifact>(path));
    for (auto& entry : page.entries) artifact.entries.push_back(std::move(entry));
    artifact.next_after = page.next_after;
  }
  return artifact;
}

Result<ExitCode> get_by_digest(Context& context, ApiClient& client, const std::string& digest,
                               const std::string& name) {
  MLP_ASSIGN(auto artifact, get_artifact(client, digest));
  if (context.terminal.is_json) {
    context.say(wire::to_document(artifact));
    return ExitCode::kOk;
  }
  auto target = context.line.get("output", name.empty() ? artifact.name : name);
  if (target.empty()) target = digest.substr(0, 12);
  if (artifact.kind == "folder")
    MLP_TRY(fetch_folder(context, client, artifact, target));
  else
    MLP_TRY(fetch_file(context, client, wire::path::artifact_content(digest), target));
  return ExitCode::kOk;
}

Result<ExitCode> run_get(Context& context) {
  auto what = context.line.get("ARTIFACT");
  ApiClient client(context.settings);
  if (is_digest(what)) return get_by_digest(context, client, what, "");
  MLP_ASSIGN(auto name, find_run_name(client, what));
  if (name.task_run.empty())
    return with_help(ErrorCode::kInvalid, "`" + printable(what) + "` is a run, not an artifact",
                     "`mlpctl artifacts list " + name.to_text() + "` lists its artifacts");
  MLP_ASSIGN(auto output, find_output(client, name, context.line.get("OUTPUT")));
  if (output.kind == "value") {
    if (context.terminal.is_json)
      context.say(wire::to_document(output));
    else
      context.say(output.text + "\n");
    return ExitCode::kOk;
  }
  return get_by_digest(context, client, output.digest, base_name(output.text));
}

Result<ExitCode> run_lineage(Context& context) {
  auto what = context.line.get("WHAT");
  ApiClient client(context.settings);
  if (!is_digest(what)) {
    MLP_ASSIGN(auto name, find_run_name(client, what));
    what = name.to_text();
  }
  auto list = client.get_as<wire::LineageList>(wire::path::lineage(what));
  if (!list) {
    auto name = parse_run_name(what);
    return name ? explain_missing(client, *name, list.error()) : list.error();
  }
  if (context.terminal.is_json)
    context.say(wire::to_document(*list));
  else
    context.say(to_text(*list, context.terminal));
  return ExitCode::kOk;
}

}  // namespace

void add_artifact_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"lineage",
                   "Tells where an artifact comes from and who used it",
                   {{"WHAT", "a digest, a run (12) or a task run (12/fit[2])", true, false}},
                   {},
                   "  mlpctl lineage 12/fit[2]\n  mlpctl lineage 12 --json\n",
                   run_lineage});
  verbs.push_back({"artifacts list",
                   "Lists the outputs of a run or a task run",
                   {{"RUN", "a run (12, latest) or a task run (12/fit[2])", true, false}},
                   {},
                   "  mlpctl artifacts list 12\n",
                   run_list});
  verbs.push_back({"artifacts get",
                   "Fetches an artifact",
                   {{"ARTIFACT", "a task run (12/fit[2]) or a digest", true, false},
                    {"OUTPUT", "the output's name, where there are several", false, false}},
                   {{"-o,--output", "PATH", "write there; - is standard output", false}},
                   "  mlpctl artifacts get 12/fit[2] model -o model.pkl\n",
                   run_get});
}

}  // namespace mlp::mlpctl
