// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/arguments.h"

#include "base/text.h"

namespace mlp::check {
namespace {

class Arranger {
 public:
  Arranger(Context& context, const std::string& callee, const std::vector<Formal>& formals)
      : context_(context), callee_(callee), formals_(formals) {
    result_.given.resize(formals.size(), nullptr);
  }

  Arranged arrange(const std::vector<syntax::Argument>& arguments, Span callee_span) {
    std::size_t position = 0;
    bool seen_named = false;
    for (const syntax::Argument& argument : arguments) {
      if (argument.label) {
        seen_named = true;
        take_named(argument);
        continue;
      }
      if (seen_named) report_order(argument);
      take_positional(argument, position++);
    }
    report_missing(callee_span);
    return std::move(result_);
  }

 private:
  void take_named(const syntax::Argument& argument) {
    for (std::size_t i = 0; i < formals_.size(); ++i) {
      if (formals_[i].name == argument.label->text) return put(i, argument);
    }
    std::vector<std::string> names;
    for (const Formal& formal : formals_) names.push_back(formal.name);
    const std::string known =
        names.empty() ? "it takes no arguments" : "it takes " + quoted_list(names);
    context_
        .report(Kind::kUnknownArgument, argument.label->span,
                "`" + callee_ + "` takes no argument `" + argument.label->text + "`")
        .with_help(did_you_mean(argument.label->text, names, known));
    result_.extra.push_back(&argument);
  }

  void take_positional(const syntax::Argument& argument, std::size_t position) {
    if (position < formals_.size()) return put(position, argument);
    if (position == formals_.size()) {
      const std::string most =
          formals_.empty() ? "no arguments" : counted(formals_.size(), "argument") + ", not more";
      context_.report(Kind::kUnknownArgument, argument.span, "`" + callee_ + "` takes " + most);
    }
    result_.extra.push_back(&argument);
  }

  void put(std::size_t index, const syntax::Argument& argument) {
    const syntax::Argument*& slot = result_.given[index];
    if (slot == nullptr) {
      slot = &argument;
      return;
    }
    context_
        .report(Kind::kDuplicateArgument, argument.label ? argument.label->span : argument.span,
                "argument `" + formals_[index].name + "` is given twice")
        .with_label(slot->span, "first here");
    result_.extra.push_back(&argument);
  }

  void report_order(const syntax::Argument& argument) {
    context_.report(Kind::kArgumentOrder, argument.span, "a positional argument after a named one")
        .with_help("name it too, or put it in front");
  }

  void report_missing(Span callee_span) {
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < formals_.size(); ++i) {
      if (!formals_[i].is_required || result_.given[i] != nullptr) continue;
      const std::string& type = formals_[i].type;
      missing.push_back(formals_[i].name + (type.empty() ? "" : ": " + type));
    }
    if (missing.empty()) return;
    result_.is_complete = false;
    context_.report(Kind::kMissingArgument, callee_span,
                    "`" + callee_ + "` needs " + quoted_list(missing));
  }

  Context& context_;
  const std::string& callee_;
  const std::vector<Formal>& formals_;
  Arranged result_;
};

}  // namespace

Arranged arrange_arguments(Context& context, const std::string& callee, Span callee_span,
                           const std::vector<syntax::Argument>& arguments,
                           const std::vector<Formal>& formals) {
  return Arranger(context, callee, formals).arrange(arguments, callee_span);
}

}  // namespace mlp::check
