// SPDX-License-Identifier: Apache-2.0
//
// mlp-runner: starts attempts for mlpd and outlives it. Detaches itself: the process that was
// started returns 0 when the runner listens, 10 when another one serves the folder, else 1.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/crash_point.h"
#include "base/result.h"
#include "runtime/execute/runner/runner.h"

namespace mlp::runner {
namespace {

constexpr int kExitServed = 10;

/// Nothing of the starter's is kept: no file, no ignored or blocked signal, no folder.
void leave_starter() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  ::close_range(3, ~0U, 0);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 2; ++fd) ::dup2(null, fd);
  if (null > 2) ::close(null);
  (void)!::chdir("/");
  ::umask(077);
}

int open_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  ::sigaddset(&set, SIGTERM);
  ::sigprocmask(SIG_SETMASK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int report(const Error& error) {
  std::fprintf(stderr, "mlp-runner: %s\n", error.message.c_str());
  return error.code == ErrorCode::kConflict ? kExitServed : 1;
}

/// The second process: own session, reaper of what attempts leave behind.
int run_detached(RunnerLock& lock, int listener, const RunnerOptions& options) {
  CRASH_POINT("runner.forked");
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "mlp-runner");
  const auto identity = lock.write_identity();
  if (!identity) return report(identity.error());
  CRASH_POINT("runner.identity_written");
  const int signals = open_signals();
  ::dup2(0, 2);  // the starter's standard error was for what went wrong until here
  SystemClock clock;
  Runner(options, *identity, listener, signals, clock).serve();
  return 0;
}

int start(const RunnerOptions& options) {
  leave_starter();
  auto lock = RunnerLock::take(options.data_folder);
  if (!lock) return report(lock.error());
  CRASH_POINT("runner.lock_taken");
  const auto listener = listen_in(options.data_folder);
  if (!listener) return report(listener.error());
  CRASH_POINT("runner.socket_bound");
  const pid_t child = ::fork();
  if (child < 0)
    return report({ErrorCode::kIo, std::string("cannot fork: ") + std::strerror(errno)});
  return child > 0 ? 0 : run_detached(*lock, *listener, options);
}

}  // namespace
}  // namespace mlp::runner

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: mlp-runner DATA_FOLDER FOLDER_ID\n(started by mlpd)\n");
    return 2;
  }
  mlp::runner::RunnerOptions options;
  options.data_folder = argv[1];
  options.folder_id = argv[2];
  return mlp::runner::start(options);
}
