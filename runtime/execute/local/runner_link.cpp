// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/runner_link.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/crash_point.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "runtime/execute/local/survivors.h"
#include "runtime/execute/runner/runner_lock.h"

extern char** environ;

namespace mlp::execute {
namespace {

constexpr int kWelcomeTime = 10'000;  // ms; a runner answers at once
constexpr Duration kSurvivorTime = std::chrono::seconds(20);

/// Starts the program; it detaches itself and the first process ends when it listens.
Result<int> start_program(const RunnerLinkOptions& options) {
  const char* arguments[] = {options.runner_program.c_str(), options.data_folder.c_str(),
                             options.folder_id.c_str(), nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, options.runner_program.c_str(), nullptr, nullptr,
                                  const_cast<char**>(arguments), environ);
  if (error != 0) {
    return Error{ErrorCode::kIo,
                 "cannot start " + printable(options.runner_program) + ": " + std::strerror(error)};
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

class SocketLink final : public RunnerLink {
 public:
  explicit SocketLink(RunnerLinkOptions options) : options_(std::move(options)) {}

  Result<runner::Welcome> connect() override;
  Status send(const runner::Message& message) override { return connection_.send(message); }
  Status flush() override { return connection_.flush(); }
  Result<std::vector<runner::Message>> receive() override;
  int fd() const override { return connection_.fd(); }
  bool has_unsent() const override { return connection_.has_unsent(); }
  void close() override { connection_.close(); }

 private:
  Status bury_dead();
  Result<runner::Welcome> say_hello();
  Result<std::vector<runner::Message>> wait_for_messages();

  RunnerLinkOptions options_;
  runner::Connection connection_;
  std::vector<runner::Message> early_;  // what came right behind the Welcome
};

/// A runner that is dead may have left processes: they end before anything is told lost.
Status SocketLink::bury_dead() {
  const auto record = runner::read_runner_lock(options_.data_folder);
  if (!record || record->is_alive) return {};
  if (kill_survivors(record->identity, options_.folder_id, kSurvivorTime)) return {};
  return Error{ErrorCode::kUnavailable,
               "processes of a dead runner do not end; they were sent SIGKILL"};
}

Result<runner::Welcome> SocketLink::connect() {
  connection_.close();
  early_.clear();
  auto fd = runner::connect_to(options_.data_folder);
  if (!fd) {
    MLP_TRY(bury_dead());
    CRASH_POINT("link.before_runner");
    MLP_ASSIGN(const int code, start_program(options_));
    CRASH_POINT("link.runner_started");
    if (code != 0) log::warning("mlp-runner did not start", {{"exit_code", std::to_string(code)}});
    fd = runner::connect_to(options_.data_folder);
    if (!fd) return fd.error();
  }
  connection_ = runner::Connection(*fd);
  MLP_ASSIGN(const unsigned user, runner::peer_user(*fd));
  if (user != ::geteuid()) {
    return Error{ErrorCode::kDenied,
                 "runner.sock is held by another user (" + std::to_string(user) + ")"};
  }
  auto welcome = say_hello();
  if (!welcome) connection_.close();
  return welcome;
}

Result<std::vector<runner::Message>> SocketLink::wait_for_messages() {
  while (true) {
    pollfd wanted{connection_.fd(), POLLIN, 0};
    const int ready = ::poll(&wanted, 1, kWelcomeTime);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Error{ErrorCode::kTimeout, "mlp-runner does not answer"};
    MLP_ASSIGN(auto messages, connection_.receive());
    if (!messages.empty()) return messages;
  }
}

Result<runner::Welcome> SocketLink::say_hello() {
  runner::Hello hello;
  hello.folder_id = options_.folder_id;
  hello.epoch = options_.epoch;
  hello.cpus = options_.cpus;
  hello.log_limit = options_.log_limit;
  MLP_TRY(connection_.send(hello));
  MLP_TRY(connection_.flush());
  CRASH_POINT("link.hello_sent");
  MLP_ASSIGN(auto messages, wait_for_messages());
  CRASH_POINT("link.welcomed");
  auto* welcome = std::get_if<runner::Welcome>(&messages.front());
  if (welcome == nullptr) return Error{ErrorCode::kCorrupt, "mlp-runner did not answer Hello"};
  if (!welcome->refusal.empty()) return Error{ErrorCode::kConflict, welcome->refusal};
  runner::Welcome answer = std::move(*welcome);
  messages.erase(messages.begin());
  early_ = std::move(messages);
  return answer;
}

Result<std::vector<runner::Message>> SocketLink::receive() {
  if (!early_.empty()) return std::exchange(early_, {});
  return connection_.receive();
}

}  // namespace

std::unique_ptr<RunnerLink> make_runner_link(RunnerLinkOptions options) {
  return std::make_unique<SocketLink>(std::move(options));
}

}  // namespace mlp::execute
