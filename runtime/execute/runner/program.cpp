// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <map>
#include <string_view>

#include "base/text.h"

namespace mlp::runner {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::string_view path_of(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "PATH=";
  for (const std::string& variable : environment) {
    if (variable.starts_with(kName)) return std::string_view(variable).substr(kName.size());
  }
  return kDefaultPath;
}

bool is_program(const std::string& path) {
  struct stat s{};
  return ::access(path.c_str(), X_OK) == 0 && ::stat(path.c_str(), &s) == 0 && S_ISREG(s.st_mode);
}

/// Looking through PATH costs some 20 calls; what was found is believed for a moment, so a run of
/// short attempts pays once. Only names found in absolute folders are kept.
class RecentPrograms {
 public:
  const std::string* find(const std::string& key) const {
    const auto it = found_.find(key);
    return it != found_.end() && ::time(nullptr) <= until_ ? &it->second : nullptr;
  }
  void add(const std::string& key, const std::string& path) {
    constexpr std::size_t kMost = 64;
    if (::time(nullptr) > until_ || found_.size() >= kMost) found_.clear();
    if (found_.empty()) until_ = ::time(nullptr) + 1;
    found_[key] = path;
  }

 private:
  std::map<std::string, std::string> found_;
  std::time_t until_ = 0;
};

}  // namespace

Program find_program(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment, const std::string& folder) {
  const std::string& name = arguments.at(0);
  if (name.empty() || name.find('/') != std::string::npos) return {name};
  static RecentPrograms recent;
  const std::string_view search = path_of(environment);
  const std::string key = name + "\n" + std::string(search);
  if (const std::string* known = recent.find(key)) return {*known};
  std::string found_but_not_executable;
  for (const std::string& part : split(search, ':')) {
    std::string path = part.empty() ? name : part + "/" + name;
    if (path.front() != '/') path = folder + "/" + path;
    if (is_program(path)) {
      if (!part.empty() && part.front() == '/') recent.add(key, path);
      return {path};
    }
    if (found_but_not_executable.empty() && ::access(path.c_str(), F_OK) == 0) {
      found_but_not_executable = path;
    }
  }
  // execve of the bare name would look in the working folder, which PATH does not name.
  if (found_but_not_executable.empty()) return {"/nonexistent/" + name};
  return {found_but_not_executable};
}

ProgramFailure explain_failure(const std::string& name, int error, const std::string& failed) {
  const std::string shown = printable(name);
  if (!failed.empty()) return {126, "cannot " + failed + ": " + std::strerror(error)};
  if (error == ENOENT && name.find('/') == std::string::npos) {
    return {127, shown + ": program not found on PATH"};
  }
  if (error == ENOENT) return {127, shown + ": no such program, or its interpreter is missing"};
  if (error == ENOTDIR || error == ENAMETOOLONG) return {127, shown + ": " + std::strerror(error)};
  if (error == E2BIG) {
    return {126, shown + ": its arguments and environment are too large for the system"};
  }
  if (error == ENOEXEC) return {126, shown + ": not a program (no #! line and no known format)"};
  if (error == EACCES) return {126, shown + ": not executable"};
  return {126, shown + ": " + std::strerror(error)};
}

}  // namespace mlp::runner
