// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/declare.h"

#include <set>

namespace mlp::check {
namespace {

class Declarer {
 public:
  Declarer(Context& context, Module& module) : context_(context), module_(module) {}

  void declare_all() {
    Program& program = context_.program;
    for (const auto& entry : module_.imports) imported_.insert(entry.first);
    add(module_.file.records, program.records, module_.records, names_);
    add(module_.file.enums, program.enums, module_.enums, names_);
    add(module_.file.tasks, program.tasks, module_.tasks, names_);
    add(module_.file.pipelines, program.pipelines, module_.pipelines, names_);
    std::map<std::string, Span> environments;
    add(module_.file.environments, program.environments, module_.environments, environments);
  }

 private:
  template <typename Written, typename Made>
  void add(const std::vector<Written>& written, std::deque<Made>& all,
           std::map<std::string, Made*>& table, std::map<std::string, Span>& space) {
    for (const Written& one : written) {
      Made& made = all.emplace_back();
      made.module = &module_;
      made.name = one.name.text;
      made.span = one.name.span;
      made.syntax = &one;
      if (made.name.empty() || !is_new(one.name, space)) continue;
      table.emplace(made.name, &made);
    }
  }

  bool is_new(const syntax::Name& name, std::map<std::string, Span>& space) {
    if (imported_.count(name.text) > 0 && &space == &names_) {
      context_
          .report(Kind::kDuplicateName, name.span,
                  "`" + name.text + "` is the name of an import of this file")
          .with_help("name the import otherwise: `import \"./x.mlp\" as other`");
      return false;
    }
    const auto [found, added] = space.emplace(name.text, name.span);
    if (added) return true;
    const Span first = std::min(found->second, name.span);
    context_
        .report(Kind::kDuplicateName, std::max(found->second, name.span),
                "`" + name.text + "` is declared twice")
        .with_label(first, "first declared here");
    return false;
  }

  Context& context_;
  Module& module_;
  std::set<std::string> imported_;
  std::map<std::string, Span> names_;
};

}  // namespace

void declare_names(Context& context, Module& module) {
  Declarer(context, module).declare_all();
}

}  // namespace mlp::check
