// SPDX-License-Identifier: Apache-2.0
#include "compiler/foreign/python_imports.h"

#include <cctype>
#include <deque>
#include <set>

#include "base/text.h"

namespace mlp::foreign {
namespace {

/// Cuts a Python text into logical lines of words: strings and comments left out, lines continued
/// by a backslash or inside brackets joined, `;` ends one.
class LineReader {
 public:
  explicit LineReader(const std::string& text) : text_(text) {}

  std::vector<std::vector<std::string>> read() {
    while (at_ < text_.size()) read_next();
    end_line();
    return std::move(lines_);
  }

 private:
  void read_next() {
    const char c = text_[at_];
    if (c == '#') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (c == '"' || c == '\'') {
      skip_string(c);
    } else if (c == '\\' && at_ + 1 < text_.size()) {
      at_ += 2;
    } else if (is_word(c)) {
      take_word();
    } else {
      take_sign(c);
    }
  }

  static bool is_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
  }

  void take_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    words_.push_back(text_.substr(begin, at_ - begin));
  }

  void take_sign(char c) {
    ++at_;
    if (c == '(' || c == '[' || c == '{') ++depth_;
    if (c == ')' || c == ']' || c == '}') depth_ = depth_ > 0 ? depth_ - 1 : 0;
    const bool ends = (c == '\n' && depth_ == 0) || c == ';';
    if (ends) return end_line();
    // `if x: import y` and `try: import y` begin a statement after the colon.
    if (c == ':' && depth_ == 0) return end_line();
    if (c == '.' || c == ',' || c == '*') words_.push_back(std::string(1, c));
  }

  void skip_string(char quote) {
    const bool is_triple = text_.compare(at_, 3, std::string(3, quote)) == 0;
    const std::string end(is_triple ? 3 : 1, quote);
    at_ += end.size();
    while (at_ < text_.size() && text_.compare(at_, end.size(), end) != 0) {
      if (!is_triple && text_[at_] == '\n') return;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    at_ += end.size();
    words_.push_back("\"");
  }

  void end_line() {
    if (!words_.empty()) lines_.push_back(std::move(words_));
    words_.clear();
  }

  const std::string& text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<std::string> words_;
  std::vector<std::vector<std::string>> lines_;
};

bool is_sign(const std::string& word) {
  return word == "." || word == "," || word == "*";
}

/// `a.b.c` from words[at] on; `at` is left behind it.
std::vector<std::string> take_dotted(const std::vector<std::string>& words, std::size_t& at) {
  std::vector<std::string> parts;
  while (at < words.size() && !is_sign(words[at])) {
    parts.push_back(words[at++]);
    if (at >= words.size() || words[at] != ".") break;
    ++at;
  }
  return parts;
}

void read_import(const std::vector<std::string>& words, std::vector<PythonImport>& found) {
  std::size_t at = 1;
  while (at < words.size()) {
    PythonImport import;
    import.module = take_dotted(words, at);
    if (!import.module.empty()) found.push_back(std::move(import));
    while (at < words.size() && words[at] != ",") ++at;  // as name
    ++at;
  }
}

void read_from(const std::vector<std::string>& words, std::vector<PythonImport>& found) {
  PythonImport import;
  std::size_t at = 1;
  while (at < words.size() && words[at] == ".") {
    ++import.level;
    ++at;
  }
  if (at < words.size() && words[at] != "import") import.module = take_dotted(words, at);
  if (at >= words.size() || words[at] != "import") return;
  ++at;
  while (at < words.size()) {
    if (!is_sign(words[at])) import.names.push_back(words[at]);
    while (at < words.size() && words[at] != ",") ++at;
    ++at;
  }
  found.push_back(std::move(import));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

/// Follows imports from one file through the project.
class Follower {
 public:
  Follower(source::SourceLoader& loader, const std::string& start)
      : loader_(loader), start_(start) {
    roots_.push_back(folder_of(start));
    if (!roots_.front().empty()) roots_.push_back("");
  }

  std::vector<std::string> follow() {
    waiting_.push_back(start_);
    while (!waiting_.empty() && found_.size() < kMaxPythonFiles) {
      const std::string path = waiting_.front();
      waiting_.pop_front();
      const Result<std::string> text = loader_.read(path);
      if (!text) continue;
      for (const PythonImport& import : python_imports(*text)) resolve(path, import);
    }
    found_.erase(start_);
    return {found_.begin(), found_.end()};
  }

 private:
  bool exists(const std::string& path) { return loader_.find(path).has_value(); }

  void add(const std::string& path) {
    if (found_.insert(path).second && path != start_) waiting_.push_back(path);
  }

  void resolve(const std::string& importer, const PythonImport& import) {
    if (import.level > 0) {
      std::string folder = folder_of(importer);
      for (int i = 1; i < import.level; ++i) folder = folder_of(folder);
      return walk(folder, import);
    }
    if (import.module.empty()) return;
    for (const std::string& root : roots_) {
      const std::string path = below(root, import.module.front());
      if (exists(path + "/__init__.py") || exists(path + ".py")) return walk(root, import);
    }
    for (const std::string& root : roots_) {
      if (loader_.is_folder(below(root, import.module.front()))) return walk(root, import);
    }
  }

  /// Each package on the way has its __init__.py run, then the module, then what is named from it.
  void walk(const std::string& base, const PythonImport& import) {
    std::string path = base;
    if (import.level > 0) add_package(path);
    for (const std::string& part : import.module) {
      path = below(path, part);
      if (add_package(path)) continue;
      if (exists(path + ".py")) return add(path + ".py");
    }
    for (const std::string& name : import.names) {
      const std::string member = below(path, name);
      if (!add_package(member) && exists(member + ".py")) add(member + ".py");
    }
  }

  bool add_package(const std::string& folder) {
    const std::string file = below(folder, "__init__.py");
    if (!exists(file)) return false;
    add(file);
    return true;
  }

  source::SourceLoader& loader_;
  const std::string start_;
  std::vector<std::string> roots_;
  std::deque<std::string> waiting_;
  std::set<std::string> found_;
};

}  // namespace

std::vector<PythonImport> python_imports(const std::string& text) {
  std::vector<PythonImport> found;
  for (const std::vector<std::string>& words : LineReader(text).read()) {
    if (words.front() == "import") read_import(words, found);
    if (words.front() == "from") read_from(words, found);
  }
  return found;
}

std::vector<std::string> imported_python_files(source::SourceLoader& loader,
                                               const std::string& path) {
  return Follower(loader, path).follow();
}

}  // namespace mlp::foreign
