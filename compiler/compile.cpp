// SPDX-License-Identifier: Apache-2.0
//
// The compiler on one screen: load, parse, check, lower.
#include "compiler/compile.h"

#include "base/text.h"
#include "compiler/check/check.h"
#include "compiler/check/load.h"
#include "compiler/lower/lower.h"

namespace mlp {
namespace {

using check::Kind;

/// A place to show for what concerns a whole file.
source::Span start_of(const check::Program& program) {
  const source::SourceId entry =
      program.modules.empty() ? source::SourceId() : program.modules.front().source;
  return {entry, 0, 0};
}

void report_choice(check::Context& context, const std::string& path, const std::string& wanted,
                   const std::vector<std::string>& names) {
  if (names.empty()) {
    // What could not be read may have been one.
    if (context.sink.has_errors()) return;
    context.report(Kind::kNoPipeline, start_of(context.program), "`" + path + "` has no pipeline")
        .with_help("declare one: `pipeline name() { … }`");
  } else if (!wanted.empty()) {
    context
        .report(Kind::kNoPipeline, start_of(context.program),
                "`" + path + "` has no pipeline `" + wanted + "`")
        .with_help(check::did_you_mean(wanted, names, "it has " + check::quoted_list(names)));
  } else if (names.size() > 1) {
    context
        .report(Kind::kWhichPipeline, start_of(context.program),
                "`" + path + "` has several pipelines: " + check::quoted_list(names))
        .with_help("name one: `" + path + ":" + names.front() + "`");
  }
}

/// The pipeline to run; null after telling why there is none.
const check::Pipeline* choose(check::Context& context, const std::string& path,
                              const std::string& wanted, const std::vector<std::string>& names) {
  const check::Module& entry = context.program.modules.front();
  std::string name = wanted;
  if (name.empty()) name = names.size() == 1 ? names.front() : entry.name;
  const auto found = entry.pipelines.find(name);
  if (found != entry.pipelines.end()) return found->second;
  report_choice(context, path, wanted, names);
  return nullptr;
}

std::vector<std::string> pipelines_of(const check::Module& module) {
  std::vector<std::string> names;
  for (const syntax::Pipeline& pipeline : module.file.pipelines) {
    if (!pipeline.name.text.empty()) names.push_back(pipeline.name.text);
  }
  return names;
}

bool load(check::Context& context, const std::string& path) {
  const Status loaded = check::load_program(context, path);
  if (loaded) return true;
  const source::SourceId empty = context.program.sources.add(source::SourceFile(path, ""));
  context.report(Kind::kFileNotFound, {empty, 0, 0}, loaded.error().message);
  return false;
}

}  // namespace

Compiled compile(source::SourceLoader& loader, const std::string& path,
                 const std::string& pipeline) {
  Compiled result;
  check::Program program;
  check::Context context{program, loader, result.diagnostics, {}};
  if (load(context, path)) {
    result.pipelines = pipelines_of(program.modules.front());
    check::check_program(context);
    check::tell_inactive(context);
    const check::Pipeline* entry = choose(context, path, pipeline, result.pipelines);
    if (entry != nullptr) {
      result.pipeline_chosen = entry->name;
      check::tell_unsupported(context, *entry);
      if (!result.has_errors()) result.plan = lower::lower_pipeline(context, *entry);
      if (result.has_errors()) result.plan.reset();
    }
  }
  result.sources = std::move(program.sources);
  return result;
}

Compiled check_file(source::SourceLoader& loader, const std::string& path) {
  Compiled result;
  check::Program program;
  check::Context context{program, loader, result.diagnostics, {}};
  if (load(context, path)) {
    result.pipelines = pipelines_of(program.modules.front());
    check::check_program(context);
    check::tell_inactive(context);
    check::tell_all_unsupported(context);
    for (const check::Pipeline& one : program.pipelines) {
      if (!result.has_errors()) lower::lower_pipeline(context, one);
    }
  }
  result.sources = std::move(program.sources);
  return result;
}

}  // namespace mlp
