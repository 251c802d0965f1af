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
constexpr useconds_t kLookAgain = 5000;               // us between two looks
/// One look may miss what is forked while it goes on: by a process that is dead when it is met.
constexpr int kCleanLooks = 2;
/// A process has no environment for a moment inside execve; one that still has none is let be.
constexpr int kMostDoubtful = 20;

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

enum class Mark : std::uint8_t { kOurs, kOther, kDoubtful };

Mark mark_of(const std::string& pid, const std::string& ours) {
  const auto text = real_files().read("/proc/" + pid + "/environ", kEnvironmentLimit);
  if (!text) return Mark::kOther;
  for (const std::string& variable : split(*text, '\0')) {
    if (variable.starts_with(ours)) return Mark::kOurs;
  }
  return text->empty() ? Mark::kDoubtful : Mark::kOther;
}

bool is_dead(const ProcessStat& stat) {
  return stat.state == 'Z' || stat.state == 'X';
}

/// A session number may have been given again: it says nothing while its leader is another process,
/// nor of members that are older than the runner.
bool is_in_session(const ProcessStat& stat, const runner::RunnerIdentity& dead,
                   bool is_leader_other) {
  return !is_leader_other && stat.session == dead.pid && stat.start_time >= dead.start_time;
}

struct Look {
  std::vector<pid_t> survivors;
  bool has_doubtful = false;
};

Look look_for_survivors(const runner::RunnerIdentity& dead, const std::string& mark) {
  Look found;
  const auto names = real_files().list("/proc");
  if (!names) return found;
  const ProcessStat leader = read_stat(std::to_string(dead.pid));
  const bool is_leader_other = !is_dead(leader) && leader.start_time != dead.start_time;
  const std::string self = std::to_string(::getpid());
  for (const std::string& name : *names) {
    if (name.find_first_not_of("0123456789") != std::string::npos || name == self) continue;
    const ProcessStat stat = read_stat(name);
    if (is_dead(stat)) continue;
    const Mark marked =
        is_in_session(stat, dead, is_leader_other) ? Mark::kOurs : mark_of(name, mark);
    if (marked == Mark::kOurs) found.survivors.push_back(std::atoi(name.c_str()));
    found.has_doubtful |= marked == Mark::kDoubtful && stat.start_time >= dead.start_time;
  }
  return found;
}

}  // namespace

bool kill_survivors(const runner::RunnerIdentity& dead, const std::string& folder_id,
                    Duration patience) {
  if (dead.pid == 0 || dead.boot_id != runner::boot_id()) return true;
  const std::string mark = "MLP_RUNNER=" + folder_id + "/";
  SystemClock clock;
  const Duration until = clock.steady() + patience;
  int doubtful = 0;
  for (int clean = 0; clean < kCleanLooks;) {
    if (clean + doubtful > 0) ::usleep(kLookAgain);
    const Look look = look_for_survivors(dead, mark);
    const bool is_clean =
        look.survivors.empty() && (!look.has_doubtful || ++doubtful > kMostDoubtful);
    clean = is_clean ? clean + 1 : 0;
    if (look.survivors.empty()) continue;
    for (const pid_t pid : look.survivors) ::kill(pid, SIGKILL);
    CRASH_POINT("survivors.killed");
    if (clock.steady() > until) return false;
    ::usleep(kLookAgain);
  }
  return true;
}

}  // namespace mlp::execute
