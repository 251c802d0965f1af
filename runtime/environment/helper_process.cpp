// SPDX-License-Identifier: Apache-2.0
#include "runtime/environment/helper_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/posix/vfork_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <exception>
#include <string_view>

#include "base/text.h"

extern char** environ;

namespace mlp::environment {
namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;

constexpr std::size_t kAnswerLimit = 64 * 1024;  // bytes of an answer that are read

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// The variables it is given, and a group of its own, so that what a helper starts ends with it.
struct Surroundings {
  const std::vector<const char*>& variables;

  template <typename Launcher>
  process::error_code on_setup(Launcher& launcher, const process::filesystem::path&,
                               const char* const*&) {
    launcher.env = variables.data();
    return {};
  }
  template <typename Launcher>
  process::error_code on_exec_setup(Launcher&, const process::filesystem::path&,
                                    const char* const*&) {
    ::setpgid(0, 0);
    return {};
  }
};

std::vector<const char*> helper_environment() {
  std::vector<const char*> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    if (!std::string_view(*at).starts_with("MLP_TOKEN=")) variables.push_back(*at);
  }
  variables.push_back(nullptr);
  return variables;
}

}  // namespace

void HelperGroup::stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
  for (const int pid : pids_) ::kill(-pid, SIGKILL);
}

void HelperGroup::add(int pid) {
  const std::lock_guard lock(mutex_);
  pids_.insert(pid);
  if (is_stopped_) ::kill(-pid, SIGKILL);
}

void HelperGroup::remove(int pid) {
  const std::lock_guard lock(mutex_);
  pids_.erase(pid);
}

/// One helper from its start to its end.
class HelperRun {
 public:
  HelperRun(HelperGroup& group, const HelperOrder& order) : group_(group), order_(order) {}

  Result<HelperEnd> run(int output, int errors) {
    try {
      return run_or_throw(output, errors);
    } catch (const std::exception& e) {
      return Error{ErrorCode::kIo, "cannot start " + order_.arguments.at(0) + ": " + e.what()};
    }
  }

 private:
  Result<HelperEnd> run_or_throw(int output, int errors) {
    asio::io_context context;
    const std::vector<std::string> arguments(order_.arguments.begin() + 1, order_.arguments.end());
    const std::vector<const char*> variables = helper_environment();
    process::process child = process::posix::vfork_launcher()(
        context, order_.arguments.at(0), arguments, process::process_stdio{nullptr, output, errors},
        Surroundings{variables});
    const int pid = child.id();
    group_.add(pid);
    HelperEnd end;
    asio::steady_timer timer(context, order_.time_limit);
    timer.async_wait([&](const boost::system::error_code& error) {
      if (error) return;
      end.timed_out = true;
      ::kill(-pid, SIGKILL);
    });
    child.async_wait([&](const boost::system::error_code&, int) { timer.cancel(); });
    context.run();
    group_.remove(pid);
    const int status = child.native_exit_code();
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return end;
  }

  HelperGroup& group_;
  const HelperOrder& order_;
};

Result<HelperEnd> run_helper(HelperGroup& group, const HelperOrder& order) {
  const std::string& path = order.log.empty() ? "/dev/null" : order.log;
  const Descriptor log(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) return Error{ErrorCode::kIo, "cannot open " + printable(path)};
  return HelperRun(group, order).run(log.get(), log.get());
}

Result<std::string> ask_helper(HelperGroup& group, const std::vector<std::string>& arguments,
                               std::chrono::seconds time_limit) {
  const Descriptor answer(::memfd_create("answer", MFD_CLOEXEC));
  const Descriptor null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (answer.get() < 0 || null.get() < 0)
    return Error{ErrorCode::kIo, "cannot make a file in memory"};
  const HelperOrder order{arguments, "", time_limit};
  MLP_ASSIGN(const HelperEnd end, HelperRun(group, order).run(answer.get(), null.get()));
  if (end.timed_out) return Error{ErrorCode::kTimeout, arguments.at(0) + " did not answer"};
  if (end.exit_code != 0) {
    return Error{ErrorCode::kUnavailable,
                 arguments.at(0) + " ended with exit code " + std::to_string(end.exit_code)};
  }
  std::string text(kAnswerLimit, '\0');
  const ssize_t n = ::pread(answer.get(), text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

}  // namespace mlp::environment
