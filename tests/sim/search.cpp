// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/search.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "tests/sim/simulate.h"

namespace mlp::sim {
namespace {

// How a child of ours ends where a promise was broken. No code of the daemon's.
constexpr int kBroken = 77;

/// Written by a child, read by its parent when the child has ended.
struct Progress {
  std::uint64_t seed = 0;  // that is simulated, or is next
  std::uint64_t steps = 0;
  std::uint64_t small_seeds = 0;
  double small_seconds = 0;
  char violations[8192] = {};
  char effects[8192] = {};  // as text
};

class SharedProgress {
 public:
  SharedProgress() {
    void* memory = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MLP_CHECK(memory != MAP_FAILED);
    progress_ = new (memory) Progress;
  }
  ~SharedProgress() { ::munmap(progress_, sizeof(Progress)); }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  Progress* operator->() { return progress_; }
  Progress& get() { return *progress_; }

 private:
  Progress* progress_;
};

template <std::size_t kSize>
void keep(char (&place)[kSize], std::string_view text) {
  const std::size_t size = std::min(text.size(), kSize - 1);
  std::memcpy(place, text.data(), size);
  place[size] = 0;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Runs `work` in a child and waits for it. Its standard error is silent where it `is_quiet`: what
/// a check of our own says comes again with the replay.
int in_child(bool is_quiet, const std::function<void()>& work) {
  std::fflush(nullptr);
  pid_t child = ::fork();
  MLP_CHECK(child >= 0);
  if (child == 0) {
    if (is_quiet && std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(1);
    work();
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) MLP_CHECK(errno == EINTR);
  return status;
}

std::vector<std::string> violations_of(int status, Progress& progress) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kBroken) return lines_of(progress.violations);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return {"the simulation does not end within " + std::to_string(kMostSeconds) + " s"};
  }
  if (WIFSIGNALED(status)) {
    return {"the process was ended by signal " + std::to_string(WTERMSIG(status)) +
            ": a check of our own failed, or memory was misused"};
  }
  return {"the process ended itself with code " + std::to_string(WEXITSTATUS(status))};
}

double own_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// In a child: simulates, and ends the child where a promise is broken.
void simulate_or_end(const Scenario& scenario, Progress& progress, Effects& effects) {
  ::alarm(kMostSeconds);
  SimulationResult result = simulate(scenario, nullptr);
  progress.steps += result.steps;
  effects.add(result.effects);
  if (result.violations.empty()) return;
  std::string text;
  for (const std::string& violation : result.violations) text += violation + "\n";
  keep(progress.violations, text);
  keep(progress.effects, effects.to_text());
  ::_exit(kBroken);
}

/// In a child: from the seed that is next.
void simulate_all(std::uint64_t to, Progress& progress) {
  Effects effects;
  for (; progress.seed <= to; ++progress.seed) {
    const double begin = own_cpu_seconds();
    const Scenario scenario = random_scenario(progress.seed);
    simulate_or_end(scenario, progress, effects);
    if (scenario.is_large) continue;
    ++progress.small_seeds;
    progress.small_seconds += own_cpu_seconds() - begin;
  }
  keep(progress.effects, effects.to_text());
}

}  // namespace

std::vector<std::string> find_violations(const Scenario& scenario) {
  SharedProgress progress;
  int status = in_child(true, [&] {
    Effects effects;
    simulate_or_end(scenario, progress.get(), effects);
  });
  return violations_of(status, progress.get());
}

Searched search(std::uint64_t from, std::uint64_t to, std::size_t most_failing,
                const std::function<void(std::uint64_t seed)>& found) {
  SharedProgress progress;
  Searched searched;
  progress->seed = from;
  while (progress->seed <= to && searched.failing.size() < most_failing) {
    progress->effects[0] = 0;
    int status = in_child(true, [&] { simulate_all(to, progress.get()); });
    searched.effects.add(Effects::from_text(progress->effects));
    if (violations_of(status, progress.get()).empty()) break;
    searched.failing.push_back(progress->seed);
    found(progress->seed++);
  }
  searched.seeds = progress->seed - from;
  searched.steps = progress->steps;
  searched.small_seeds = progress->small_seeds;
  searched.small_seconds = progress->small_seconds;
  return searched;
}

}  // namespace mlp::sim
