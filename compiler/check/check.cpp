// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check.h"

#include <set>

#include "compiler/check/check_environment.h"
#include "compiler/check/check_pipeline.h"
#include "compiler/check/check_task.h"
#include "compiler/check/check_type.h"

namespace mlp::check {
namespace {

/// Tells each declaration's once, following what it uses.
class Teller {
 public:
  explicit Teller(Context& context) : context_(context) {}

  void tell(const Declaration& start) {
    std::vector<const Declaration*> waiting{&start};
    while (!waiting.empty()) {
      const Declaration* one = waiting.back();
      waiting.pop_back();
      if (!told_.insert(one).second) continue;
      for (const Unsupported& what : one->unsupported) {
        context_.report(Kind::kNotSupported, what.span, what.message).with_help(what.help);
      }
      waiting.insert(waiting.end(), one->uses.begin(), one->uses.end());
    }
  }

 private:
  Context& context_;
  std::set<const Declaration*> told_;
};

void warn_later(Context& context, Span span, const std::string& what) {
  context.report(Kind::kNotSupported, span, what + " are not supported yet").as_warning();
}

}  // namespace

void check_program(Context& context) {
  Program& program = context.program;
  for (Enum& one : program.enums) complete_enum(context, one);
  for (Record& one : program.records) complete_record(context, one);
  for (Environment& one : program.environments) check_environment(context, one);
  for (Task& one : program.tasks) check_signature(context, one);
  for (Pipeline& one : program.pipelines) check_parameters(context, one);
  for (Task& one : program.tasks) check_task(context, one);
  for (Pipeline& one : program.pipelines) check_pipeline(context, one);
}

void tell_unsupported(Context& context, const Pipeline& entry) {
  Teller(context).tell(entry);
}

void tell_all_unsupported(Context& context) {
  Teller teller(context);
  const Program& program = context.program;
  for (const Record& one : program.records) teller.tell(one);
  for (const Environment& one : program.environments) teller.tell(one);
  for (const Task& one : program.tasks) teller.tell(one);
  for (const Pipeline& one : program.pipelines) teller.tell(one);
}

void tell_inactive(Context& context) {
  const syntax::File& file = context.program.modules.front().file;
  for (const syntax::Schedule& one : file.schedules)
    warn_later(context, one.name.span, "schedules");
  for (const syntax::Trigger& one : file.triggers) warn_later(context, one.name.span, "triggers");
  for (const syntax::Test& one : file.tests) warn_later(context, one.sentence.span, "tests");
}

}  // namespace mlp::check
