// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/orphans.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace mlp::runner {
namespace {

constexpr std::string_view kMark = "MLP_RUNNER=";
constexpr std::uint64_t kEnvironmentLimit = 4 << 20;  // bytes; the kernel's own bound is lower

/// Without the children file: every process whose parent is this one.
std::string scan_children() {
  std::string found;
  const auto names = real_files().list("/proc");
  if (!names) return found;
  const std::string parent = std::to_string(::getpid());
  for (const std::string& name : *names) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto stat = real_files().read("/proc/" + name + "/stat", 4096);
    if (!stat) continue;
    const std::size_t end = stat->rfind(')');
    if (end == std::string::npos) continue;
    const auto fields = split(std::string_view(*stat).substr(end + 2), ' ');
    if (fields.size() > 1 && fields[1] == parent) found += name + " ";
  }
  return found;
}

std::string read_children(int fd) {
  char buffer[4096];
  const ssize_t n = ::pread(fd, buffer, sizeof buffer, 0);
  std::string text(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
  // A full buffer may end inside a number; the rest is found by the next look.
  if (text.size() == sizeof buffer) text.resize(text.rfind(' ') + 1);
  return text;
}

}  // namespace

Orphans::Orphans() {
  const std::string pid = std::to_string(::getpid());
  const std::string path = "/proc/self/task/" + pid + "/children";
  children_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

Orphans::~Orphans() {
  if (children_ >= 0) ::close(children_);
}

std::vector<pid_t> Orphans::find(const std::function<bool(pid_t)>& is_known) const {
  const std::string text = children_ >= 0 ? read_children(children_) : scan_children();
  std::vector<pid_t> found;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const auto pid = static_cast<pid_t>(std::strtol(at, &end, 10));
    if (end == at) break;
    if (!is_known(pid)) found.push_back(pid);
    at = *end == ' ' ? end + 1 : end;
  }
  return found;
}

bool kill_group(pid_t group) {
  return ::kill(-group, SIGKILL) != 0 && errno == ESRCH;
}

std::string runner_mark_of(pid_t pid) {
  const auto text =
      real_files().read("/proc/" + std::to_string(pid) + "/environ", kEnvironmentLimit);
  if (!text) return {};
  for (const std::string& variable : split(*text, '\0')) {
    if (variable.starts_with(kMark)) return variable.substr(kMark.size());
  }
  return {};
}

bool works_in(pid_t pid, const std::string& folder) {
  const auto path = real_files().read_link("/proc/" + std::to_string(pid) + "/cwd");
  return path && (*path == folder || path->starts_with(folder + "/"));
}

}  // namespace mlp::runner
