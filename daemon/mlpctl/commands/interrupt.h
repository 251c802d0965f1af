// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C while something is watched, and the clock of what moves on a terminal.
#pragma once

#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/mlpctl/print/terminal.h"

namespace mlp::mlpctl {

/// While it lives, SIGINT and SIGTERM print `farewell` and end the process with 130 or 143. Make it
/// before any other thread.
class InterruptGuard {
 public:
  InterruptGuard(Printer& printer, std::string farewell);
  ~InterruptGuard();
  /// From any thread.
  void set_farewell(std::string farewell);
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  sigset_t before_;
  std::mutex mutex_;
  std::string farewell_;
  std::thread thread_;
};

/// Calls a function ten times a second, in a thread of its own, while it lives.
class Ticker {
 public:
  explicit Ticker(std::function<void()> tick);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::thread thread_;
};

}  // namespace mlp::mlpctl
