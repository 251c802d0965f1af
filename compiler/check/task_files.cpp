// SPDX-License-Identifier: Apache-2.0
//
// Which files of the project a task sees.
#include "base/file.h"
#include "base/text.h"
#include "compiler/check/check_task.h"
#include "compiler/check/constant.h"
#include "compiler/foreign/python_imports.h"
#include "compiler/foreign/shell_text.h"

namespace mlp::check {
namespace {

bool is_python(const std::string& path) {
  return path.size() > 3 && path.ends_with(".py");
}

class FileFinder {
 public:
  FileFinder(Context& context, Task& task) : context_(context), task_(task) {}

  void run() {
    for (const syntax::Property& property : task_.syntax->properties) {
      const auto* uses = std::get_if<syntax::UsesProperty>(&property.value);
      if (uses == nullptr) continue;
      for (const syntax::StringLiteral& pattern : uses->globs) use(pattern);
    }
    body_words();
    if (task_.body.kind == plan::BodyKind::kPython) add(task_.body.file);
    follow_imports();
    for (auto& entry : found_) task_.files.push_back(std::move(entry.second));
  }

 private:
  void add(const std::string& path) {
    if (path.empty() || found_.count(path) > 0) return;
    Result<plan::SeenFile> file = seen_file(context_.loader, path);
    if (file) found_.emplace(path, std::move(file).value());
  }

  void use(const syntax::StringLiteral& written) {
    const auto pattern = constant_text(context_, written, "a pattern of `uses`");
    if (!pattern) return;
    const auto matches = context_.loader.glob(*pattern);
    if (matches && !matches->empty()) {
      for (const std::string& path : *matches) add(path);
      return;
    }
    context_
        .report(Kind::kNoFileMatches, written.span,
                "no file of the project matches `" + printable(*pattern) + "`")
        .with_help(help_for(*pattern));
  }

  std::string help_for(const std::string& pattern) {
    if (context_.loader.is_folder(pattern))
      return "it is a folder; for all files in it write `" + pattern + "/**`";
    if (is_glob(pattern))
      return "paths are relative to the project's root; `**` goes through folders";
    const std::string parent = parent_path(pattern);
    const auto there = context_.loader.glob(parent.empty() || parent == "." ? "*" : parent + "/*");
    return did_you_mean(pattern, there ? *there : std::vector<std::string>{},
                        "paths are relative to the project's root");
  }

  void body_words() {
    for (const RunPiece& piece : task_.body.run) add_words(piece.text);
    for (const Typed& item : task_.body.exec) add_item(item);
    add_words(task_.body.script);
  }

  void add_item(const Typed& item) {
    const plan::Expression& e = item.expression;
    const bool is_text = item.kind == TypedKind::kPlain &&
                         e.kind == plan::ExpressionKind::kLiteral &&
                         e.literal.kind() == plan::ValueKind::kString;
    if (is_text) add(normal(e.literal.as_string()));
  }

  void add_words(const std::string& text) {
    for (const std::string& word : foreign::words_of_shell(text)) {
      // A word next to an interpolation is only part of one; then there is no such file.
      const std::string path = normal(word);
      if (SafeRelPath::from(path)) add(path);
    }
  }

  static std::string normal(const std::string& word) {
    return word.rfind("./", 0) == 0 ? word.substr(2) : word;
  }

  void follow_imports() {
    std::vector<std::string> starts;
    for (const auto& entry : found_) {
      if (is_python(entry.first)) starts.push_back(entry.first);
    }
    for (const std::string& start : starts) {
      for (const std::string& path : foreign::imported_python_files(context_.loader, start))
        add(path);
    }
  }

  Context& context_;
  Task& task_;
  std::map<std::string, plan::SeenFile> found_;
};

}  // namespace

void find_files(Context& context, Task& task) {
  FileFinder(context, task).run();
}

}  // namespace mlp::check
