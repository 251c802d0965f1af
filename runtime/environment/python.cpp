// SPDX-License-Identifier: Apache-2.0
#include "runtime/environment/python.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>

#include "base/text.h"

namespace mlp::environment {
namespace {

constexpr std::chrono::seconds kAnswerTime{20};
constexpr const char* kQuestion =
    "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)";

std::vector<std::string> path_folders() {
  const char* path = std::getenv("PATH");
  std::vector<std::string> folders = split(path == nullptr ? "/usr/bin:/bin" : path, ':');
  folders.push_back("/usr/bin");
  return folders;
}

bool is_program(const std::string& path) {
  struct stat s{};
  return ::access(path.c_str(), X_OK) == 0 && ::stat(path.c_str(), &s) == 0 && S_ISREG(s.st_mode);
}

bool fits(const std::string& version, const std::string& wanted) {
  if (wanted.empty()) return version.starts_with("3.");
  return version == wanted || version.starts_with(wanted + ".");
}

std::optional<Python> ask(HelperGroup& group, const std::string& program) {
  const auto answer = ask_helper(group, {program, "-c", kQuestion}, kAnswerTime);
  if (!answer) return std::nullopt;  // a shim for a version that is not there, or no Python at all
  const auto lines = split(*answer, '\n');
  if (lines.size() < 2 || lines[1].empty() || lines[1].front() != '/') return std::nullopt;
  return Python{lines[1], lines[0]};
}

std::vector<std::string> candidates(const std::string& wanted) {
  std::vector<std::string> names;
  if (!wanted.empty()) {
    // "3.11.7" is served by a python3.11 of that version.
    const auto parts = split(wanted, '.');
    names.push_back("python" + (parts.size() > 2 ? parts[0] + "." + parts[1] : wanted));
  }
  names.insert(names.end(), {"python3", "python"});
  std::vector<std::string> programs;
  for (const std::string& name : names) {
    for (const std::string& folder : path_folders()) {
      std::string program = folder + "/" + name;
      const bool is_new = std::find(programs.begin(), programs.end(), program) == programs.end();
      if (is_new && !folder.empty() && folder.front() == '/' && is_program(program)) {
        programs.push_back(std::move(program));
      }
    }
  }
  return programs;
}

Result<Python> search(HelperGroup& group, const std::string& wanted) {
  std::vector<std::string> found;
  for (const std::string& program : candidates(wanted)) {
    const std::optional<Python> python = ask(group, program);
    if (python && fits(python->version, wanted)) return *python;
    if (python) found.push_back(python->version + " (" + program + ")");
  }
  const std::string name = wanted.empty() ? "Python 3" : "Python " + wanted;
  return Error{ErrorCode::kNotFound,
               name + " was not found on this machine; found " +
                   (found.empty() ? "no Python at all" : join(found, ", ")) +
                   ". Install it, or name another version in the environment"};
}

}  // namespace

Result<Python> find_python(HelperGroup& group, const std::string& wanted) {
  static std::mutex mutex;
  static std::map<std::string, Python> known;
  const std::lock_guard lock(mutex);
  if (const auto it = known.find(wanted); it != known.end() && is_program(it->second.path)) {
    return it->second;
  }
  MLP_ASSIGN(Python python, search(group, wanted));
  known[wanted] = python;
  return python;
}

std::string find_on_path(const std::string& name) {
  for (const std::string& folder : path_folders()) {
    const std::string program = folder + "/" + name;
    if (!folder.empty() && folder.front() == '/' && is_program(program)) return program;
  }
  return {};
}

}  // namespace mlp::environment
