// SPDX-License-Identifier: Apache-2.0
//
// Places of inputs and outputs: relative, inside the working folder, none equal or inside another.
#include "base/file.h"
#include "base/text.h"
#include "compiler/check/check_task.h"
#include "compiler/check/constant.h"

namespace mlp::check {
namespace {

std::string extension_of(const plan::Type& type) {
  switch (type.kind) {
    case TypeKind::kFile:
      return type.format;
    case TypeKind::kDataset:
      return "csv";
    case TypeKind::kReport:
      return "html";
    case TypeKind::kPlot:
      return "svg";
    case TypeKind::kRecord:
    case TypeKind::kMetrics:
      return "json";
    default:
      return "";
  }
}

/// out/<name>[.ext]; for a list of files a pattern in a folder of its own.
std::string default_place(const Types& types, const Output& output) {
  const plan::Type type = types.get(output.type);
  if (type.kind == TypeKind::kList) {
    const plan::Type item = types.get(type.element);
    const std::string extension = extension_of(item);
    if (!plan::is_artifact(item.kind)) return "out/" + output.name;
    return "out/" + output.name + "/*" + (extension.empty() ? "" : "." + extension);
  }
  const std::string extension = extension_of(type);
  return "out/" + output.name + (extension.empty() ? "" : "." + extension);
}

struct Place {
  std::string path;
  std::string owner;  // "input `x`"
  Span span;
};

class PlaceCheck {
 public:
  PlaceCheck(Context& context, Task& task)
      : context_(context), task_(task), checker_(context, *task.module, task, Phase::kTask) {
    bind_inputs(task, checker_.scope());
  }

  void run() {
    for (Input& input : task_.inputs) check_input(input);
    for (Output& output : task_.outputs) check_output(output);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) compare(places_[j], places_[i]);
    }
  }

 private:
  const syntax::StringLiteral* written_place(const Input& input) const {
    for (const syntax::Parameter& one : task_.syntax->inputs) {
      if (one.name.text == input.name) return one.place ? &*one.place : nullptr;
    }
    return nullptr;
  }

  const syntax::StringLiteral* written_place(const Output& output) const {
    for (const syntax::Output& one : task_.syntax->outputs) {
      if (one.name.text == output.name) return one.place ? &*one.place : nullptr;
    }
    return nullptr;
  }

  void check_input(Input& input) {
    const std::string owner = "input `" + input.name + "`";
    const syntax::StringLiteral* written = written_place(input);
    if (written == nullptr) return;
    const auto path = constant_text(context_, *written, "the place of an input");
    if (!path || !is_inside(*path, written->span)) return;
    input.place = *path;
    places_.push_back({*path, owner, written->span});
  }

  void check_output(Output& output) {
    const std::string owner = "output `" + output.name + "`";
    output.default_place = default_place(context_.types(), output);
    const syntax::StringLiteral* written = written_place(output);
    if (output.is_stdout) return;
    if (written == nullptr) {
      places_.push_back({output.default_place, owner, output.span});
      return;
    }
    Typed place = checker_.check_string(*written, written->span);
    if (!written->is_constant()) {
      if (is_of_scalars(place)) output.place = std::move(place);
      return;
    }
    if (!is_inside(written->text(), written->span)) return;
    check_pattern(output, *written);
    places_.push_back({written->text(), owner, written->span});
    output.place = std::move(place);
  }

  void check_pattern(const Output& output, const syntax::StringLiteral& written) {
    const plan::Type type = context_.types().get(output.type);
    const bool is_file_list =
        type.kind == TypeKind::kList && plan::is_artifact(context_.types().kind(type.element));
    if (is_file_list == is_glob(written.text()) || context_.types().is_error(output.type)) return;
    auto& told = context_.report(Kind::kBadPlace, written.span,
                                 is_file_list ? "a list of files needs a pattern as its place"
                                              : "a pattern is the place of a list of files only");
    told.with_help(is_file_list ? "like `at \"parts/*.csv\"`" : "make the output a list: `[File]`");
  }

  bool is_of_scalars(const Typed& place) {
    std::vector<bool> used(task_.inputs.size());
    collect_inputs(place, used);
    bool is_good = !context_.types().is_error(place.type());
    for (const Typed& part : place.children) is_good &= !context_.types().is_error(part.type());
    for (std::size_t i = 0; i < used.size(); ++i) {
      const TypeId type = task_.inputs[i].type;
      const bool is_scalar =
          context_.types().is_one_of(type, {TypeKind::kBool, TypeKind::kInt, TypeKind::kFloat,
                                            TypeKind::kString, TypeKind::kDuration, TypeKind::kSize,
                                            TypeKind::kDate, TypeKind::kDatetime, TypeKind::kEnum});
      if (!used[i] || is_scalar || context_.types().is_error(type)) continue;
      context_.report(Kind::kBadPlace, place.span,
                      "a place takes scalar inputs, and `" + task_.inputs[i].name + "` is `" +
                          context_.types().text(type) + "`");
      is_good = false;
    }
    return is_good;
  }

  bool is_inside(const std::string& path, Span span) {
    if (SafeRelPath::from(path)) return true;
    context_
        .report(Kind::kBadPlace, span,
                "`" + printable(path) + "` is not a place in the working folder")
        .with_help("a place is relative, like `data/x.csv`, without `.` and `..`");
    return false;
  }

  void compare(const Place& first, const Place& second) {
    const bool is_equal = first.path == second.path;
    const bool is_nested =
        second.path.rfind(first.path + "/", 0) == 0 || first.path.rfind(second.path + "/", 0) == 0;
    const bool matches = (is_glob(first.path) && glob_match(first.path, second.path)) ||
                         (is_glob(second.path) && glob_match(second.path, first.path));
    if (!is_equal && !is_nested && !matches) return;
    context_
        .report(Kind::kPlacesCollide, second.span,
                "the place of " + second.owner +
                    (is_equal ? " is that of " : " overlaps that of ") + first.owner)
        .with_label(first.span, first.owner + " is at `" + first.path + "`")
        .with_help("give each a place of its own with `at`");
  }

  Context& context_;
  Task& task_;
  ExpressionChecker checker_;
  std::vector<Place> places_;
};

}  // namespace

void check_places(Context& context, Task& task) {
  PlaceCheck(context, task).run();
}

}  // namespace mlp::check
