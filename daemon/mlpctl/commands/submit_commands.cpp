// SPDX-License-Identifier: Apache-2.0
//
// run and plan: compile here, bring the project's files to the daemon, have a run made or forecast.
#include "base/text.h"
#include "daemon/mlpctl/commands/follow_run.h"
#include "daemon/mlpctl/commands/interrupt.h"
#include "daemon/mlpctl/commands/source_report.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/compile_project.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/daemon_process.h"
#include "daemon/mlpctl/print/run_text.h"
#include "daemon/mlpctl/snapshot_upload.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/plan_forecast.h"
#include "daemon/wire/submit.h"

namespace mlp::mlpctl {
namespace {

/// The daemon may collect an object between upload and submission once; more often it is broken.
constexpr int kMaxSubmits = 3;
constexpr std::size_t kClientKeyBytes = 16;
/// Smaller uploads are over before they could be read about.
constexpr std::uint64_t kShowUploadFrom = 4u << 20;

/// What `run` and `plan` have in common: a pipeline that compiles, with arguments that fit it.
class Submission {
 public:
  explicit Submission(Context& context)
      : context_(context),
        stat_cache_(real_files(), context.clock, join_path(cache_folder(), "digests")) {}

  /// kOk when there is something to submit; otherwise everything has been said.
  Result<ExitCode> prepare() {
    MLP_ASSIGN(auto given, parse_arguments(context_.line.all("set")));
    auto file = read_names();
    MLP_ASSIGN(place_, find_project(file));
    loader_.emplace(place_.root, stat_cache_);
    auto compiled = compile(*loader_, place_.path, pipeline_);
    bool is_broken = !compiled.plan || compiled.has_errors();
    if (context_.terminal.is_json && is_broken) context_.say(to_document(compiled));
    print_diagnostics(context_.printer, context_.terminal, compiled.diagnostics, compiled.sources);
    if (is_broken) return ExitCode::kSourceError;
    auto bound = plan::bind_arguments(*compiled.plan, given, make_file_access(*loader_));
    if (!bound.mistakes.empty())
      return Error{ErrorCode::kInvalid, to_text(bound.mistakes, *compiled.plan)};
    arguments_ = to_sent_arguments(given, *compiled.plan, *loader_);
    (void)stat_cache_.save();  // only a cache: the next run hashes again
    return ExitCode::kOk;
  }

  /// Uploads and posts; the answer is a success. Sets `exit_code` when the daemon found a mistake
  /// in the pipeline, which has been printed then.
  Result<Answer> submit(ApiClient& client, const std::string& path, ExitCode& exit_code) {
    wire::Submit request;
    request.path = place_.path;
    request.pipeline = pipeline_;
    request.arguments = arguments_;
    request.client_key = to_hex(random_bytes(kClientKeyBytes));
    for (int i = 0;; ++i) {
      MLP_ASSIGN(request.snapshot, upload_snapshot(client, *loader_, upload_progress()));
      context_.printer.stick({});
      MLP_ASSIGN(auto answer, client.post(path, mlp::to_text(wire::to_json(request))));
      if (answer.is_success()) return answer;
      auto error = wire::parse_error_document(answer.body);
      if (error.code == "missing_objects" && i + 1 < kMaxSubmits) continue;
      if (error.code != "invalid_pipeline") return refusal(answer, error);
      say_refused_pipeline(error);
      exit_code = ExitCode::kSourceError;
      return answer;
    }
  }

 private:
  /// The file; its pipeline is the second word, or stands behind a colon: "etl.mlp:nightly".
  std::string read_names() {
    auto file = context_.line.get("FILE");
    pipeline_ = context_.line.get("PIPELINE");
    auto colon = file.rfind(".mlp:");
    if (colon == std::string::npos || !pipeline_.empty()) return file;
    colon += std::string_view(".mlp").size();
    pipeline_ = file.substr(colon + 1);
    return file.substr(0, colon);
  }

  /// Mistakes in arguments name their parameters; the rest is said as it came.
  static Error refusal(const Answer& answer, const wire::Error& error) {
    if (error.mistakes.empty()) return to_error(answer);
    std::vector<std::string> lines;
    for (const auto& mistake : error.mistakes)
      lines.push_back("parameter `" + printable(mistake.parameter) +
                      "`: " + printable(mistake.message));
    return with_help(ErrorCode::kInvalid, join(lines, "\nerror: "), error.hint);
  }

  void say_refused_pipeline(const wire::Error& error) {
    context_.printer.message(error.text.empty() ? error.message + "\n" : error.text);
    if (context_.terminal.is_json)
      context_.say(
          JsonObject{{"schema_version", wire::kSchemaVersion}, {"diagnostics", error.diagnostics}});
  }

  UploadProgress upload_progress() {
    if (!context_.terminal.has_progress) return nullptr;
    return [this](std::uint64_t sent, std::uint64_t total) {
      if (total < kShowUploadFrom) return;
      context_.printer.stick({"sending files: " + human_size(sent) + " of " + human_size(total)});
    };
  }

  Context& context_;
  StatCache stat_cache_;
  ProjectPlace place_;
  std::string pipeline_;
  std::optional<DiskLoader> loader_;
  JsonObject arguments_;
};

Status start_daemon(Context& context) {
  MLP_ASSIGN(auto state, ensure_daemon(context.settings, {}));
  if (state.was_started) context.note("started mlpd at " + state.address);
  return {};
}

Result<ExitCode> run_run(Context& context) {
  Submission submission(context);
  MLP_ASSIGN(auto code, submission.prepare());
  if (code != ExitCode::kOk) return code;
  MLP_TRY(start_daemon(context));
  // From here on the daemon may have taken the run: an interrupt says how to find it.
  InterruptGuard guard(context.printer,
                       "\ninterrupted while the run was submitted; `mlpctl runs` shows whether it "
                       "was accepted\n");
  ApiClient client(context.settings);
  MLP_ASSIGN(auto answer, submission.submit(client, std::string(wire::path::kRuns), code));
  if (code != ExitCode::kOk) return code;
  MLP_ASSIGN(auto made, wire::parse_text<wire::SubmitAnswer>(answer.body));
  if (context.terminal.is_json) context.say(typed_document("submitted", wire::to_document(made)));
  if (context.line.has("detach")) {
    if (!context.terminal.is_json) context.say(std::to_string(made.run) + "\n");
    return ExitCode::kOk;
  }
  guard.set_farewell(farewell_of(made.run));
  context.note("run " + std::to_string(made.run));
  return follow_run(context, made.run);
}

Result<ExitCode> run_plan(Context& context) {
  Submission submission(context);
  MLP_ASSIGN(auto code, submission.prepare());
  if (code != ExitCode::kOk) return code;
  MLP_TRY(start_daemon(context));
  ApiClient client(context.settings);
  MLP_ASSIGN(auto answer, submission.submit(client, std::string(wire::path::kPlans), code));
  if (code != ExitCode::kOk) return code;
  MLP_ASSIGN(auto forecast, wire::parse_text<wire::PlanForecast>(answer.body));
  if (context.terminal.is_json)
    context.say(wire::to_document(forecast));
  else
    context.say(to_text(forecast, context.terminal));
  return ExitCode::kOk;
}

std::vector<ArgumentSpec> pipeline_arguments() {
  return {
      {"FILE", "the .mlp file", true, false},
      {"PIPELINE", "its pipeline: the only one, else the one named like the file", false, false}};
}

OptionSpec set_option() {
  return {"--set", "name=value", "a parameter; may be given often", true};
}

}  // namespace

void add_submit_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"run",
                   "Runs a pipeline and follows it to its end",
                   pipeline_arguments(),
                   {set_option(), {"-d,--detach", "", "print the run's number and return", false}},
                   "  mlpctl run iris.mlp\n  mlpctl run iris.mlp --set floor=0.95\n"
                   "  mlpctl run etl.mlp:nightly --detach\n",
                   run_run});
  verbs.push_back({"plan",
                   "Shows what would run, what is cached, and why",
                   pipeline_arguments(),
                   {set_option()},
                   "  mlpctl plan iris.mlp\n  mlpctl plan iris.mlp --set floor=0.95 --json\n",
                   run_plan});
}

}  // namespace mlp::mlpctl
