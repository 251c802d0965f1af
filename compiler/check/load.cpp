// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/load.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "compiler/check/declare.h"
#include "compiler/syntax/parse.h"

namespace mlp::check {
namespace {

std::string stem_of(const std::string& path) {
  std::string name = base_name(path);
  return name.substr(0, name.rfind('.'));
}

/// `path` from the folder of `importer`, with "." and ".." resolved; empty when it leaves the
/// project.
std::string resolve_import(const std::string& importer, const std::string& path) {
  std::vector<std::string> parts;
  const std::size_t slash = importer.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : importer.substr(0, slash);
  for (const std::string& part : split(folder + "/" + path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
      continue;
    }
    if (parts.empty()) return "";
    parts.pop_back();
  }
  return join(parts, "/");
}

class Loader {
 public:
  explicit Loader(Context& context) : context_(context) {}

  Status load_entry(const std::string& path) {
    MLP_ASSIGN(std::string text, context_.loader.read(path));
    add_module(path, std::move(text));
    return {};
  }

 private:
  /// Parses, follows the imports, declares. Imported files come later in the program.
  Module* add_module(const std::string& path, std::string text) {
    Program& program = context_.program;
    Module& module = program.modules.emplace_back();
    module.path = path;
    module.name = stem_of(path);
    module.source = program.sources.add(source::SourceFile(path, std::move(text)));
    module.file =
        syntax::parse(module.source, program.sources.get(module.source), context_.sink).file;
    loading_.push_back(&module);
    for (const syntax::Import& import : module.file.imports) follow(module, import);
    loading_.pop_back();
    declare_names(context_, module);
    return &module;
  }

  void follow(Module& module, const syntax::Import& import) {
    if (!import.path) return standard_module(module, import);
    const std::string wanted = import.path->text();
    const std::string path = resolve_import(module.path, wanted);
    const Module* found = find_or_load(module, import, path);
    const std::string name = import.alias ? import.alias->text : stem_of(wanted);
    const Span where = import.alias ? import.alias->span : import.path->span;
    if (!module.imports.emplace(name, found).second) {
      context_.report(Kind::kDuplicateName, where, "`" + name + "` is imported twice")
          .with_help("give one of them another name: `import \"./x.mlp\" as other`");
    }
  }

  void standard_module(Module& module, const syntax::Import& import) {
    context_
        .report(Kind::kNotSupported, import.span,
                "imports of the standard library are not supported yet")
        .with_help("import a file of the project: `import \"./features.mlp\"`");
    if (import.module.empty()) return;
    const syntax::Name& last = import.alias ? *import.alias : import.module.back();
    module.imports.emplace(last.text, nullptr);
  }

  const Module* find_or_load(const Module& importer, const syntax::Import& import,
                             const std::string& path) {
    if (const Module* known = known_module(path)) {
      const bool in_progress = std::find(loading_.begin(), loading_.end(), known) != loading_.end();
      if (in_progress) report_cycle(*known, import);
      return in_progress ? nullptr : known;
    }
    if (path.empty()) return report_outside(import);
    if (context_.program.modules.size() >= kMaxModules) {
      context_.report(Kind::kImportNotFound, import.path->span, "too many imported files");
      return nullptr;
    }
    Result<std::string> text = context_.loader.read(path);
    if (!text) return report_missing(importer, import, path);
    return add_module(path, std::move(text).value());
  }

  const Module* known_module(const std::string& path) const {
    for (const Module& module : context_.program.modules) {
      if (module.path == path) return &module;
    }
    return nullptr;
  }

  const Module* report_outside(const syntax::Import& import) {
    context_.report(Kind::kImportNotFound, import.path->span, "the import leaves the project")
        .with_help("imports name files of the project, relative to this file");
    return nullptr;
  }

  const Module* report_missing(const Module& importer, const syntax::Import& import,
                               const std::string& path) {
    std::vector<std::string> there;
    const std::size_t slash = importer.path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : importer.path.substr(0, slash + 1);
    if (auto files = context_.loader.glob(folder + "*.mlp")) {
      for (const std::string& file : *files) there.push_back("./" + file.substr(folder.size()));
    }
    context_
        .report(Kind::kImportNotFound, import.path->span,
                "there is no file `" + path + "` in the project")
        .with_help(did_you_mean(import.path->text(), there, "the path is relative to this file"));
    return nullptr;
  }

  void report_cycle(const Module& start, const syntax::Import& import) {
    std::string circle;
    auto at = std::find(loading_.begin(), loading_.end(), &start);
    for (; at != loading_.end(); ++at) circle += (*at)->path + " → ";
    context_.report(Kind::kImportCycle, import.path->span, "files import each other in a circle")
        .with_note(circle + start.path)
        .with_help("move what both need into a third file");
  }

  Context& context_;
  std::vector<const Module*> loading_;  // from the entry to the file being read
};

}  // namespace

Status load_program(Context& context, const std::string& path) {
  return Loader(context).load_entry(path);
}

}  // namespace mlp::check
