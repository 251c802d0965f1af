// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/commands/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include "daemon/mlpctl/exit_code.h"

namespace mlp::mlpctl {
namespace {

constexpr auto kTick = std::chrono::milliseconds(100);
/// Sent by the guard to its own thread when nothing is watched any more.
constexpr int kReleaseSignal = SIGUSR1;

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, kReleaseSignal);
  return set;
}

}  // namespace

InterruptGuard::InterruptGuard(Printer& printer, std::string farewell)
    : farewell_(std::move(farewell)) {
  auto set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  thread_ = std::thread([this, &printer, set] {
    int signal = 0;
    while (sigwait(&set, &signal) != 0) {
    }
    if (signal == kReleaseSignal) return;
    printer.stick({});
    {
      const std::lock_guard lock(mutex_);
      printer.message(farewell_);
    }
    // The other thread waits for the daemon; nothing of ours needs an orderly end.
    ::_exit(static_cast<int>(signal == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated));
  });
}

InterruptGuard::~InterruptGuard() {
  pthread_kill(thread_.native_handle(), kReleaseSignal);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void InterruptGuard::set_farewell(std::string farewell) {
  const std::lock_guard lock(mutex_);
  farewell_ = std::move(farewell);
}

Ticker::Ticker(std::function<void()> tick) {
  thread_ = std::thread([this, tick = std::move(tick)] {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, kTick, [this] { return has_ended_; })) tick();
  });
}

Ticker::~Ticker() {
  {
    std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace mlp::mlpctl
