// SPDX-License-Identifier: Apache-2.0
//
// fsck: asks the daemon to check its data folder; where none runs, has mlpd check it by itself.
#include "base/text.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/daemon_process.h"
#include "daemon/wire/fsck.h"
#include "daemon/wire/paths.h"

namespace mlp::mlpctl {
namespace {

constexpr int kDataInUse = 10;
constexpr int kMlpdUsage = 2;
constexpr int kMlpdNoRoom = 14;
/// The largest objects take minutes to be read.
constexpr Duration kHashLimit = std::chrono::hours(4);

/// Takes the lines of a check, however they are cut into pieces.
class Lines {
 public:
  explicit Lines(Context& context) : context_(context) {}
  ~Lines() { context_.printer.stick({}); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// False when one makes no sense.
  bool take(std::string_view piece) {
    rest_.append(piece);
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      auto line = wire::parse_text<wire::FsckLine>(rest_.substr(0, end));
      rest_.erase(0, end + 1);
      if (!line) return false;
      if (line->progress) show(*line->progress);
      if (line->report) report_ = std::move(line->report);
    }
    return true;
  }
  const std::optional<wire::FsckReport>& report() const { return report_; }

 private:
  void show(const wire::FsckProgress& progress) {
    if (!context_.terminal.has_progress || context_.terminal.is_quiet) return;
    context_.printer.stick({"checked " + counted(progress.records, "record") + ", " +
                            counted(progress.objects, "object") + ", " +
                            human_size(progress.object_bytes)});
  }

  Context& context_;
  std::string rest_;
  std::optional<wire::FsckReport> report_;
};

Error no_report() {
  return {ErrorCode::kUnavailable, "the check was broken off before its end"};
}

Result<wire::FsckReport> ask_daemon(Context& context) {
  ApiClient client(context.settings);
  Lines lines(context);
  MLP_ASSIGN(auto answer, client.stream(std::string(wire::path::kFsck), "",
                                        [&](std::string_view piece) { return lines.take(piece); }));
  if (!answer.is_success()) return to_error(answer);
  if (!lines.report()) return no_report();
  return *lines.report();
}

/// While a daemon uses the store only lost objects can be mended: it looks at each once more.
Status mend_objects(Context& context, wire::FsckReport& report) {
  Settings patient = context.settings;
  patient.timeout = kHashLimit;
  ApiClient client(patient);
  for (wire::FsckFinding& finding : report.findings) {
    if (finding.object.empty()) continue;
    auto state =
        client.post_empty_as<wire::ObjectState>(wire::path::object_verify(finding.object));
    if (!state && state.error().code == ErrorCode::kConflict) continue;
    if (!state) return state.error();
    finding.is_repaired = true;
    ++report.repaired;
  }
  return {};
}

Error refused(const MlpdEnd& end, const std::string& folder) {
  if (end.exit_code == kDataInUse)
    return with_help(ErrorCode::kConflict, "a daemon has " + folder + " but does not answer yet",
                     "try again in a moment, or end it");
  if (end.exit_code == kMlpdNoRoom) return {ErrorCode::kNoSpace, end.message};
  const bool is_missing = end.exit_code == kMlpdUsage;
  return {is_missing ? ErrorCode::kNotFound : ErrorCode::kCorrupt, end.message};
}

void say(Context& context, const wire::FsckReport& report) {
  if (context.terminal.is_json)
    context.say(wire::to_document(report));
  else
    context.say(wire::to_text(report));
}

Result<wire::FsckReport> run_mlpd(Context& context) {
  std::vector<std::string> words = {"--data", context.settings.data_folder, "--fsck", "--json"};
  if (context.line.has("repair")) words.push_back("--repair");
  Lines lines(context);
  MLP_ASSIGN(auto end, run_mlpd_to_its_end(
                           words, [&](std::string_view piece) { (void)lines.take(piece); }));
  if (end.exit_code > 1) {
    if (lines.report()) say(context, *lines.report());
    return refused(end, context.settings.data_folder);
  }
  if (lines.report()) return *lines.report();
  return no_report();
}

Result<ExitCode> run_fsck(Context& context) {
  const bool has_daemon = context.settings.server || is_daemon_answering(context.settings);
  MLP_ASSIGN(auto report, has_daemon ? ask_daemon(context) : run_mlpd(context));
  if (has_daemon && context.line.has("repair")) MLP_TRY(mend_objects(context, report));
  say(context, report);
  const bool is_mended = report.found == report.repaired;
  if (!is_mended && has_daemon && context.line.has("repair"))
    context.note("what is left cannot be repaired while the daemon uses it: `mlpctl down`, then "
                 "`mlpctl fsck --repair`");
  return is_mended ? ExitCode::kOk : ExitCode::kFindingsLeft;
}

}  // namespace

void add_fsck_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"fsck",
                   "Checks that everything is there that records name, and mends what can be mended",
                   {},
                   {{"--repair", "", "mend what can be mended; the rest is told", false}},
                   "  mlpctl fsck\n  mlpctl fsck --json\n  mlpctl down && mlpctl fsck --repair\n\n"
                   "With a daemon, lost objects are repaired; for all else end it first.\n"
                   "Exit codes: 0 nothing is wrong, or all is repaired; 1 findings are left; 9 it needs more disk\n"
                   "than is free.\n",
                   run_fsck});
}

}  // namespace mlp::mlpctl
