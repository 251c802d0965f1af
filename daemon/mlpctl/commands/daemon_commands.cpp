// SPDX-License-Identifier: Apache-2.0
//
// up, down, status, version: the daemon itself.
#include "base/text.h"
#include "daemon/mlpctl/commands/interrupt.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/daemon_process.h"
#include "daemon/mlpctl/print/table.h"
#include "daemon/mlpctl/version.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/status.h"

namespace mlp::mlpctl {
namespace {

/// A daemon that was told to end without waiting needs no longer than this.
constexpr Duration kStopLimit = std::chrono::seconds(60);
/// Tasks may run for days; whoever waits for them may press Ctrl-C.
constexpr Duration kWaitLimit = std::chrono::hours(24 * 30);

Result<ExitCode> run_up(Context& context) {
  std::vector<std::string> extra;
  if (context.line.has("listen")) extra = {"--listen", context.line.get("listen")};
  MLP_ASSIGN(auto state, ensure_daemon(context.settings, extra));
  if (context.terminal.is_json) {
    context.say(JsonObject{{"schema_version", wire::kSchemaVersion},
                           {"address", state.address},
                           {"was_started", state.was_started}});
    return ExitCode::kOk;
  }
  context.say((state.was_started ? "mlpd is up at " : "mlpd is already up at ") + state.address +
              "\n");
  return ExitCode::kOk;
}

std::string shutdown_mode(const CommandLine& line) {
  if (line.has("kill")) return "kill";
  return line.has("wait") ? "wait" : "refuse";
}

Result<ExitCode> run_down(Context& context) {
  if (context.line.has("kill") && context.line.has("wait"))
    return Error{ErrorCode::kInvalid, "`--wait` and `--kill` exclude each other"};
  ApiClient client(context.settings);
  // Errors first: a shutdown must not be asked for twice on a connection it has closed.
  MLP_ASSIGN(auto status, client.get_as<wire::Status>(std::string(wire::path::kStatus)));
  wire::ShutdownRequest request{shutdown_mode(context.line)};
  auto answer =
      client.post_once(std::string(wire::path::kShutdown), mlp::to_text(wire::to_json(request)));
  if (answer && !answer->is_success()) return to_error(*answer);
  // A daemon that ended before its answer was through is what was asked for.
  if (!answer && answer.error().code != ErrorCode::kUnavailable) return answer.error();
  if (context.line.has("wait") && status.running_attempts > 0)
    context.note("waiting for " + counted(status.running_attempts, "running task"));
  if (!context.settings.server) {
    auto limit = context.line.has("wait") ? kWaitLimit : kStopLimit;
    MLP_TRY(wait_until_stopped(context.settings.data_folder, limit));
  }
  if (context.terminal.is_json)
    context.say(JsonObject{{"schema_version", wire::kSchemaVersion}, {"state", "stopped"}});
  else
    context.note(context.settings.server ? "mlpd is stopping" : "mlpd has stopped");
  return ExitCode::kOk;
}

std::string health_of(const wire::Status& status) {
  if (!status.is_disk_low) return "ok";
  const std::string since = " since " + to_rfc3339(status.disk_since);
  const std::string what = status.is_read_only ? "read-only" : "nothing new starts";
  return what + since + ": " + printable(status.disk_reason);
}

std::string to_text(const wire::Status& status, const std::string& address,
                    const wire::LoginLink& link) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"mlpd", status.version + ", process " + std::to_string(status.pid) + ", up for " +
                   to_human(status.uptime)},
      {"address", address},
      {"data", status.data_folder + ", " + human_size(status.free_bytes) + " free"},
      {"health", health_of(status)},
      {"runs", counted(status.active_runs, "run") + " going on"},
      {"tasks", std::to_string(status.running_attempts) + " running, " +
                    std::to_string(status.queued_task_runs) + " queued, " +
                    counted(status.cpus, "CPU")},
      {"memory", human_size(status.memory_bytes)}};
  if (!link.url.empty())
    pairs.emplace_back("web", link.url + " (opens once, until " + to_rfc3339(link.expires) + ")");
  return to_pairs(pairs);
}

Result<ExitCode> run_status(Context& context) {
  ApiClient client(context.settings);
  MLP_ASSIGN(auto status, client.get_as<wire::Status>(std::string(wire::path::kStatus)));
  wire::LoginLink link;
  auto made = client.post_empty_as<wire::LoginLink>(std::string(wire::path::kLoginLinks));
  if (made) link = *made;
  if (context.terminal.is_json) {
    auto document = wire::to_document(status);
    document["health"] =
        status.is_read_only ? "disk_full" : (status.is_disk_low ? "disk_low" : "ok");
    document["link"] = wire::to_json(link);
    context.say(document);
  } else {
    context.say(to_text(status, client.address(), link));
  }
  return status.is_disk_low ? ExitCode::kDegraded : ExitCode::kOk;
}

Result<ExitCode> run_version(Context& context) {
  if (context.terminal.is_json)
    context.say(JsonObject{{"schema_version", wire::kSchemaVersion}, {"version", kVersion}});
  else
    context.say("mlpctl " + std::string(kVersion) + "\n");
  return ExitCode::kOk;
}

}  // namespace

void add_daemon_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"up",
                   "Starts mlpd, if none answers",
                   {},
                   {{"--listen", "HOST:PORT", "listen there (127.0.0.1:7450)", false}},
                   "  mlpctl up\n  mlpctl up --data /srv/mlp --listen 127.0.0.1:8000\n",
                   run_up});
  verbs.push_back(
      {"down",
       "Ends mlpd; refuses while tasks run",
       {},
       {{"--wait", "", "let running tasks end first", false},
        {"--kill", "", "end running tasks as lost; their runs go on at the next up", false}},
       "  mlpctl down\n  mlpctl down --wait\n",
       run_down});
  verbs.push_back({"status",
                   "Shows the daemon's address, health and work, and a link to its web page",
                   {},
                   {},
                   "  mlpctl status\n  mlpctl status --json\n",
                   run_status});
  verbs.push_back({"version", "Shows the version", {}, {}, "  mlpctl version\n", run_version});
}

}  // namespace mlp::mlpctl
