// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/check_function.h"

#include "compiler/check/arguments.h"

namespace mlp::check {

using plan::Function;

namespace {

struct Rule {
  Function function = Function::kNone;
  std::vector<Formal> formals;
};

Formal optional(const char* name) {
  return {name, false, ""};
}

const std::map<std::string, Rule>& rules() {
  static const std::vector<Formal> one_list{{"xs"}};
  static const std::vector<Formal> by{{"xs"}, {"by"}};
  static const std::vector<Formal> some{{"xs"}, {"n"}};
  static const std::vector<Formal> number{{"x"}};
  static const std::vector<Formal> text{{"text"}};
  static const std::map<std::string, Rule> all{
      {"count", {Function::kCount, one_list}},
      {"sum", {Function::kSum, one_list}},
      {"mean", {Function::kMean, one_list}},
      {"min", {Function::kMin, one_list}},
      {"max", {Function::kMax, one_list}},
      {"first", {Function::kFirst, one_list}},
      {"last", {Function::kLast, one_list}},
      {"min_by", {Function::kMinBy, by}},
      {"max_by", {Function::kMaxBy, by}},
      {"sort_by", {Function::kSortBy, by}},
      {"filter", {Function::kFilter, by}},
      {"take", {Function::kTake, some}},
      {"drop", {Function::kDrop, some}},
      {"zip", {Function::kZip, {}}},
      {"range", {Function::kRange, {{"from"}, optional("to")}}},
      {"sample", {Function::kSample, {{"xs"}, {"n"}, {"seed"}}}},
      {"flatten", {Function::kFlatten, one_list}},
      {"unique", {Function::kUnique, one_list}},
      {"keys", {Function::kKeys, {{"m"}}}},
      {"values", {Function::kValues, {{"m"}}}},
      {"join", {Function::kJoin, {{"xs"}, optional("separator")}}},
      {"split_text", {Function::kSplitText, {{"text"}, {"separator"}}}},
      {"trim", {Function::kTrim, text}},
      {"lower", {Function::kLower, text}},
      {"upper", {Function::kUpper, text}},
      {"replace", {Function::kReplace, {{"text"}, {"what"}, {"with"}}}},
      {"length", {Function::kLength, text}},
      {"format", {Function::kFormat, {}}},
      {"int", {Function::kInt, number}},
      {"float", {Function::kFloat, number}},
      {"round", {Function::kRound, {{"x"}, optional("digits")}}},
      {"floor", {Function::kFloor, number}},
      {"ceil", {Function::kCeil, number}},
      {"abs", {Function::kAbs, number}},
      {"div", {Function::kDiv, {{"a"}, {"b"}}}},
      {"file", {Function::kFile, {{"path"}, optional("in_place")}}},
      {"dir", {Function::kDir, {{"path"}, optional("in_place")}}},
      {"glob", {Function::kGlob, {{"pattern"}}}},
      {"text", {Function::kText, text}},
      {"read", {Function::kRead, {{"from"}}}},
      {"basename", {Function::kBasename, {{"f"}}}}};
  return all;
}

/// One call of a function. Arguments are asked for in order; a mistake makes the whole an error.
class FunctionCheck {
 public:
  FunctionCheck(ExpressionChecker& checker, const syntax::Expr& e, const syntax::CallExpr& n,
                TypeId expected, const Rule& rule)
      : checker_(checker),
        types_(checker.types()),
        e_(e),
        n_(n),
        expected_(expected),
        rule_(rule) {}

  Typed run() {
    if (n_.nullable) {
      checker_.context()
          .report(Kind::kBadOperands, n_.callee.span,
                  "`?` is for calls of tasks and pipelines; `" + name() + "` cannot fail so")
          .with_help("leave the `?` out");
    }
    if (rule_.function == Function::kZip) return zip();
    if (rule_.function == Function::kFormat) return format();
    const Arranged arranged =
        arrange_arguments(checker_.context(), name(), n_.callee.span, n_.arguments, rule_.formals);
    given_ = arranged.given;
    for (const syntax::Argument* extra : arranged.extra) checker_.check(extra->value);
    if (!arranged.is_complete) return check_rest();
    const TypeId type = result_type();
    if (failed_ || !type) return error();
    return make_function(checker_.context().program, rule_.function, type, e_.span,
                         std::move(arguments_));
  }

 private:
  const std::string& name() const { return n_.callee.name.text; }
  Typed error() { return make_error(checker_.context().program, e_.span); }

  Typed check_rest() {
    for (const syntax::Argument* argument : given_) {
      const bool is_lambda =
          argument != nullptr && std::holds_alternative<syntax::LambdaExpr>(argument->value.node);
      if (argument != nullptr && !is_lambda) checker_.check(argument->value);
    }
    return error();
  }

  TypeId take(Typed value) {
    const TypeId type = value.type();
    failed_ |= types_.is_error(type);
    arguments_.push_back(std::move(value));
    return type;
  }

  bool has(std::size_t i) const { return given_[i] != nullptr; }
  TypeId any(std::size_t i) { return take(checker_.check(given_[i]->value)); }
  TypeId as(std::size_t i, TypeId wanted) {
    return take(checker_.check_as(given_[i]->value, wanted,
                                  "`" + rule_.formals[i].name + "` of `" + name() + "`"));
  }
  TypeId as(std::size_t i, TypeKind wanted) { return as(i, types_.of(wanted)); }

  /// Takes argument `i` as a list; the type of its items.
  TypeId list(std::size_t i, TypeId expected = {}) {
    const TypeId type = take(checker_.check_list(given_[i]->value, expected));
    return types_.is_error(type) ? type : types_.get(type).element;
  }

  TypeId lambda(std::size_t i, TypeId item) {
    return take(checker_.check_lambda(given_[i]->value, item));
  }

  TypeId wrong(std::size_t i, TypeId found, const std::string& wanted) {
    if (!types_.is_error(found)) {
      checker_.context().report(
          Kind::kTypeMismatch, given_[i]->value.span,
          "`" + name() + "` takes " + wanted + ", but this is `" + types_.text(found) + "`");
    }
    failed_ = true;
    return types_.error();
  }

  TypeId result_type() {
    if (rule_.function >= Function::kFile) return file_function();
    if (rule_.function >= Function::kInt) return number_function();
    if (rule_.function >= Function::kJoin) return text_function();
    return list_function();
  }

  TypeId list_function() {
    switch (rule_.function) {
      case Function::kCount:
        list(0);
        return types_.of(TypeKind::kInt);
      case Function::kSum:
        return summed();
      case Function::kMean:
        return averaged();
      case Function::kMin:
      case Function::kMax:
        return ordered_item();
      case Function::kFirst:
      case Function::kLast:
        return list(0);
      case Function::kMinBy:
      case Function::kMaxBy:
        return by_key();
      case Function::kSortBy:
        return types_.list_of(by_key());
      case Function::kFilter:
        return filtered();
      case Function::kTake:
      case Function::kDrop: {
        const TypeId item = list(0, expected_);
        as(1, TypeKind::kInt);
        return types_.list_of(item);
      }
      case Function::kRange:
        return ranged();
      case Function::kSample: {
        const TypeId item = list(0, expected_);
        as(1, TypeKind::kInt);
        as(2, TypeKind::kInt);
        return types_.list_of(item);
      }
      case Function::kFlatten:
        return flattened();
      case Function::kUnique:
        return types_.list_of(list(0, expected_));
      default:
        return keys_or_values();
    }
  }

  TypeId summed() {
    const TypeId item = list(0);
    const bool can_add =
        types_.is_number(item) || types_.is_one_of(item, {TypeKind::kDuration, TypeKind::kSize});
    return can_add ? item : wrong(0, arguments_[0].type(), "a list of numbers, durations or sizes");
  }

  TypeId averaged() {
    const TypeId item = list(0);
    if (types_.is_number(item)) return types_.of(TypeKind::kFloat);
    if (types_.is_one_of(item, {TypeKind::kDuration, TypeKind::kSize})) return item;
    return wrong(0, arguments_[0].type(), "a list of numbers, durations or sizes");
  }

  TypeId ordered_item() {
    const TypeId item = list(0);
    return types_.is_ordered(item)
               ? item
               : wrong(0, arguments_[0].type(), "a list of values that `<` compares");
  }

  TypeId by_key() {
    const TypeId item = list(0);
    const TypeId key = lambda(1, item);
    if (failed_ || types_.is_ordered(key)) return item;
    return wrong(1, key, "a lambda that yields what `<` compares");
  }

  TypeId filtered() {
    const TypeId item = list(0);
    const TypeId key = lambda(1, item);
    if (failed_ || types_.is_one_of(key, {TypeKind::kBool})) return types_.list_of(item);
    return wrong(1, key, "a lambda that yields a bool");
  }

  TypeId ranged() {
    const TypeId first = any(0);
    const bool is_int = types_.is_one_of(first, {TypeKind::kInt});
    const bool is_date = types_.is_one_of(first, {TypeKind::kDate}) && has(1);
    if (!is_int && !is_date) {
      if (has(1)) any(1);
      return wrong(0, first, has(1) ? "ints or dates" : "an int");
    }
    if (has(1)) as(1, first);
    return types_.list_of(first);
  }

  TypeId flattened() {
    const TypeId item = list(0);
    return types_.is_one_of(item, {TypeKind::kList})
               ? item
               : wrong(0, arguments_[0].type(), "a list of lists");
  }

  TypeId keys_or_values() {
    const TypeId type = any(0);
    const bool is_open = types_.is_one_of(type, {TypeKind::kMetrics}) && !types_.get(type).element;
    if (!is_open) return wrong(0, type, "`Metrics`");
    const bool is_keys = rule_.function == Function::kKeys;
    return types_.list_of(types_.of(is_keys ? TypeKind::kString : TypeKind::kFloat));
  }

  TypeId text_function() {
    const TypeId string = types_.of(TypeKind::kString);
    switch (rule_.function) {
      case Function::kJoin: {
        const TypeId item = list(0, types_.list_of(string));
        if (has(1)) as(1, string);
        const bool has_text = !plan::is_artifact(types_.kind(item));
        return has_text ? string
                        : wrong(0, arguments_[0].type(), "a list of values with a text form");
      }
      case Function::kSplitText:
        as(0, string);
        as(1, string);
        return types_.list_of(string);
      case Function::kReplace:
        as(0, string);
        as(1, string);
        as(2, string);
        return string;
      case Function::kLength:
        return length();
      default:
        as(0, string);
        return string;
    }
  }

  TypeId length() {
    const TypeId found = any(0);
    if (types_.is_one_of(found, {TypeKind::kString})) return types_.of(TypeKind::kInt);
    return wrong(
        0, found,
        types_.kind(found) == TypeKind::kList ? "a string (`count` counts a list)" : "a string");
  }

  TypeId number_function() {
    const TypeId integer = types_.of(TypeKind::kInt);
    const TypeId found = any(0);
    switch (rule_.function) {
      case Function::kInt:
      case Function::kFloat: {
        const bool can = types_.is_number(found) ||
                         types_.is_one_of(found, {TypeKind::kString, TypeKind::kBool});
        if (!can) return wrong(0, found, "a number or a string");
        return rule_.function == Function::kInt ? integer : types_.of(TypeKind::kFloat);
      }
      case Function::kAbs:
        if (types_.is_number(found) || types_.is_one_of(found, {TypeKind::kDuration})) return found;
        return wrong(0, found, "a number or a duration");
      case Function::kDiv:
        return divided(found);
      default:
        break;
    }
    if (!types_.is_number(found)) return wrong(0, found, "a number");
    const bool has_digits = rule_.function == Function::kRound && has(1);
    if (has_digits) as(1, integer);
    return has_digits ? types_.of(TypeKind::kFloat) : integer;
  }

  TypeId divided(TypeId found) {
    if (!types_.is_number(found)) {
      any(1);
      return wrong(0, found, "numbers");
    }
    const TypeId other = any(1);
    return types_.is_number(other) ? types_.common(found, other) : wrong(1, other, "numbers");
  }

  /// Tasks read no files but their inputs, and those by their bodies.
  bool may_read() {
    const Phase phase = checker_.phase();
    const bool is_reader =
        rule_.function != Function::kText && rule_.function != Function::kBasename;
    const bool is_in_task =
        phase == Phase::kTask || phase == Phase::kBody || phase == Phase::kResource;
    if (!is_reader || !is_in_task) return true;
    checker_.context()
        .report(Kind::kCallNotHere, n_.callee.span, "`" + name() + "` may not be called in a task")
        .with_help("call it in the pipeline and give the task what it yields as an input");
    return false;
  }

  TypeId file_function() {
    failed_ |= !may_read();
    switch (rule_.function) {
      case Function::kFile:
      case Function::kDir: {
        as(0, TypeKind::kString);
        if (has(1)) in_place();
        return placed();
      }
      case Function::kGlob:
        as(0, TypeKind::kString);
        return globbed();
      case Function::kText:
        as(0, TypeKind::kString);
        return placed();
      case Function::kRead:
        return read();
      default:
        break;
    }
    const TypeId found = any(0);
    if (plan::is_artifact(types_.kind(found)) && !types_.is_nullable(found))
      return types_.of(TypeKind::kString);
    return wrong(0, found, "a file or a folder");
  }

  void in_place() {
    const Typed value =
        checker_.check_as(given_[1]->value, types_.of(TypeKind::kBool), "`in_place`");
    if (!types_.is_error(value.type())) {
      checker_.note_later({given_[1]->span, "`in_place` is not supported yet",
                           "leave it out: the content is copied"});
    }
  }

  TypeId needs_type(const std::string& example) {
    checker_.context()
        .report(Kind::kNeedsType, n_.callee.span,
                "the type of what `" + name() + "` yields is not said")
        .with_help("say it where it is bound: " + example);
    failed_ = true;
    return types_.error();
  }

  /// The artifact type expected here, which `file`, `dir` and `text` take.
  TypeId placed() {
    const bool is_dir = rule_.function == Function::kDir;
    if (!expected_ || types_.is_error(expected_)) {
      return expected_
                 ? expected_
                 : needs_type(is_dir ? "`d: Dir = dir(…)`" : "`f: File<csv> = " + name() + "(…)`");
    }
    const TypeId wanted = types_.non_null(expected_);
    const bool fits = is_dir ? types_.is_one_of(wanted, {TypeKind::kDir, TypeKind::kModel})
                             : types_.is_one_of(wanted, {TypeKind::kFile, TypeKind::kModel,
                                                         TypeKind::kPlot, TypeKind::kReport});
    return fits ? wanted : types_.of(is_dir ? TypeKind::kDir : TypeKind::kFile);
  }

  TypeId globbed() {
    if (expected_ && types_.is_one_of(types_.non_null(expected_), {TypeKind::kList})) {
      const TypeId item = types_.get(expected_).element;
      if (types_.is_one_of(
              item, {TypeKind::kFile, TypeKind::kModel, TypeKind::kPlot, TypeKind::kReport})) {
        return types_.list_of(item);
      }
    }
    return types_.list_of(types_.of(TypeKind::kFile));
  }

  TypeId read() {
    const TypeId found = any(0);
    const bool is_readable = types_.is_one_of(
        found,
        {TypeKind::kString, TypeKind::kFile, TypeKind::kModel, TypeKind::kPlot, TypeKind::kReport});
    if (!is_readable) return wrong(0, found, "a path or a file");
    if (!expected_) return needs_type("`params: Params = read(…)`");
    if (plan::is_artifact(types_.kind(expected_)))
      return needs_type("`params: Params = read(…)`; `file(…)` is the file itself");
    return expected_;
  }

  Typed zip() {
    std::vector<plan::Field> fields;
    std::vector<std::string> names;
    for (const syntax::Argument& argument : n_.arguments) {
      const TypeId type = take(checker_.check_list(argument.value));
      if (!argument.label) {
        checker_.context()
            .report(Kind::kMissingArgument, argument.span, "`zip` takes named lists")
            .with_help("like `zip(part: parts, seed: seeds)`");
        failed_ = true;
        continue;
      }
      for (const std::string& other : names) {
        if (other != argument.label->text) continue;
        checker_.context().report(Kind::kDuplicateArgument, argument.label->span,
                                  "argument `" + other + "` is given twice");
        failed_ = true;
      }
      names.push_back(argument.label->text);
      fields.push_back(
          {names.back(), types_.is_error(type) ? type : types_.get(type).element, std::nullopt});
    }
    if (n_.arguments.empty()) {
      checker_.context()
          .report(Kind::kMissingArgument, n_.callee.span, "`zip` needs lists")
          .with_help("like `zip(part: parts, seed: seeds)`");
      failed_ = true;
    }
    if (failed_) return error();
    const TypeId item = bounded_type(checker_.context(), types_.record(std::move(fields)), e_.span);
    if (types_.is_error(item)) return error();
    Typed typed = make_function(checker_.context().program, Function::kZip, types_.list_of(item),
                                e_.span, std::move(arguments_));
    typed.expression.names = std::move(names);
    return typed;
  }

  Typed format() {
    for (const syntax::Argument& argument : n_.arguments) {
      const TypeId type = take(checker_.check(argument.value));
      if (argument.label) {
        checker_.context().report(Kind::kUnknownArgument, argument.label->span,
                                  "`format` takes no named arguments");
        failed_ = true;
      }
      if (!types_.is_error(type) && plan::is_artifact(types_.kind(type))) {
        checker_.context()
            .report(Kind::kNoTextForm, argument.value.span,
                    "`" + types_.text(type) + "` has no text form")
            .with_help("`basename(f)` is the name of a file");
        failed_ = true;
      }
    }
    if (n_.arguments.empty()) {
      checker_.context()
          .report(Kind::kMissingArgument, n_.callee.span, "`format` needs a text")
          .with_help("like `format(\"{:.2} of {}\", x, n)`");
      return error();
    }
    if (failed_) return error();
    arguments_[0] = checker_.convert(std::move(arguments_[0]), types_.of(TypeKind::kString),
                                     "the first argument of `format`");
    if (types_.is_error(arguments_[0].type())) return error();
    return make_function(checker_.context().program, Function::kFormat,
                         types_.of(TypeKind::kString), e_.span, std::move(arguments_));
  }

  ExpressionChecker& checker_;
  Types& types_;
  const syntax::Expr& e_;
  const syntax::CallExpr& n_;
  TypeId expected_;
  const Rule& rule_;
  std::vector<const syntax::Argument*> given_;
  std::vector<Typed> arguments_;
  bool failed_ = false;
};

}  // namespace

bool is_function(const std::string& name) {
  return rules().count(name) > 0;
}

std::vector<std::string> function_names() {
  return names_of(rules());
}

Typed check_function(ExpressionChecker& checker, const syntax::Expr& e, const syntax::CallExpr& n,
                     TypeId expected) {
  return FunctionCheck(checker, e, n, expected, rules().at(n.callee.name.text)).run();
}

}  // namespace mlp::check
