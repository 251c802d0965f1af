// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace mlp::runner {
namespace {

// The child makes some twenty calls; the runner waits meanwhile, so one stack serves all.
constexpr std::size_t kStackSize = 64 * 1024;
alignas(64) char g_stack[kStackSize];

struct Shared {
  const ChildOrder* order;
  int error = 0;
  const char* failed = "";
};

// On a stack that AddressSanitizer does not know it would write a warning into the task's log.
__attribute__((no_sanitize_address)) int fail(Shared& shared, const char* what) {
  shared.error = errno;
  shared.failed = what;
  ::_exit(127);
}

/// Files 0, 1 and 2; the runner holds its own 0, 1 and 2 open, so these get other numbers first.
void open_streams(Shared& shared) {
  const ChildOrder& order = *shared.order;
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || ::dup2(null, 0) < 0) fail(shared, "open /dev/null");
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
  const int log = ::open(order.log, kFlags, 0600);
  if (log < 0 || ::dup2(log, 2) < 0) fail(shared, "open the log");
  const int output = order.output == nullptr ? log : ::open(order.output, kFlags, 0600);
  if (output < 0 || ::dup2(output, 1) < 0) fail(shared, "open the file for standard output");
}

void set_limits(Shared& shared) {
  const ChildOrder& order = *shared.order;
  for (std::size_t i = 0; i < order.limit_count; ++i) {
    const rlimit limit{order.limits[i].soft, order.limits[i].hard};
    const auto resource = static_cast<__rlimit_resource>(order.limits[i].resource);
    if (::setrlimit(resource, &limit) != 0) fail(shared, "set a limit");
  }
}

int run_child(void* argument) {
  Shared& shared = *static_cast<Shared*>(argument);
  const ChildOrder& order = *shared.order;
  // The group is what gets killed; the death signal covers a runner that is killed itself.
  if (::setpgid(0, 0) != 0) fail(shared, "make a process group");
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::umask(077);
  open_streams(shared);
  set_limits(shared);
  if (::chdir(order.folder) != 0) fail(shared, "enter the working folder");
  ::close_range(3, ~0U, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(order.program, order.arguments, order.environment);
  return fail(shared, "");
}

}  // namespace

ChildStart start_child(const ChildOrder& order) {
  Shared shared{&order};
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t pid =
      ::clone(run_child, g_stack + kStackSize, CLONE_VM | CLONE_VFORK | SIGCHLD, &shared);
  const int error = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return {0, error, "start a process"};
  return {pid, shared.error, shared.failed};
}

}  // namespace mlp::runner
