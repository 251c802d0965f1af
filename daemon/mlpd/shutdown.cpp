// SPDX-License-Identifier: Apache-2.0
//
// An eventfd is all that signal handlers, commits and requests need to end the main thread's wait.
#include "daemon/mlpd/shutdown.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/crash_point.h"
#include "base/text.h"

namespace mlp::mlpd {

Shutdown::Shutdown() : wake_(::eventfd(0, EFD_CLOEXEC)) {
  MLP_CHECK(wake_ >= 0);
}

Shutdown::~Shutdown() {
  ::close(wake_);
}

http::Response Shutdown::ask(const std::string& mode, const engine::Engine& engine) {
  if (mode != "refuse" && mode != "wait" && mode != "kill") {
    return http::refusal(400, "bad_request", "\"mode\" must be refuse, wait or kill");
  }
  const std::uint64_t running = engine.status().live_attempts;
  if (mode == "refuse" && running > 0) {
    return http::refusal(
        409, "conflict", counted(running, "task") + (running == 1 ? " is" : " are") + " running",
        "`mlpctl down --wait` waits for them, `mlpctl down --kill` ends them; runs "
        "that are unfinished go on at the next `mlpctl up`");
  }
  ends_runner_ = true;
  is_draining_ = true;
  CRASH_POINT("shutdown.asked");
  if (mode == "wait") {
    look(engine);
  } else {
    interrupt();
  }
  return http::json_response(
      {{"schema_version", wire::kSchemaVersion}, {"mode", mode}, {"running", running}}, 202);
}

void Shutdown::look(const engine::Engine& engine) {
  if (is_draining_ && engine.status().live_attempts == 0) interrupt();
}

void Shutdown::interrupt() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void Shutdown::wait() {
  std::uint64_t count = 0;
  while (::read(wake_, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

}  // namespace mlp::mlpd
