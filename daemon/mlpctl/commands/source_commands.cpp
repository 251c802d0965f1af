// SPDX-License-Identifier: Apache-2.0
//
// check and fmt: pipeline files by themselves, without a daemon.
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/diagnostics/print.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"
#include "daemon/mlpctl/project.h"

namespace mlp::mlpctl {
namespace {

Result<ExitCode> run_check(Context& context) {
  SystemClock clock;
  StatCache stat_cache(real_files(), clock, join_path(cache_folder(), "digests"));
  JsonArray all;
  auto code = ExitCode::kOk;
  for (const auto& file : context.line.all("FILE")) {
    MLP_ASSIGN(auto place, find_project(file));
    DiskLoader loader(place.root, stat_cache);
    auto checked = check_file(loader, place.path);
    if (checked.has_errors()) code = ExitCode::kSourceError;
    for (auto& diagnostic : diagnostics::to_json(checked.diagnostics, checked.sources))
      all.push_back(std::move(diagnostic));
    if (context.terminal.is_json) continue;
    print_diagnostics(context.printer, context.terminal, checked.diagnostics, checked.sources);
    if (!checked.has_errors()) context.note(printable(file) + ": no mistakes");
  }
  (void)stat_cache.save();  // only a cache
  if (context.terminal.is_json)
    context.say(JsonObject{{"schema_version", 1}, {"diagnostics", std::move(all)}});
  return code;
}

/// One file of fmt: what became of it.
struct FormattedFile {
  bool has_errors = false;
  bool is_changed = false;
};

Result<FormattedFile> format_file(Context& context, const std::string& path, bool only_check) {
  auto whole = absolute_path(path);
  MLP_ASSIGN(auto text, real_files().read(whole, syntax::kMaxFileBytes + 1));
  source::SourceMap sources;
  diagnostics::Diagnostics diagnostics;
  auto id = sources.add(source::SourceFile(path, text));
  auto formatted = syntax::format(id, sources.get(id), diagnostics);
  print_diagnostics(context.printer, context.terminal, diagnostics, sources);
  FormattedFile result;
  result.has_errors = diagnostics.has_errors() || !formatted;
  result.is_changed = !result.has_errors && *formatted != text;
  if (!result.is_changed || only_check) return result;
  MLP_ASSIGN(auto info, real_files().stat(whole));
  MLP_TRY(write_atomic(real_files(), whole, *formatted, info.mode));
  return result;
}

Result<ExitCode> run_fmt(Context& context) {
  bool only_check = context.line.has("check");
  JsonArray changed;
  auto code = ExitCode::kOk;
  for (const auto& path : context.line.all("FILE")) {
    MLP_ASSIGN(auto result, format_file(context, path, only_check));
    if (result.has_errors || (only_check && result.is_changed)) code = ExitCode::kSourceError;
    if (!result.is_changed) continue;
    changed.push_back(Json(std::string_view(path)));
    if (!context.terminal.is_json) context.say(printable(path) + "\n");
  }
  if (context.terminal.is_json)
    context.say(JsonObject{{"schema_version", 1}, {"changed", std::move(changed)}});
  return code;
}

}  // namespace

void add_source_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"check",
                   "Compiles files and tells every mistake",
                   {{"FILE", "the .mlp files", true, true}},
                   {},
                   "  mlpctl check iris.mlp\n  mlpctl check --json *.mlp\n",
                   run_check});
  verbs.push_back({"fmt",
                   "Brings files into their one form and lists those it changed",
                   {{"FILE", "the .mlp files", true, true}},
                   {{"--check", "", "change nothing; 3 when a file is in another form", false}},
                   "  mlpctl fmt iris.mlp\n  mlpctl fmt --check *.mlp\n",
                   run_fmt});
}

}  // namespace mlp::mlpctl
