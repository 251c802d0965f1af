// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/commands/follow_run.h"

#include "base/text.h"
#include "daemon/mlpctl/commands/interrupt.h"
#include "daemon/mlpctl/commands/missing.h"
#include "daemon/mlpctl/follow.h"
#include "daemon/mlpctl/print/live_view.h"
#include "daemon/mlpctl/print/run_text.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/status.h"

namespace mlp::mlpctl {
namespace {

constexpr std::size_t kLogTailLines = 20;
constexpr std::uint64_t kLogTailBytes = 16 * 1024;
/// The logs of more failing tasks tell nothing new; `mlpctl logs` shows each.
constexpr int kMaxLogTails = 3;
/// Between two questions for the number of tasks.
constexpr Duration kTasksEvery = std::chrono::milliseconds(250);

/// What of a log is shown below a failing task: its last lines.
std::string last_lines(const std::string& text) {
  auto lines = split(trim(text), '\n');
  std::string shown;
  auto begin = lines.size() > kLogTailLines ? lines.size() - kLogTailLines : 0;
  for (auto i = begin; i < lines.size(); ++i) shown += "    | " + printable(lines[i]) + "\n";
  return shown;
}

/// One run being watched.
class Watch {
 public:
  Watch(Context& context, std::uint64_t run)
      : context_(context),
        run_(run),
        stream_(context.settings),
        client_(context.settings),
        view_(context.terminal, context.printer, context.clock) {}

  Result<ExitCode> follow() {
    bool is_live = !context_.terminal.is_json;
    if (is_live && context_.terminal.has_progress) refresh_tasks();
    warn_of_full_disk();
    auto ended = with_ticker([&] {
      return follow_events(
          stream_, run_, [&](const wire::Event& e, std::string_view json) { take(e, json); },
          [&](bool is_lost) { tell_break(is_lost); });
    });
    if (!ended) return explain_missing(client_, RunName{run_, ""}, ended.error());
    if (is_live) view_.finish();
    MLP_ASSIGN(auto run, client_.get_as<wire::Run>(wire::path::run(run_)));
    say_end(run);
    return run.state == "succeeded" ? ExitCode::kOk : ExitCode::kRunFailed;
  }

 private:
  template <typename Function>
  Status with_ticker(const Function& function) {
    if (!context_.terminal.has_progress) return function();
    Ticker ticker([this] { view_.draw(); });
    return function();
  }

  void take(const wire::Event& event, std::string_view json) {
    if (context_.terminal.is_json) {
      auto parsed = parse_json(json);
      if (parsed && parsed->is_object())
        context_.say(typed_document(event.type, std::move(parsed->get_object())));
      return;
    }
    view_.apply(event);
    if (view_.wants_tasks() && context_.clock.steady() >= next_refresh_) refresh_tasks();
    if (event.type == "task_run" && event.state == "failed") show_log(event);
  }

  /// A run that cannot start anything would look as if it hung.
  void warn_of_full_disk() {
    auto status = client_.get_as<wire::Status>(std::string(wire::path::kStatus));
    if (!status || !status->is_disk_low) return;
    context_.note(printable(status->disk_reason) +
                  "; nothing new starts until there is more room: free some, or lower `min_free`");
  }

  void refresh_tasks() {
    if (auto tasks = client_.get_as<wire::TaskList>(wire::path::run_tasks(run_)))
      view_.set_tasks(*tasks);
    next_refresh_ = context_.clock.steady() + kTasksEvery;
  }

  void show_log(const wire::Event& event) {
    if (event.attempt.empty() || shown_logs_ >= kMaxLogTails) return;
    ++shown_logs_;
    auto name = parse_run_name(event.task_run);
    if (!name) return;
    auto task_run = client_.get_as<wire::TaskRun>(wire::path::task_run(run_, name->task_run));
    std::uint64_t size = 0;
    if (task_run && !task_run->attempt_details.empty())
      size = task_run->attempt_details.back().log_size;
    auto path = wire::path::attempt_log(event.attempt);
    if (size > kLogTailBytes) path += "?offset=" + std::to_string(size - kLogTailBytes);
    auto answer = client_.get(path);
    if (!answer || !answer->is_success()) return;
    auto lines = last_lines(answer->body);
    auto help = "    the whole log: mlpctl logs " + shell_quote(event.task_run) + "\n";
    // The line of a single task has just said the rest.
    auto head =
        event.items.empty() && !context_.terminal.is_quiet
            ? std::string()
            : "  " + printable(event.task_run) + "  failed: " + printable(event.reason) + "\n";
    if (trim(answer->body).empty())
      return context_.printer.message(head + "    (it wrote no log)\n");
    context_.printer.message(head + lines + help);
  }

  void tell_break(bool is_lost) {
    context_.note(is_lost ? "the daemon is away; waiting for it to come back (the run is safe)"
                          : "the daemon is back");
  }

  void say_end(const wire::Run& run) {
    if (context_.terminal.is_json) {
      context_.say(typed_document("result", wire::to_document(run)));
      return;
    }
    if (!run.error.empty()) context_.printer.message("  " + printable(run.error) + "\n");
    context_.say(
        paint(context_.terminal.has_colours_out, colour_of_state(run.state), to_summary(run)) +
        "\n" + to_text(run.results));
  }

  Context& context_;
  std::uint64_t run_;
  ApiClient stream_;
  ApiClient client_;
  LiveView view_;
  Duration next_refresh_{0};
  int shown_logs_ = 0;
};

}  // namespace

JsonObject typed_document(std::string_view type, JsonObject document) {
  JsonObject typed;
  typed["schema_version"] = wire::kSchemaVersion;
  typed["type"] = type;
  for (auto& [name, member] : document)
    if (name != "schema_version") typed[name] = std::move(member);
  return typed;
}

std::string farewell_of(std::uint64_t run) {
  auto id = std::to_string(run);
  return "\nrun " + id + " goes on\n  follow it: mlpctl show " + id +
         " --follow\n  cancel it: mlpctl cancel " + id + "\n";
}

Result<ExitCode> follow_run(Context& context, std::uint64_t run) {
  Watch watch(context, run);
  return watch.follow();
}

}  // namespace mlp::mlpctl
