// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/local_executor.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/crash_point.h"
#include "base/log.h"
#include "runtime/execute/local/local_attempts.h"
#include "runtime/execute/local/runner_link.h"
#include "runtime/execute/local/survivors.h"
#include "runtime/execute/runner/runner_lock.h"

namespace mlp::execute {
namespace {

constexpr int kFileThreads = 2;         // hashing and copying of large files
constexpr int kEnvironmentThreads = 2;  // environments made at once
constexpr Duration kSurvivorTime = std::chrono::seconds(2);  // after SIGKILL
constexpr int kReconnectAfter = 50;             // ms between tries to reach or start a runner

RunnerLinkOptions link_options(const LocalConfig& config) {
  return {config.data_folder,    config.folder_id, config.epoch,
          config.runner_program, config.cpus,      config.log_limit};
}

/// A writer that comes while we hold a read lease makes the kernel send SIGIO, which would end the
/// daemon; the lease ends by itself with the file's close.
void ignore_lease_signal() {
  ::signal(SIGIO, SIG_IGN);
}

/// One that hangs.
void kill_runner(const runner::RunnerIdentity& runner) {
  log::warning("mlp-runner does not end; it is killed", {{"pid", std::to_string(runner.pid)}});
  const bool is_it = runner::start_time_of(runner.pid) == runner.start_time;
  if (is_it) ::kill(runner.pid, SIGKILL);
}

}  // namespace

Status bury_runner(const runner::RunnerIdentity& runner, const std::string& folder_id) {
  if (kill_survivors(runner, folder_id, kSurvivorTime)) return {};
  return Error{ErrorCode::kTimeout, "processes of mlp-runner do not end; they were sent SIGKILL"};
}

/// The mailbox, the poll loop, and everything that lives on its thread.
class LocalExecutor::Thread {
 public:
  Thread(LocalConfig config, objects::ObjectStore& objects, ViewSupplier view,
         ExecutorEvents events, Clock& clock, std::unique_ptr<RunnerLink> link)
      : config_(std::move(config)),
        events_(std::move(events)),
        clock_(clock),
        environments_(real_files(), config_.data_folder + "/environments"),
        link_(link ? std::move(link) : make_runner_link(link_options(config_))),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        attempts_({config_, real_files(), real_task_files(), objects, environments_,
                   std::move(view), events_, clock, *link_, *file_workers_, *environment_workers_,
                   logs_,
                   [this](std::function<void()> work) { post(std::move(work)); }}) {
    ignore_lease_signal();
    thread_ = std::thread([this] { run(); });
  }

  ~Thread() {
    environments_.stop();
    post([this] { is_over_ = true; });
    thread_.join();
    file_workers_.reset();
    environment_workers_.reset();
    ::close(wake_);
  }

  void post(std::function<void()> work) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = mailbox_.empty();
      mailbox_.push_back(std::move(work));
    }
    const std::uint64_t one = 1;
    if (was_empty) (void)!::write(wake_, &one, sizeof one);
  }

  /// Until the runner is gone; nothing is started or adopted any more.
  Status stop_runner(Duration patience);

  const LocalConfig& config() const { return config_; }
  const environment::Environments& environments() const { return environments_; }
  const LiveLogs& logs() const { return logs_; }
  LocalAttempts& attempts() { return attempts_; }
  /// From the first adopt() on there is a runner.
  void begin() { wants_runner_ = true; }

 private:
  void run();
  void try_again();
  int wait_for_space() const;
  void drain_mailbox();
  void connect();
  void read_link();
  void flush_link();
  void lose_link(const Error& error);

  LocalConfig config_;
  ExecutorEvents events_;
  Clock& clock_;
  environment::Environments environments_;
  std::unique_ptr<RunnerLink> link_;
  int wake_;
  LiveLogs logs_;
  std::mutex mutex_;
  std::vector<std::function<void()>> mailbox_;
  Duration tried_again_{0};  // what found the disk full
  bool is_over_ = false;
  bool wants_runner_ = false;
  std::string last_trouble_;
  std::unique_ptr<Workers> file_workers_ = make_worker_pool(kFileThreads);
  std::unique_ptr<Workers> environment_workers_ = make_worker_pool(kEnvironmentThreads);
  LocalAttempts attempts_;
  std::thread thread_;
};

void LocalExecutor::Thread::run() {
  while (!is_over_) {
    if (wants_runner_ && link_->fd() < 0) connect();
    const bool is_waiting = wants_runner_ && link_->fd() < 0;
    try_again();
    const auto wanted = static_cast<short>(link_->has_unsent() ? POLLIN | POLLOUT : POLLIN);
    pollfd fds[2] = {{wake_, POLLIN, 0}, {link_->fd(), wanted, 0}};
    ::poll(fds, 2, is_waiting ? kReconnectAfter : wait_for_space());
    if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) read_link();
    if (fds[0].revents != 0) drain_mailbox();
    flush_link();
  }
}

void LocalExecutor::Thread::try_again() {
  if (!attempts_.waits_for_space() || clock_.steady() - tried_again_ < kSpaceAgain) return;
  tried_again_ = clock_.steady();
  attempts_.try_again();
}

/// For poll: ms, or for ever.
int LocalExecutor::Thread::wait_for_space() const {
  return attempts_.waits_for_space() ? static_cast<int>(kSpaceAgain.count() / 1000) : -1;
}

void LocalExecutor::Thread::drain_mailbox() {
  std::uint64_t count = 0;
  (void)!::read(wake_, &count, sizeof count);
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(mailbox_);
  }
  for (const std::function<void()>& item : work) item();
}

void LocalExecutor::Thread::connect() {
  const auto welcome = link_->connect();
  if (welcome) {
    last_trouble_.clear();
    log::info("runner connected", {{"generation", std::to_string(welcome->generation)},
                                   {"held", std::to_string(welcome->held.size())}});
    attempts_.settle(*welcome);
    CRASH_POINT("link.settled");
    // What came right behind the Welcome does not wake poll.
    read_link();
    return flush_link();
  }
  if (last_trouble_ == welcome.error().message) return;
  last_trouble_ = welcome.error().message;
  log::error("the runner cannot be reached", {{"error", last_trouble_}});
}

void LocalExecutor::Thread::read_link() {
  if (link_->fd() < 0) return;
  const auto messages = link_->receive();
  if (!messages) return lose_link(messages.error());
  for (const runner::Message& message : *messages) attempts_.handle(message);
}

void LocalExecutor::Thread::flush_link() {
  if (link_->fd() < 0 || !link_->has_unsent()) return;
  CRASH_POINT("link.before_flush");
  if (const Status sent = link_->flush(); !sent) lose_link(sent.error());
  CRASH_POINT("link.flushed");
}

void LocalExecutor::Thread::lose_link(const Error& error) {
  if (wants_runner_) log::warning("the runner's connection is gone", {{"error", error.message}});
  link_->close();
  attempts_.disconnected();
  CRASH_POINT("link.lost");
}

Status LocalExecutor::Thread::stop_runner(Duration patience) {
  post([this] {
    wants_runner_ = false;
    if (link_->fd() >= 0) (void)link_->send(runner::Stop{true});
    CRASH_POINT("stop.handed");
  });
  SystemClock clock;
  const Duration until = clock.steady() + patience;
  constexpr useconds_t kLookAgain = 5000;  // us; a lock has no event to wait for
  while (true) {
    const auto record = runner::read_runner_lock(config_.data_folder);
    if (!record) return {};
    if (!record->is_alive) return bury_runner(record->identity, config_.folder_id);
    if (clock.steady() > until) {
      kill_runner(record->identity);
      return bury_runner(record->identity, config_.folder_id);
    }
    ::usleep(kLookAgain);
  }
}

// ---- the public face ----------------------------------------------------------------------------

LocalExecutor::LocalExecutor(LocalConfig config, objects::ObjectStore& objects, ViewSupplier view,
                             ExecutorEvents events, Clock& clock, std::unique_ptr<RunnerLink> link)
    : thread_(std::make_unique<Thread>(std::move(config), objects, std::move(view),
                                       std::move(events), clock, std::move(link))) {}

LocalExecutor::~LocalExecutor() = default;

void LocalExecutor::adopt(std::vector<AttemptStart> live) {
  thread_->post([this, live = std::move(live)]() mutable {
    thread_->attempts().adopt(std::move(live));
    thread_->begin();
  });
}

std::string LocalExecutor::place() const {
  return thread_->attempts().place();
}

void LocalExecutor::start(AttemptStart attempt) {
  thread_->post([this, attempt = std::move(attempt)]() mutable {
    thread_->attempts().start(std::move(attempt));
  });
}

void LocalExecutor::kill(model::AttemptId attempt) {
  thread_->post([this, attempt] { thread_->attempts().kill(attempt); });
}

void LocalExecutor::recorded(model::AttemptId attempt) {
  thread_->post([this, attempt] { thread_->attempts().recorded(attempt); });
}

std::vector<std::string> LocalExecutor::activities() const {
  return thread_->environments().activities();
}

Result<std::string> LocalExecutor::read_live_log(model::AttemptId attempt, std::uint64_t offset,
                                                 std::uint64_t limit) const {
  const auto path = thread_->logs().find(attempt);
  if (!path) return Error{ErrorCode::kNotFound, "the attempt is not held by this executor"};
  auto text = real_files().read_range(*path, offset, limit);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    text = real_files().read_range(thread_->config().data_folder + "/logs/" + attempt.to_string(),
                                   offset, limit);
  }
  // The slot may have gone to another attempt meanwhile: then these bytes may be its.
  if (thread_->logs().find(attempt) != path) {
    return Error{ErrorCode::kNotFound, "the attempt has been recorded"};
  }
  // Not started yet: nothing has been written.
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

Status LocalExecutor::stop_runner(Duration patience) {
  return thread_->stop_runner(patience);
}

}  // namespace mlp::execute
