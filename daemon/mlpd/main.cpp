// SPDX-License-Identifier: Apache-2.0
//
// mlpd: reads its configuration, starts the daemon, waits for its end.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/log.h"
#include "daemon/mlpd/config.h"
#include "daemon/mlpd/daemon.h"
#include "daemon/mlpd/exit_code.h"
#include "daemon/mlpd/fsck.h"

namespace {

using namespace mlp;
using namespace mlp::mlpd;

/// The end is prompt whatever a disk or a helper does: everything promised is on disk already.
constexpr unsigned kStopSeconds = 9;
/// Heaps of malloc. One a thread, as it likes, costs 6 MB after 10,000 tasks and saves no time.
constexpr int kHeaps = 2;
/// What is larger is given back to the system when it is freed. Left alone, malloc raises this to
/// 32 MiB when it sees large bodies come and go, and keeps them.
constexpr int kGivenBackBytes = 128 * 1024;

Daemon* signalled_daemon = nullptr;

extern "C" void on_stop_signal(int) {
  if (signalled_daemon != nullptr) signalled_daemon->interrupt();
}

extern "C" void on_stop_alarm(int) {
  ::_exit(kStopped);
}

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "mlpd: %s\n", message.c_str());
  return code;
}

/// As many files and connections as the system allows.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void listen_to_signals(Daemon& daemon) {
  signalled_daemon = &daemon;
  struct sigaction action{};
  action.sa_handler = on_stop_signal;
  for (const int signal : {SIGTERM, SIGINT}) ::sigaction(signal, &action, nullptr);
  action.sa_handler = on_stop_alarm;
  ::sigaction(SIGALRM, &action, nullptr);
}

int run(Config config) {
  ::umask(077);
  ::mallopt(M_ARENA_MAX, kHeaps);
  ::mallopt(M_MMAP_THRESHOLD, kGivenBackBytes);
  raise_file_limit();
  if (config.cpus == 0) config.cpus = std::max(1u, std::thread::hardware_concurrency());
  log::open(config.log_level, config.log_format, config.log_file);
  auto started = Daemon::start(config);
  if (const auto* failed = std::get_if<StartFailure>(&started)) {
    return fail(failed->exit_code, failed->message);
  }
  Daemon& daemon = *std::get<std::unique_ptr<Daemon>>(started);
  listen_to_signals(daemon);
  log::info("started", {{"address", daemon.address()}, {"data", config.data_folder}});
  daemon.wait();
  ::alarm(kStopSeconds);
  daemon.stop();
  log::info("stopped");
  return kStopped;
}

int fsck(const Config& config, const FsckWish& wish) {
  ::umask(077);
  log::open(log::Level::kError, config.log_format, config.log_file);
  return run_fsck(config, wish);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  auto parsed =
      parse_config(words, [](const char* name) { return std::getenv(name); }, real_files());
  if (!parsed) return fail(kUsage, parsed.error().message + "\nTry `mlpd --help`.");
  if (parsed->wish == Wish::kHelp)
    return std::fputs(help_text().c_str(), stdout) < 0 ? 1 : kStopped;
  if (parsed->wish == Wish::kVersion) return std::puts("mlpd " MLP_VERSION) < 0 ? 1 : kStopped;
  if (parsed->wish == Wish::kFsck) return fsck(parsed->config, parsed->fsck);
  return run(std::move(parsed->config));
}
