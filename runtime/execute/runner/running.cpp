// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/running.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/crash_point.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/execute/runner/child.h"
#include "runtime/execute/runner/program.h"

namespace mlp::runner {
namespace {

// Survivors of a group are looked for again this often; most are gone at the first look.
constexpr Duration kCloseInterval = std::chrono::milliseconds(5);
constexpr Duration kLogInterval = std::chrono::seconds(1);

std::vector<char*> to_pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Duration to_duration(std::int64_t ms) {
  return std::chrono::milliseconds(std::max<std::int64_t>(ms, 0));
}

std::int64_t cpu_us(const rusage& usage) {
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

}  // namespace

void Running::set_capacity(double cpus, std::uint64_t log_limit) {
  cpus_ = cpus;
  log_limit_ = log_limit;
  start_queued();
}

void Running::start(Start order) {
  const auto [it, is_new] = attempts_.try_emplace(order.attempt);
  if (!is_new) return;
  Attempt& attempt = it->second;
  attempt.order = std::move(order);
  attempt.order.environment.push_back("MLP_RUNNER=" + mark_ + "/" +
                                      std::to_string(attempt.order.attempt));
  attempt.ended.attempt = attempt.order.attempt;
  if (attempt.order.may_wait && (!queue_.empty() || !has_cpu_for(attempt.order))) {
    queue_.push_back(attempt.order.attempt);
    CRASH_POINT("runner.queued");
    return;
  }
  launch(attempt);
}

bool Running::has_cpu_for(const Start& order) const {
  return live_ == 0 || cpus_used_ + order.cpus <= cpus_ + 1e-9;
}

void Running::start_queued() {
  while (!queue_.empty()) {
    Attempt& attempt = attempts_.at(queue_.front());
    if (!has_cpu_for(attempt.order)) return;
    queue_.pop_front();
    launch(attempt);
  }
}

void Running::launch(Attempt& attempt) {
  const Start& order = attempt.order;
  const Program program = find_program(order.arguments, order.environment, order.folder);
  const auto arguments = to_pointers(order.arguments);
  const auto environment = to_pointers(order.environment);
  ChildOrder child;
  child.program = program.path.c_str();
  child.arguments = arguments.data();
  child.environment = environment.data();
  child.folder = order.folder.c_str();
  child.log = order.log.c_str();
  child.output = order.output.empty() ? nullptr : order.output.c_str();
  child.limits = order.limits.data();
  child.limit_count = order.limits.size();

  attempt.ended.start_us = clock_.now().us;
  CRASH_POINT("runner.before_start");
  const ChildStart started = start_child(child);
  CRASH_POINT("runner.started");
  if (started.pid > 0) {
    attempt.pid = started.pid;
    by_pid_[started.pid] = order.attempt;
  }
  attempt.phase = Phase::kRunning;
  ++live_;
  cpus_used_ += order.cpus;
  if (started.error != 0) return start_failed(attempt, started.error, started.failed);
  if (order.timeout_ms > 0) attempt.deadline = clock_.steady() + to_duration(order.timeout_ms);
  if (live_ == 1) next_log_check_ = clock_.steady() + kLogInterval;
  reports_.push_back(Started{order.attempt, started.pid, attempt.ended.start_us});
}

void Running::start_failed(Attempt& attempt, int error, const std::string& failed) {
  const ProgramFailure failure = explain_failure(attempt.order.arguments.at(0), error, failed);
  attempt.ended.message = failure.message;
  attempt.failed_code = failure.exit_code;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
  const int log = ::open(attempt.order.log.c_str(), kFlags, 0600);
  if (log >= 0) {
    ::dprintf(log, "%s\n", failure.message.c_str());
    ::close(log);
  }
  // The child that could not exec has ended and is reaped as any other; without one, end it here.
  if (attempt.pid == 0) set_end(attempt, failure.exit_code << 8, rusage{});
}

void Running::kill(const Kill& order) {
  const auto it = attempts_.find(order.attempt);
  if (it == attempts_.end()) return;
  Attempt& attempt = it->second;
  if (attempt.phase == Phase::kQueued) {
    queue_.erase(std::find(queue_.begin(), queue_.end(), order.attempt));
    attempt.cause = End::kCancelled;
    attempt.ended.reason = End::kCancelled;
    attempt.ended.message = "cancelled before it started";
    attempt.ended.end_us = clock_.now().us;
    return report_end(attempt);
  }
  if (attempt.phase == Phase::kRunning) {
    terminate(attempt, End::kCancelled, to_duration(order.grace_ms));
  }
}

void Running::terminate(Attempt& attempt, End cause, Duration grace) {
  attempt.phase = Phase::kTerminating;
  attempt.cause = cause;
  attempt.deadline = Duration(0);
  attempt.kill_at = clock_.steady() + grace;
  CRASH_POINT("runner.before_kill");
  ::kill(-attempt.pid, grace.count() > 0 ? SIGTERM : SIGKILL);
  ::kill(-attempt.pid, SIGCONT);  // a stopped group would not see the signal
  CRASH_POINT("runner.kill_sent");
}

void Running::acknowledge(const Ack& order) {
  for (const std::uint64_t id : order.attempts) {
    const auto it = attempts_.find(id);
    if (it != attempts_.end() && it->second.phase == Phase::kEnded) attempts_.erase(it);
    CRASH_POINT("runner.ack_taken");
  }
}

void Running::kill_all() {
  queue_.clear();
  for (auto& [id, attempt] : attempts_) {
    if (attempt.pid > 0 && attempt.phase != Phase::kEnded) kill_group(attempt.pid);
  }
  for (int round = 0; round < 100; ++round) {
    const auto left = orphans_.find([](pid_t) { return false; });
    if (left.empty()) return;
    for (const pid_t pid : left) ::kill(pid, SIGKILL);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    ::usleep(2000);
  }
}

void Running::reap() {
  int status = 0;
  rusage usage{};
  pid_t pid = 0;
  while ((pid = ::wait4(-1, &status, WNOHANG, &usage)) > 0) {
    const auto it = by_pid_.find(pid);
    if (it == by_pid_.end()) continue;  // an orphan of some attempt
    Attempt& attempt = attempts_.at(it->second);
    by_pid_.erase(it);
    set_end(attempt, status, usage);
  }
  // The next start comes before the report of the last: no core waits for the daemon.
  start_queued();
  const std::vector<std::uint64_t> closing = std::move(closing_);
  closing_.clear();
  for (const std::uint64_t id : closing) close(attempts_.at(id));
}

void Running::set_end(Attempt& attempt, int status, const rusage& usage) {
  Ended& ended = attempt.ended;
  ended.end_us = clock_.now().us;
  ended.peak_memory_bytes = usage.ru_maxrss * 1024LL;
  ended.cpu_us = cpu_us(usage);
  if (WIFEXITED(status)) {
    ended.code = WEXITSTATUS(status);
    ended.reason = ended.code == 0 ? End::kSucceeded : End::kExit;
  } else {
    ended.code = WTERMSIG(status);
    ended.reason = End::kSignal;
  }
  if (attempt.failed_code != 0) {
    ended.reason = End::kExit;
    ended.code = attempt.failed_code;
  }
  if (attempt.cause) ended.reason = *attempt.cause;
  attempt.phase = Phase::kClosing;
  attempt.deadline = attempt.kill_at = Duration(0);
  --live_;
  cpus_used_ = live_ == 0 ? 0 : cpus_used_ - attempt.order.cpus;
  closing_.push_back(attempt.order.attempt);
  CRASH_POINT("runner.end_noted");
}

void Running::close(Attempt& attempt) {
  const bool is_group_gone = attempt.pid == 0 || kill_group(attempt.pid);
  const bool are_orphans_gone = !kill_orphans(attempt, live_ > 0);
  if (is_group_gone && are_orphans_gone) return report_end(attempt);
  closing_.push_back(attempt.order.attempt);
}

bool Running::kill_orphans(const Attempt& attempt, bool has_others) {
  const auto left = orphans_.find([this](pid_t pid) { return by_pid_.count(pid) != 0; });
  const std::string mark = mark_ + "/" + std::to_string(attempt.order.attempt);
  bool found = false;
  for (const pid_t pid : left) {
    const bool is_ours = runner_mark_of(pid) == mark || works_in(pid, attempt.order.folder);
    // Whose it is cannot be told when it wiped its environment and moved away; alone it is clear.
    if (!is_ours && has_others) continue;
    ::kill(pid, SIGKILL);
    found = true;
  }
  return found;
}

void Running::report_end(Attempt& attempt) {
  attempt.phase = Phase::kEnded;
  attempt.order.arguments.clear();
  attempt.order.environment.clear();
  reports_.push_back(attempt.ended);
  has_urgent_report_ = true;
  CRASH_POINT("runner.group_gone");
}

void Running::tick() {
  const Duration now = clock_.steady();
  const bool checks_logs = live_ > 0 && now >= next_log_check_;
  if (checks_logs) next_log_check_ = now + kLogInterval;
  for (auto& [id, attempt] : attempts_) {
    if (attempt.phase == Phase::kRunning && attempt.deadline.count() > 0 &&
        now >= attempt.deadline) {
      attempt.ended.message =
          "ran longer than its timeout of " + to_human(to_duration(attempt.order.timeout_ms));
      terminate(attempt, End::kTimeout, to_duration(attempt.order.grace_ms));
    }
    if (attempt.phase == Phase::kTerminating && now >= attempt.kill_at) {
      kill_group(attempt.pid);
      attempt.kill_at = now + kLogInterval;
    }
    if (attempt.phase == Phase::kRunning && checks_logs) check_log(attempt);
  }
}

void Running::check_log(Attempt& attempt) {
  struct stat s{};
  if (log_limit_ == 0 || ::stat(attempt.order.log.c_str(), &s) != 0) return;
  if (static_cast<std::uint64_t>(s.st_size) <= log_limit_) return;
  attempt.ended.message = "its log grew over the limit of " + human_size(log_limit_);
  terminate(attempt, End::kOutput, Duration(0));
}

int Running::wait_ms() const {
  const Duration now = clock_.steady();
  Duration until = Duration::max();
  if (!closing_.empty()) until = kCloseInterval;
  if (live_ > 0) until = std::min(until, next_log_check_ - now);
  for (const auto& [id, attempt] : attempts_) {
    if (attempt.deadline.count() > 0) until = std::min(until, attempt.deadline - now);
    if (attempt.phase == Phase::kTerminating) until = std::min(until, attempt.kill_at - now);
  }
  if (until == Duration::max()) return -1;
  if (until.count() <= 0) return 0;
  constexpr std::int64_t kLongest = 60'000;  // ms; deadlines are on the boot clock, poll's is not
  return static_cast<int>(std::min<std::int64_t>(until.count() / 1000 + 1, kLongest));
}

std::vector<Message> Running::take_reports() {
  has_urgent_report_ = false;
  return std::exchange(reports_, {});
}

std::vector<Held> Running::inventory() {
  std::vector<Held> held;
  reports_.clear();
  for (auto& [id, attempt] : attempts_) {
    const HeldState state = attempt.phase == Phase::kQueued  ? HeldState::kQueued
                            : attempt.phase == Phase::kEnded ? HeldState::kEnded
                                                             : HeldState::kRunning;
    held.push_back(
        {id, attempt.order.slot, state, attempt.pid, attempt.ended.start_us, attempt.ended.end_us});
    if (state == HeldState::kEnded) reports_.push_back(attempt.ended);
  }
  has_urgent_report_ = !reports_.empty();
  return held;
}

}  // namespace mlp::runner
