// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/survivors.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "base/crash_point.h"
#include "base/file.h"
#include "base/text.h"

namespace mlp::execute {
namespace {

constexpr std::uint64_t kStatLimit = 4096;            // bytes of /proc/PID/stat
constexpr std::uint64_t kEnvironmentLimit = 4 << 20;  // bytes of /proc/PID/environ
constexpr useconds_t kLookAgain = 5000;               // us until killed ones are looked for again

struct ProcessStat {
  char state = 'Z';
  int session = 0;
  std::uint64_t start_time = 0;
};

/// Fields 3, 6 and 22; the name in parentheses may hold anything.
ProcessStat read_stat(const std::string& pid) {
  const auto text = real_files().read("/proc/" + pid + "/stat", kStatLimit);
  if (!text) return {};
  const std::size_t end = text->rfind(')');
  if (end == std::string::npos) return {};
  const auto fields = split(std::string_view(*text).substr(end + 2), ' ');
  if (fields.size() < 20) return {};
  return {fields[0][0], std::atoi(fields[3].c_str()),
          std::strtoull(fields[19].c_str(), nullptr, 10)};
}

bool has_mark(const std::string& pid, const std::string& mark) {
  const auto text = real_files().read("/proc/" + pid + "/environ", kEnvironmentLimit);
  if (!text) return false;
  for (const std::string& variable : split(*text, '\0')) {
    if (variable.starts_with(mark)) return true;
  }
  return false;
}

/// A session number may have been given again: only while no process of that number lives, and to
/// members that are younger than the runner, does it say anything.
bool is_in_session(const ProcessStat& stat, const runner::RunnerIdentity& dead,
                   bool is_leader_alive) {
  return !is_leader_alive && stat.session == dead.pid && stat.start_time >= dead.start_time;
}

std::vector<pid_t> find_survivors(const runner::RunnerIdentity& dead, const std::string& mark) {
  std::vector<pid_t> found;
  const auto names = real_files().list("/proc");
  if (!names) return found;
  const char leader = read_stat(std::to_string(dead.pid)).state;
  const bool is_leader_alive = leader != 'Z' && leader != 'X';
  const std::string self = std::to_string(::getpid());
  for (const std::string& name : *names) {
    if (name.find_first_not_of("0123456789") != std::string::npos || name == self) continue;
    const ProcessStat stat = read_stat(name);
    if (stat.state == 'Z' || stat.state == 'X') continue;
    if (!is_in_session(stat, dead, is_leader_alive) && !has_mark(name, mark)) continue;
    found.push_back(static_cast<pid_t>(std::atoi(name.c_str())));
  }
  return found;
}

}  // namespace

bool kill_survivors(const runner::RunnerIdentity& dead, const std::string& folder_id,
                    Duration patience) {
  const std::string mark = "MLP_RUNNER=" + folder_id + "/" + std::to_string(dead.generation) + "/";
  SystemClock clock;
  const Duration until = clock.steady() + patience;
  while (true) {
    const auto survivors = find_survivors(dead, mark);
    if (survivors.empty()) return true;
    for (const pid_t pid : survivors) ::kill(pid, SIGKILL);
    CRASH_POINT("survivors.killed");
    if (clock.steady() > until) return false;
    ::usleep(kLookAgain);
  }
}

}  // namespace mlp::execute
