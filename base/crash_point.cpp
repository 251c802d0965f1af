// SPDX-License-Identifier: Apache-2.0
#include "base/crash_point.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace mlp {
namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

/// What the environment asks for, and what was reached.
class Points {
 public:
  Points() : name_(variable("MLP_CRASH_AT")), log_(variable("MLP_CRASH_LOG")) {
    const std::size_t colon = name_.find(':');
    if (colon == std::string::npos) return;
    deadly_hit_ = std::strtoull(name_.c_str() + colon + 1, nullptr, 10);
    name_.resize(colon);
  }

  bool is_armed() const { return !name_.empty() || !log_.empty(); }

  /// The lock is held to the end: no other thread gets past a point when this process dies.
  void reach(const char* name) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t hit = ++hits_[name];
    if (hit == 1 && !log_.empty()) note(name);
    if (name != name_ || hit != deadly_hit_) return;
    if (!log_.empty()) note(name_ + ":" + std::to_string(hit));
    ::kill(::getpid(), SIGKILL);
  }

 private:
  void note(const std::string& text) const {
    const std::string line = text + "\n";
    const int file = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    (void)!::write(file, line.data(), line.size());
    ::close(file);
  }

  std::string name_;
  std::uint64_t deadly_hit_ = 1;
  std::string log_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> hits_;
};

Points& points() {
  static Points points;
  return points;
}

std::mutex handler_mutex;
CrashHandler handler = nullptr;
void* handler_context = nullptr;

}  // namespace

std::atomic<bool> g_crash_points_armed{points().is_armed()};

void set_crash_handler(CrashHandler given, void* context) {
  const std::lock_guard lock(handler_mutex);
  handler = given;
  handler_context = context;
  g_crash_points_armed = given != nullptr || points().is_armed();
}

void reach_crash_point(const char* name) {
  CrashHandler called = nullptr;
  void* context = nullptr;
  {
    const std::lock_guard lock(handler_mutex);
    called = handler;
    context = handler_context;
  }
  if (called != nullptr) return called(name, context);
  points().reach(name);
}

}  // namespace mlp
