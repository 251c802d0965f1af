// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/render_body.h"

#include "base/text.h"
#include "runtime/execute/local/python_call.h"

namespace mlp::execute {
namespace {

using plan::Body;
using plan::BodyKind;
using plan::Quoting;
using plan::RunPart;

/// The pieces of one `run` body: text, and one variable a word.
class RunText {
 public:
  explicit RunText(std::vector<std::string>& variables) : variables_(variables) {}

  void add_text(std::string_view text) { text_ += text; }
  void add_value(const RunPart& part, const ShownValue& value);
  std::string take() { return std::move(text_); }

 private:
  std::string bind(const std::string& value, const std::string& suffix);
  void add_words(const ShownValue& value, Quoting quoting);

  std::vector<std::string>& variables_;
  std::string text_;
  std::size_t number_ = 0;
};

std::string RunText::bind(const std::string& value, const std::string& suffix) {
  std::string name = "_mlp_" + std::to_string(number_) + suffix;
  variables_.push_back(name + "=" + value);
  return name;
}

void RunText::add_words(const ShownValue& value, Quoting quoting) {
  if (quoting == Quoting::kQuoted) {
    text_ += "${" + bind(value.joined(" "), "") + "}";
    return;
  }
  if (value.kind != ShownValue::Kind::kList) {
    if (!value.words.empty()) text_ += "\"$" + bind(value.words[0], "") + "\"";
    return;
  }
  for (std::size_t i = 0; i < value.words.size(); ++i) {
    const std::string name = bind(value.words[i], "_" + std::to_string(i + 1));
    text_ += (i == 0 ? "\"$" : " \"$") + name + "\"";
  }
}

void RunText::add_value(const RunPart& part, const ShownValue& shown) {
  ++number_;
  ShownValue value = shown;
  const bool is_absent = value.kind == ShownValue::Kind::kNull ||
                         (value.kind == ShownValue::Kind::kList && value.words.empty());
  if (part.flag) {
    if (is_absent || value.kind == ShownValue::Kind::kFalse) return;
    text_ += part.quoting == Quoting::kWord ? shell_quote(*part.flag) : *part.flag;
    if (value.kind == ShownValue::Kind::kTrue) return;
    text_ += ' ';
  }
  if (part.separator && value.kind == ShownValue::Kind::kList && !is_absent) {
    value = {ShownValue::Kind::kText, {value.joined(*part.separator)}};
  }
  if (part.quoting == Quoting::kRaw) {
    text_ += value.joined(" ");
    return;
  }
  add_words(value, part.quoting);
}

Status check_words(const std::vector<std::string>& words, std::size_t& total) {
  for (const std::string& word : words) {
    total += word.size() + 16;
    if (word.find('\0') != std::string::npos) {
      return Error{ErrorCode::kInvalid,
                   "a value in the body has a NUL byte, which no program can be given"};
    }
    if (word.size() > kLongestWord) {
      return Error{ErrorCode::kInvalid,
                   "a value in the body has " + human_size(word.size()) +
                       "; a program can be given 128 KiB in one word. Pass it in a file instead"};
    }
  }
  if (total <= kLongestCommand) return {};
  return Error{ErrorCode::kInvalid, "the values in the body have " + human_size(total) +
                                        " together; a program can be given 960 KiB. Pass them in a "
                                        "file instead"};
}

Result<Invocation> render_shell(const BodyOrder& order) {
  Invocation invocation;
  MLP_ASSIGN(const std::string text, render_run(order.scope, invocation.variables));
  if (order.shell.is_bash) {
    invocation.arguments = {order.shell.path, "-euo", "pipefail", "-c", text};
  } else {
    invocation.arguments = {order.shell.path, "-eu", "-c", text};
  }
  // A text longer than one argument may be is read from a file.
  if (text.size() > kLongestWord) {
    invocation.arguments.pop_back();
    invocation.arguments.back() = order.slot_folder + "/body.sh";
    invocation.files.push_back({"body.sh", text});
  }
  return invocation;
}

Result<Invocation> render_exec(const BodyOrder& order) {
  Invocation invocation;
  for (const plan::Expression& item : order.scope.definition.body.exec) {
    MLP_ASSIGN(const ShownValue value, show(item, order.scope));
    invocation.arguments.push_back(value.joined(" "));
  }
  if (invocation.arguments.empty()) return Error{ErrorCode::kInvalid, "`exec` names no program"};
  return invocation;
}

/// `script "python3 -u" """…"""`: the interpreter's words, then the file.
Result<Invocation> render_script(const BodyOrder& order) {
  const Body& body = order.scope.definition.body;
  Invocation invocation;
  for (const std::string& word : split(body.interpreter, ' ')) {
    if (!word.empty()) invocation.arguments.push_back(word);
  }
  if (invocation.arguments.empty())
    return Error{ErrorCode::kInvalid, "`script` names no interpreter"};
  invocation.arguments.push_back(order.slot_folder + "/body");
  invocation.files.push_back({"body", body.script});
  return invocation;
}

Result<Invocation> render_python(const BodyOrder& order) {
  Invocation invocation;
  MLP_ASSIGN(std::string call, make_python_call(order.scope));
  invocation.arguments = {order.environment.python, order.python_driver,
                          order.slot_folder + "/call.json"};
  invocation.files.push_back({"call.json", std::move(call)});
  return invocation;
}

Result<Invocation> render_kind(const BodyOrder& order) {
  switch (order.scope.definition.body.kind) {
    case BodyKind::kRun:
      return render_shell(order);
    case BodyKind::kExec:
      return render_exec(order);
    case BodyKind::kScript:
      return render_script(order);
    case BodyKind::kPython:
      return render_python(order);
  }
  return Error{ErrorCode::kUnsupported, "a body of a kind that is not known here"};
}

}  // namespace

Result<std::string> render_run(const BodyScope& scope, std::vector<std::string>& variables) {
  RunText text(variables);
  for (const RunPart& part : scope.definition.body.run) {
    text.add_text(part.text);
    if (!part.value) continue;
    MLP_ASSIGN(const ShownValue value, show(*part.value, scope));
    text.add_value(part, value);
  }
  return text.take();
}

Result<Invocation> render_body(const BodyOrder& order) {
  MLP_ASSIGN(Invocation invocation, render_kind(order));
  std::size_t total = 0;
  MLP_TRY(check_words(invocation.arguments, total));
  MLP_TRY(check_words(invocation.variables, total));
  return invocation;
}

}  // namespace mlp::execute
