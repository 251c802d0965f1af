// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/runner.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/crash_point.h"

namespace mlp::runner {

Runner::Runner(RunnerOptions options, RunnerIdentity identity, int listener, int signals,
               Clock& clock)
    : options_(std::move(options)),
      identity_(std::move(identity)),
      listener_(listener),
      signals_(signals),
      clock_(clock),
      running_(clock, options_.folder_id + "/" + std::to_string(identity_.generation)),
      idle_since_(clock.steady()) {}

void Runner::serve() {
  while (!is_over()) {
    wait();
    running_.tick();
    send_reports();
  }
  if (stops_now_) running_.kill_all();
  CRASH_POINT("runner.stopped");
}

bool Runner::is_over() {
  const bool is_empty = running_.is_empty();
  if (stops_now_ || (stops_when_idle_ && is_empty)) return true;
  if (daemon_.is_open() || !is_empty) idle_since_ = clock_.steady();
  return clock_.steady() - idle_since_ >= options_.idle_limit;
}

int Runner::wait_ms() const {
  const int wait = running_.wait_ms();
  if (daemon_.is_open() || !running_.is_empty()) return wait;
  constexpr int kIdleLook = 60'000;  // ms
  return wait < 0 ? kIdleLook : std::min(wait, kIdleLook);
}

void Runner::wait() {
  const auto wanted = static_cast<short>(daemon_.has_unsent() ? POLLIN | POLLOUT : POLLIN);
  pollfd fds[4] = {{signals_, POLLIN, 0},
                   {daemon_.fd(), wanted, 0},
                   {listener_, POLLIN, 0},
                   {newcomer_.fd(), POLLIN, 0}};
  ::poll(fds, 4, wait_ms());
  if (fds[0].revents != 0) read_signals();
  running_.reap();
  if (fds[1].revents != 0) read_daemon();
  if (fds[3].revents != 0) read_newcomer();
  if (fds[2].revents != 0) accept_connection();
}

void Runner::read_signals() {
  signalfd_siginfo infos[8];
  const ssize_t n = ::read(signals_, infos, sizeof infos);
  for (ssize_t i = 0; i < n / static_cast<ssize_t>(sizeof infos[0]); ++i) {
    if (infos[i].ssi_signo == SIGTERM) stops_now_ = true;
  }
}

void Runner::accept_connection() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  // The last to come is heard: one that never says Hello keeps nobody out.
  newcomer_ = Connection(fd);
  const auto user = peer_user(fd);
  if (!user || *user != ::geteuid()) newcomer_.close();
}

void Runner::read_newcomer() {
  auto messages = newcomer_.receive();
  if (!messages) return newcomer_.close();
  if (messages->empty()) return;
  const Hello* hello = std::get_if<Hello>(&messages->front());
  if (hello == nullptr) return newcomer_.close();
  if (const std::string refusal = refusal_of(*hello); !refusal.empty()) {
    Welcome answer;
    answer.refusal = refusal;
    if (newcomer_.send(answer)) (void)newcomer_.flush();
    return newcomer_.close();
  }
  welcome(*hello);
  for (std::size_t i = 1; i < messages->size(); ++i) handle((*messages)[i]);
}

std::string Runner::refusal_of(const Hello& hello) const {
  if (hello.folder_id != options_.folder_id) {
    return "this runner serves the data folder " + options_.folder_id + ", not " + hello.folder_id;
  }
  if (hello.epoch < epoch_) return "a newer daemon has taken this runner over";
  return {};
}

void Runner::welcome(const Hello& hello) {
  CRASH_POINT("runner.hello_taken");
  epoch_ = hello.epoch;
  daemon_ = std::move(newcomer_);
  stops_when_idle_ = false;
  running_.set_capacity(hello.cpus, hello.log_limit);
  Welcome answer;
  answer.generation = identity_.generation;
  answer.boot_id = identity_.boot_id;
  answer.pid = identity_.pid;
  answer.held = running_.inventory();
  if (!daemon_.send(answer)) daemon_.close();
  CRASH_POINT("runner.welcome_queued");
}

void Runner::read_daemon() {
  auto messages = daemon_.receive();
  if (!messages) return daemon_.close();
  for (Message& message : *messages) handle(message);
}

void Runner::handle(Message& message) {
  if (auto* start = std::get_if<Start>(&message)) {
    if (!start->arguments.empty()) running_.start(std::move(*start));
  } else if (const auto* kill = std::get_if<Kill>(&message)) {
    running_.kill(*kill);
  } else if (const auto* ack = std::get_if<Ack>(&message)) {
    running_.acknowledge(*ack);
  } else if (const auto* stop = std::get_if<Stop>(&message)) {
    (stop->now ? stops_now_ : stops_when_idle_) = true;
    CRASH_POINT("runner.stop_taken");
  }
}

void Runner::send_reports() {
  // Without a daemon ends are kept and told again after the next Hello.
  if (!daemon_.is_open()) return (void)running_.take_reports();
  if (running_.has_urgent_report()) {
    CRASH_POINT("runner.before_report");
    for (const Message& report : running_.take_reports()) (void)daemon_.send(report);
  }
  if (!daemon_.has_unsent()) return;
  if (!daemon_.flush()) daemon_.close();
  CRASH_POINT("runner.flushed");
}

}  // namespace mlp::runner
