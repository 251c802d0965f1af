// SPDX-License-Identifier: Apache-2.0
//
// check: pipeline files by themselves, without a daemon.
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/diagnostics/print.h"
#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/project.h"
#include "daemon/mlpctl/context.h"

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

}  // namespace

void add_source_verbs(std::vector<Verb>& verbs) {
  verbs.push_back({"check",
                   "Compiles files and tells every mistake",
                   {{"FILE", "the .mlp files", true, true}},
                   {},
                   "  mlpctl check iris.mlp\n  mlpctl check --json *.mlp\n",
                   run_check});
}

}  // namespace mlp::mlpctl
