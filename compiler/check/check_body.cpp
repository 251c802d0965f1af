// SPDX-License-Identifier: Apache-2.0
//
// Bodies of tasks, and which inputs count for the key.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "compiler/check/check_task.h"
#include "compiler/check/constant.h"
#include "compiler/foreign/shell_text.h"

namespace mlp::check {
namespace {

bool is_word_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_identifier(const std::string& text) {
  const bool begins = !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0;
  return begins && std::all_of(text.begin(), text.end(), is_word_letter);
}

/// True where `word` stands in the text by itself: a function may also be made by an assignment.
bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word_letter(text[at - 1]);
    if (begins && (end == text.size() || !is_word_letter(text[end]))) return true;
  }
  return false;
}

class BodyCheck {
 public:
  BodyCheck(Context& context, Task& task)
      : context_(context), task_(task), checker_(context, *task.module, task, Phase::kBody) {
    bind_inputs(task, checker_.scope());
    bind_outputs(context, task, checker_.scope());
  }

  void run() {
    const std::vector<syntax::Body>& bodies = task_.syntax->bodies;
    if (bodies.empty()) {
      context_.report(Kind::kNoBody, task_.span, "task `" + task_.name + "` has no body")
          .with_help(
              "give it one: `run \"…\"`, `python \"file.py:function\"`, `exec […]` or `script`");
      return;
    }
    for (std::size_t i = 1; i < bodies.size(); ++i) {
      context_.report(Kind::kSeveralBodies, bodies[i].keyword, "a task has one body")
          .with_label(bodies[0].keyword, "it has this one already");
    }
    task_.body.span = bodies[0].keyword;
    std::visit([&](const auto& body) { take(bodies[0], body); }, bodies[0].value);
  }

 private:
  void take(const syntax::Body&, const syntax::RunBody& body) {
    task_.body.kind = plan::BodyKind::kRun;
    std::vector<foreign::ShellPiece> text;
    std::vector<const syntax::Interpolation*> values;
    for (const syntax::StringPart& part : body.text.parts) {
      if (const auto* plain = std::get_if<syntax::TextPart>(&part)) {
        text.push_back({plain->text, false});
        add_text(plain->text);
        continue;
      }
      const auto& value = std::get<syntax::Interpolation>(part);
      text.push_back({"", true});
      values.push_back(&value);
      task_.body.run.push_back(piece_of(value));
    }
    const std::vector<foreign::ShellPlace> places = foreign::places_of_values(text);
    std::size_t next = 0;
    for (RunPiece& piece : task_.body.run) {
      if (!piece.value || next >= places.size()) continue;
      stand(piece, places[next], *values[next]);
      ++next;
    }
  }

  void add_text(const std::string& text) {
    std::vector<RunPiece>& run = task_.body.run;
    if (run.empty() || run.back().value) run.emplace_back();
    run.back().text += text;
  }

  RunPiece piece_of(const syntax::Interpolation& value) {
    RunPiece piece;
    const auto* call = std::get_if<syntax::CallExpr>(&value.value->node);
    const bool is_raw = call != nullptr && !call->callee.module &&
                        call->callee.name.text == "raw" && call->arguments.size() == 1 &&
                        task_.module->tasks.count("raw") == 0;
    if (is_raw) {
      piece.quoting = plan::Quoting::kRaw;
      piece.value = checker_.check_as(call->arguments[0].value,
                                      context_.types().of(TypeKind::kString), "`raw`");
    } else {
      piece.value = checker_.check(*value.value);
      must_have_text(*piece.value);
    }
    for (const syntax::InterpolationOption& option : value.options) take_option(piece, option);
    return piece;
  }

  void must_have_text(const Typed& value) {
    const TypeId type = value.type();
    if (context_.types().is_error(type) || context_.types().kind(type) != TypeKind::kNone) return;
    context_.report(Kind::kNoTextForm, value.span, "this has no value to put into the text");
  }

  void take_option(RunPiece& piece, const syntax::InterpolationOption& option) {
    const std::string& name = option.name.text;
    if (name != "sep" && name != "flag") {
      context_.report(Kind::kBadInterpolation, option.name.span, "unknown option `" + name + "`")
          .with_help("there are `sep:` and `flag:`");
      return;
    }
    const auto* literal = std::get_if<syntax::StringLiteral>(&option.value->node);
    if (literal == nullptr) {
      context_.report(Kind::kNotConstant, option.value->span,
                      "`" + name + ":` must be a constant string");
      return;
    }
    const auto text = constant_text(context_, *literal, "`" + name + ":`");
    if (!text) return;
    (name == "sep" ? piece.separator : piece.flag) = *text;
    const TypeId type = piece.value->type();
    const bool is_list = context_.types().kind(type) == TypeKind::kList;
    if (name == "sep" && !is_list && !context_.types().is_error(type)) {
      context_.report(Kind::kBadInterpolation, option.name.span,
                      "`sep:` joins a list, but this is `" + context_.types().text(type) + "`");
    }
  }

  void stand(RunPiece& piece, foreign::ShellPlace place, const syntax::Interpolation& value) {
    const bool is_raw = piece.quoting == plan::Quoting::kRaw;
    if (place == foreign::ShellPlace::kWord) return;
    if (place == foreign::ShellPlace::kQuoted) {
      if (!is_raw) piece.quoting = plan::Quoting::kQuoted;
      if (piece.flag) {
        context_
            .report(Kind::kBadInterpolation, value.span,
                    "`flag:` makes words, and inside quotes there are none")
            .with_help("put it outside the quotes");
      }
      return;
    }
    if (is_raw && place != foreign::ShellPlace::kComment) return;
    const auto [where, help] = explanation(place);
    context_
        .report(Kind::kValueInShellText, value.span,
                std::string("the shell puts no value in ") + where)
        .with_help(help);
  }

  static std::pair<const char*, const char*> explanation(foreign::ShellPlace place) {
    switch (place) {
      case foreign::ShellPlace::kSingleQuoted:
        return {"single quotes", "end the quotes before it, or use \"…\": 'a'~{x}'b'"};
      case foreign::ShellPlace::kQuotedDocument:
        return {"a here-document with a quoted delimiter", "write the delimiter without quotes"};
      case foreign::ShellPlace::kDelimiter:
        return {"the delimiter of a here-document", "use a constant word"};
      case foreign::ShellPlace::kArithmetic:
        return {"$((…))", "compute it here, ~{a + b}, or bind a shell variable first: n=~{x}"};
      default:
        return {"a comment", "leave it out of the comment"};
    }
  }

  void take(const syntax::Body&, const syntax::ExecBody& body) {
    task_.body.kind = plan::BodyKind::kExec;
    if (body.items.empty()) {
      context_.report(Kind::kNoBody, task_.body.span, "`exec` needs a program")
          .with_help("like `exec [\"gzip\", \"-k\", \"~{x}\"]`");
    }
    const TypeId string = context_.types().of(TypeKind::kString);
    for (const syntax::Expr& item : body.items) {
      task_.body.exec.push_back(checker_.check_as(item, string, "an argument of `exec`"));
    }
  }

  void take(const syntax::Body&, const syntax::ScriptBody& body) {
    task_.body.kind = plan::BodyKind::kScript;
    if (auto text = constant_text(context_, body.interpreter, "an interpreter"))
      task_.body.interpreter = *text;
    task_.body.script = body.text.text();
    if (body.interpreter.is_constant() && trim(task_.body.interpreter).empty()) {
      context_.report(Kind::kNoBody, body.interpreter.span, "`script` needs an interpreter")
          .with_help("like `script \"python3\" \"\"\"…\"\"\"`");
    }
  }

  void take(const syntax::Body& written, const syntax::NotebookBody&) {
    task_.unsupported.push_back(
        {written.keyword, "notebooks are not supported yet",
         "export it to a Python file and call a function of it: `python \"file.py:function\"`"});
  }

  void take(const syntax::Body&, const syntax::PythonBody& body) {
    task_.body.kind = plan::BodyKind::kPython;
    const auto text = constant_text(context_, body.function, "the function of a python body");
    if (!text) return;
    const std::size_t colon = text->rfind(':');
    const std::string file = text->substr(0, colon);
    const std::string function = colon == std::string::npos ? "" : text->substr(colon + 1);
    if (!file.ends_with(".py") || !is_identifier(function)) {
      context_
          .report(Kind::kBadPythonBody, body.function.span,
                  "`" + printable(*text) + "` names no function of a Python file")
          .with_help("like `python \"src/fit.py:fit\"`");
      return;
    }
    task_.body.file = file;
    task_.body.function = function;
    find_function(body.function.span);
  }

  void find_function(Span span) {
    const Result<std::string> text = context_.loader.read(task_.body.file);
    if (!text) {
      context_
          .report(Kind::kFileNotFound, span,
                  "there is no file `" + printable(task_.body.file) + "` in the project")
          .with_help(did_you_mean(task_.body.file, python_files(),
                                  "paths are relative to the project's root"));
      return;
    }
    if (has_word(*text, task_.body.function)) return;
    context_
        .report(Kind::kBadPythonBody, span,
                "`" + task_.body.file + "` has no function `" + task_.body.function + "`")
        .with_help(did_you_mean(task_.body.function, functions_of(*text)));
  }

  std::vector<std::string> python_files() {
    const auto found = context_.loader.glob("**/*.py");
    return found ? *found : std::vector<std::string>{};
  }

  static std::vector<std::string> functions_of(const std::string& text) {
    std::vector<std::string> names;
    for (const std::string& line : split(text, '\n')) {
      const bool is_async = line.rfind("async def ", 0) == 0;
      if (!is_async && line.rfind("def ", 0) != 0) continue;
      const std::size_t begin = is_async ? 10 : 4;
      names.push_back(line.substr(begin, line.find_first_of("( :", begin) - begin));
    }
    return names;
  }

  Context& context_;
  Task& task_;
  ExpressionChecker checker_;
};

void collect(const std::optional<Typed>& value, std::vector<bool>& used) {
  if (value) collect_inputs(*value, used);
}

/// An input that only resource properties use is in neither key nor body.
void mark_inputs_outside_key(Task& task) {
  std::vector<bool> by_resources(task.inputs.size());
  std::vector<bool> by_others(task.inputs.size());
  collect(task.cpus, by_resources);
  collect(task.timeout, by_resources);
  for (const Retry& retry : task.retry) {
    collect(retry.backoff_from, by_resources);
    collect(retry.backoff_to, by_resources);
  }
  for (const RunPiece& piece : task.body.run) collect(piece.value, by_others);
  for (const Typed& item : task.body.exec) collect_inputs(item, by_others);
  for (const auto& variable : task.vars) collect_inputs(variable.second, by_others);
  for (const Output& output : task.outputs) collect(output.place, by_others);
  for (std::size_t i = 0; i < task.inputs.size(); ++i) {
    task.inputs[i].is_in_key = by_others[i] || !by_resources[i];
  }
}

}  // namespace

void check_body(Context& context, Task& task) {
  BodyCheck(context, task).run();
  mark_inputs_outside_key(task);
}

}  // namespace mlp::check
