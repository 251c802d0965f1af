// SPDX-License-Identifier: Apache-2.0
//
// Paths of `file`, `dir`, `glob` and `read` are looked up once, when the run is submitted: such
// calls become statements of the root block, and with them the plain bindings they read.
#include <algorithm>

#include "compiler/lower/lowering.h"

namespace mlp::lower {

using check::Kind;
using plan::ExpressionKind;
using plan::Function;
using plan::StatementKind;

namespace {

/// The evaluator goes 256 deep; conversions and references may add a few levels.
constexpr int kMostNesting = 240;

int nesting_of(const Expression& value) {
  int deepest = 0;
  for (const Expression& child : value.children) deepest = std::max(deepest, nesting_of(child));
  return deepest + 1;
}

bool reads_files(const Expression& value) {
  const bool is_reader = value.function == Function::kFile || value.function == Function::kDir ||
                         value.function == Function::kGlob || value.function == Function::kRead;
  return value.kind == ExpressionKind::kFunction && is_reader;
}

/// Not `read` of an artifact: that waits for the run.
bool looks_up_path(const Expression& value, const plan::TypeTable& types) {
  return reads_files(value) && types.get(value.children.at(0).type).kind == plan::TypeKind::kString;
}

}  // namespace

bool reads_artifact(const Expression& value, const plan::TypeTable& types) {
  if (reads_files(value) && !looks_up_path(value, types)) return true;
  return std::any_of(value.children.begin(), value.children.end(),
                     [&](const Expression& child) { return reads_artifact(child, types); });
}

Expression Lowering::settled(Expression value, source::Span span) {
  check_nesting(value, span);
  hoist_files(value);
  if (!reads_artifact(value, context_.program.types.table())) return value;
  return reference(add_let("", std::move(value), span));
}

void Lowering::check_nesting(const Expression& value, source::Span span) {
  if (nesting_of(value) <= kMostNesting) return;
  context_.report(Kind::kTooDeep, span, "this expression nests too deeply")
      .with_help("bind parts of it to names");
}

void Lowering::note_spans(const Typed& typed) {
  if (typed.kind == check::TypedKind::kPlain && reads_files(typed.expression)) {
    const plan::Place& place = typed.expression.place;
    spans_[{place.source, {place.line, place.column}}] = typed.span;
  }
  for (const Typed& child : typed.children) note_spans(child);
}

void Lowering::hoist_files(Expression& value) {
  for (Expression& child : value.children) hoist_files(child);
  if (!looks_up_path(value, context_.program.types.table())) return;
  const Expression written = value;
  if (!make_known(value.children[0])) return not_known(written, unknown_);
  const Surroundings outer = around_;
  around_ = Surroundings{plan_.blocks[0].id, "", {}, {}};
  const StatementId id = add_let("", std::move(value), {});
  around_ = outer;
  at(id).is_submit = true;
  at(id).place = written.place;
  value = reference(id);
}

/// Rewrites a path so that it reads only what is known at submit; false, with unknown_, when it
/// cannot.
bool Lowering::make_known(Expression& path) {
  const bool is_bound_inside = path.kind == ExpressionKind::kLocal;
  if (is_bound_inside) unknown_ = path;
  if (is_bound_inside) return false;
  if (path.kind == ExpressionKind::kStatement) return is_known(path);
  return std::all_of(path.children.begin(), path.children.end(),
                     [this](Expression& child) { return make_known(child); });
}

bool Lowering::is_known(Expression& name) {
  const plan::Statement& statement = plan_.statement(name.statement);
  if (statement.kind == StatementKind::kParameter || statement.is_submit) return true;
  if (statement.kind != StatementKind::kLet || statement.reads_object) {
    unknown_ = name;
    return false;
  }
  const auto known = hoisted_.find(statement.id);
  if (known != hoisted_.end()) {
    name.statement = known->second;
    return true;
  }
  Expression value = *statement.expression;
  const bool is_in_root = statement.block == plan_.blocks[0].id;
  const StatementId original = statement.id;
  const std::string bound = statement.name;
  if (!make_known(value)) {
    if (!bound.empty()) unknown_ = name;
    return false;
  }
  if (is_in_root) return true;
  const Surroundings outer = around_;
  around_ = Surroundings{plan_.blocks[0].id, "", {}, {}};
  const StatementId copy = add_let(bound, std::move(value), {});
  around_ = outer;
  at(copy).place = at(original).place;
  hoisted_[original] = copy;
  name.statement = copy;
  return true;
}

std::string Lowering::reason_text(const Expression& reason) const {
  if (reason.kind != ExpressionKind::kStatement)
    return "it depends on the name of a lambda or a `for`";
  const plan::Statement& statement = plan_.statement(reason.statement);
  const std::string name = statement.name.empty() ? "what it reads" : "`" + statement.name + "`";
  switch (statement.kind) {
    case StatementKind::kItem:
      return name + " is the item of a `for`";
    case StatementKind::kCall:
      return name + " is the result of a task";
    default:
      return name + " is only known in the run";
  }
}

void Lowering::not_known(const Expression& call, const Expression& reason) {
  const auto found = spans_.find({call.place.source, {call.place.line, call.place.column}});
  const source::Span span = found == spans_.end() ? entry_.span : found->second;
  const bool is_read = call.function == Function::kRead;
  context_
      .report(Kind::kNotKnownAtSubmit, span, "this path must be known when the run is submitted")
      .with_span_label(reason_text(reason))
      .with_help(is_read
                     ? "`read` also takes an output of a task: its content is read in the run"
                     : "list the files with `glob(\"data/*.csv\")` and go through them with `for`");
}

}  // namespace mlp::lower
