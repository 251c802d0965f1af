// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/daemon_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "daemon/mlpctl/api_client.h"
#include "daemon/mlpctl/print/messages.h"
#include "daemon/wire/paths.h"

extern char** environ;

namespace mlp::mlpctl {
namespace {

/// A store of a million runs opens well within it.
constexpr Duration kStartLimit = std::chrono::seconds(60);
constexpr auto kPause = std::chrono::milliseconds(5);
constexpr Duration kHealthTimeout = std::chrono::seconds(5);
constexpr std::uint64_t kLogTailBytes = 2048;
constexpr int kOtherDaemonHasFolder = 10;
/// A runner that was killed is gone well within it.
constexpr Duration kRunnerLimit = std::chrono::milliseconds(500);
constexpr std::uint64_t kLockBytes = 4096;
/// As a shell counts a program that was killed: this and the signal.
constexpr int kKilled = 128;
/// The other daemon answers well within it, or was none.
constexpr Duration kOtherStartsWithin = std::chrono::seconds(2);

Result<std::string> own_folder() {
  char buffer[PATH_MAX];
  auto size = ::readlink("/proc/self/exe", buffer, sizeof buffer);
  if (size <= 0) return Error{ErrorCode::kIo, "cannot find out where mlpctl stands"};
  return parent_path(std::string_view(buffer, static_cast<std::size_t>(size)));
}

Result<std::string> find_mlpd() {
  MLP_ASSIGN(auto folder, own_folder());
  auto path = join_path(folder, "mlpd");
  if (::access(path.c_str(), X_OK) == 0) return path;
  return with_help(ErrorCode::kUnavailable, "there is no mlpd beside mlpctl in " + folder,
                   "start mlpd yourself, or install both programs into one folder");
}

std::string log_tail(const std::string& path) {
  auto info = real_files().stat(path);
  if (!info) return "";
  auto offset = info->size > kLogTailBytes ? info->size - kLogTailBytes : 0;
  auto text = real_files().read_range(path, offset, kLogTailBytes);
  if (!text) return "";
  auto lines = split(trim(*text), '\n');
  std::string tail;
  for (std::size_t i = lines.size() > 5 ? lines.size() - 5 : 0; i < lines.size(); ++i)
    tail += "\n  | " + printable(lines[i]);
  return tail;
}

/// Own session, no terminal, output to the log: the daemon outlives us and our terminal.
Result<pid_t> spawn_detached(const std::vector<std::string>& words, const std::string& log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  int failed = ::posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Error{ErrorCode::kIo, "cannot start " + words.front() + ": " + std::strerror(failed)};
  return pid;
}

/// With its standard output and error in our pipes.
Result<pid_t> spawn_piped(const std::vector<std::string>& words, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  int failed = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Error{ErrorCode::kIo, "cannot start " + words.front() + ": " + std::strerror(failed)};
  return pid;
}

void read_to_end(int from, const std::function<void(std::string_view)>& take) {
  char buffer[4096];
  while (true) {
    auto count = ::read(from, buffer, sizeof buffer);
    if (count > 0) take(std::string_view(buffer, static_cast<std::size_t>(count)));
    if (count == 0 || (count < 0 && errno != EINTR)) return;
  }
}

/// False when a process still holds the lock after `limit`.
bool wait_until_free(const std::string& path, Duration limit) {
  SystemClock clock;
  auto end = clock.steady() + limit;
  while (true) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    bool is_free = ::flock(fd, LOCK_SH | LOCK_NB) == 0;
    ::close(fd);
    if (is_free) return true;
    if (clock.steady() > end) return false;
    std::this_thread::sleep_for(kPause);
  }
}

/// " (process 17)", as the runner's lock says.
std::string pid_in(const std::string& lock) {
  auto text = real_files().read(lock, kLockBytes);
  auto json = text ? parse_json(*text) : Result<Json>(text.error());
  auto pid = json ? get_int_or(*json, "pid", 0) : 0;
  return pid == 0 ? "" : " (process " + std::to_string(pid) + ")";
}

Error ended_at_once(int status, const std::string& log) {
  std::string how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                      : "signal " + std::to_string(WTERMSIG(status));
  return with_help(ErrorCode::kUnavailable, "mlpd ended at once (" + how + ")" + log_tail(log),
                   "its log is " + log);
}

/// Starts one, again where another process only passed through the data folder's lock, and waits
/// for the health check of it or of another that has the data folder.
Status start_and_wait(const Settings& settings, const std::vector<std::string>& words) {
  SystemClock clock;
  auto log = daemon_log_path(settings.data_folder);
  auto limit = clock.steady() + kStartLimit;
  pid_t pid = 0;
  Duration next_start{0};
  while (clock.steady() < limit) {
    if (pid == 0 && clock.steady() >= next_start) {
      MLP_ASSIGN(pid, spawn_detached(words, log));
    }
    if (is_daemon_answering(settings)) return {};
    int status = 0;
    if (pid != 0 && ::waitpid(pid, &status, WNOHANG) == pid) {
      bool has_other = WIFEXITED(status) && WEXITSTATUS(status) == kOtherDaemonHasFolder;
      if (!has_other) return ended_at_once(status, log);
      pid = 0;
      next_start = clock.steady() + kOtherStartsWithin;
    }
    std::this_thread::sleep_for(kPause);
  }
  return with_help(ErrorCode::kTimeout, "mlpd does not answer after " + to_human(kStartLimit),
                   "its log is " + log);
}

}  // namespace

Result<MlpdEnd> run_mlpd_to_its_end(const std::vector<std::string>& words,
                                    const std::function<void(std::string_view)>& take) {
  MLP_ASSIGN(auto mlpd, find_mlpd());
  std::vector<std::string> all = {mlpd};
  all.insert(all.end(), words.begin(), words.end());
  int out[2] = {-1, -1};
  int err[2] = {-1, -1};
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
    return Error{ErrorCode::kIo, "cannot make a pipe: " + std::string(std::strerror(errno))};
  auto pid = spawn_piped(all, out[1], err[1]);
  ::close(out[1]);
  ::close(err[1]);
  std::string message;
  if (pid) {
    read_to_end(out[0], take);
    // It says a sentence at its end, which a pipe holds.
    read_to_end(err[0], [&](std::string_view piece) { message += piece; });
  }
  ::close(out[0]);
  ::close(err[0]);
  if (!pid) return pid.error();
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr std::string_view kName = "mlpd: ";
  if (message.starts_with(kName)) message.erase(0, kName.size());
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status);
  return MlpdEnd{code, std::string(trim(message))};
}

std::string daemon_log_path(const std::string& data_folder) {
  return join_path(data_folder, "mlpd.log");
}

bool is_daemon_answering(const Settings& settings) {
  auto quick = settings;
  quick.timeout = kHealthTimeout;
  ApiClient client(quick);
  auto answer = client.get(std::string(wire::path::kHealth));
  return answer && answer->is_success();
}

Result<DaemonState> ensure_daemon(const Settings& settings, const std::vector<std::string>& extra) {
  DaemonState state;
  if (settings.server) {
    if (!is_daemon_answering(settings))
      return with_help(ErrorCode::kUnavailable, "no daemon answers at " + *settings.server,
                       "start it there, or leave out --server and MLP_SERVER to use your own");
  } else if (!is_daemon_answering(settings)) {
    MLP_ASSIGN(auto mlpd, find_mlpd());
    MLP_TRY(make_folders(real_files(), settings.data_folder, 0700));
    std::vector<std::string> words = {mlpd, "--data", settings.data_folder};
    words.insert(words.end(), extra.begin(), extra.end());
    MLP_TRY(start_and_wait(settings, words));
    state.was_started = true;
  }
  MLP_ASSIGN(auto endpoint, find_endpoint(settings));
  state.address = endpoint.address;
  return state;
}

Status wait_until_stopped(const std::string& data_folder, Duration limit) {
  if (!wait_until_free(join_path(data_folder, "lock"), limit))
    return Error{ErrorCode::kTimeout, "mlpd has not ended after " + to_human(limit)};
  // mlpd has waited for it, and killed it.
  if (wait_until_free(join_path(data_folder, "runner.lock"), kRunnerLimit)) return {};
  return with_help(ErrorCode::kTimeout,
                   "mlpd has ended, but mlp-runner" + pid_in(join_path(data_folder, "runner.lock")) +
                       " has not: its tasks may still run",
                   "end it, or take it over with `mlpctl up`");
}

}  // namespace mlp::mlpctl
