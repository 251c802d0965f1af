// SPDX-License-Identifier: Apache-2.0
//
// sim: simulates seeds, shows one with a trace, and makes a failing one small.
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/sim/search.h"
#include "tests/sim/shrink.h"
#include "tests/sim/simulate.h"

namespace mlp::sim {
namespace {

constexpr const char* kHelp = R"(sim: the daemon in a simulated world, from a seed

  --seed N           simulate one seed
  --seeds A..B       simulate many; each failing one is made small and told with its replay
  --scenario FILE    simulate a scenario that was kept
  --trace            with a seed or a scenario: tell every event, decision, write and fault
  --shrink           with a seed or a scenario: make it small, if it fails, and print it
  --keep FOLDER      keep small failing scenarios in FOLDER, as FOLDER/N.scenario
  --most N           with --seeds: stop after N failing ones (10)
  --json             with --seeds: end with one line of figures

examples:
  sim --seeds 1..5000
  sim --seed 4711 --trace
  sim --seed 4711 --shrink > small.scenario
  sim --scenario small.scenario --trace

It exits with 1 when a promise was broken.
)";

constexpr std::size_t kMostShrinking = 2'000;  // simulations of one failing scenario

struct Options {
  std::optional<std::uint64_t> from;
  std::uint64_t to = 0;
  std::string scenario;
  std::string keep;
  std::size_t most = 10;
  bool is_range = false;
  bool has_trace = false;
  bool is_shrunk = false;
  bool is_json = false;
};

[[noreturn]] void refuse(const std::string& what) {
  std::cerr << "sim: " << what << "; sim --help has examples\n";
  std::exit(2);
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse("`" + std::string(text) + "` is no number");
  }
  return number;
}

void read_range(Options& options, std::string_view text) {
  std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) refuse("a range is written A..B");
  options.from = number_in(text.substr(0, dots));
  options.to = number_in(text.substr(dots + 2));
  options.is_range = true;
}

Options read_options(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) refuse(word + " takes a value");
      return words[++i];
    };
    if (word == "--help") {
      std::cout << kHelp;
      std::exit(0);
    } else if (word == "--seed") {
      options.from = options.to = number_in(value());
    } else if (word == "--seeds") {
      read_range(options, value());
    } else if (word == "--scenario") {
      options.scenario = value();
    } else if (word == "--keep") {
      options.keep = value();
    } else if (word == "--most") {
      options.most = number_in(value());
    } else if (word == "--trace") {
      options.has_trace = true;
    } else if (word == "--shrink") {
      options.is_shrunk = true;
    } else if (word == "--json") {
      options.is_json = true;
    } else {
      refuse("unknown option `" + word + "`");
    }
  }
  if (!options.from && options.scenario.empty()) refuse("say --seed, --seeds or --scenario");
  return options;
}

Scenario load_scenario(const Options& options) {
  if (options.scenario.empty()) return random_scenario(*options.from);
  std::ifstream file(options.scenario);
  if (!file) refuse("cannot read " + options.scenario);
  std::stringstream text;
  text << file.rdbuf();
  Result<Scenario> scenario = read_scenario(text.str());
  if (!scenario) refuse(options.scenario + ": " + scenario.error().message);
  return std::move(scenario).value();
}

void print(const std::vector<std::string>& violations) {
  for (const std::string& violation : violations) std::cout << "  " << violation << "\n";
}

// ---- one --------------------------------------------------------------------------------------

int show(const Scenario& scenario, bool has_trace) {
  Trace trace{[](const std::string& line) { std::cout << line << std::endl; }};
  if (has_trace) std::cout << to_text(scenario) << std::endl;
  SimulationResult result = simulate(scenario, has_trace ? &trace : nullptr);
  std::cout << "seed " << scenario.seed << ": " << result.steps << " steps, state "
            << result.state.to_hex().substr(0, 16) << ", "
            << (result.violations.empty() ? "every promise kept" : "BROKEN") << "\n";
  print(result.violations);
  return result.violations.empty() ? 0 : 1;
}

Scenario make_small(const Scenario& scenario) {
  Fails fails = [](const Scenario& each) { return !find_violations(each).empty(); };
  return shrink(scenario, fails, kMostShrinking);
}

int print_small(const Scenario& scenario) {
  if (find_violations(scenario).empty()) {
    std::cout << "seed " << scenario.seed << ": every promise kept, there is nothing to shrink\n";
    return 0;
  }
  Scenario small = make_small(scenario);
  std::cout << to_text(small);
  for (const std::string& violation : find_violations(small)) {
    std::cout << "# broken: " << violation << "\n";
  }
  return 1;
}

// ---- many -------------------------------------------------------------------------------------

std::string replay_command(const Options& options, std::uint64_t seed) {
  std::string sim = std::filesystem::read_symlink("/proc/self/exe").string();
  if (options.keep.empty()) return sim + " --trace --seed " + std::to_string(seed);
  return sim + " --trace --scenario " + options.keep + "/" + std::to_string(seed) + ".scenario";
}

void report(const Options& options, std::uint64_t seed) {
  Scenario scenario = random_scenario(seed);
  std::cout << "seed " << seed << " BROKEN\n";
  print(find_violations(scenario));
  Scenario small = make_small(scenario);
  std::cout << "replay it with\n  " << replay_command(options, seed) << "\nmade small it is\n"
            << to_text(small) << "and comes to\n";
  print(find_violations(small));
  std::cout << std::flush;
  if (options.keep.empty()) return;
  std::filesystem::create_directories(options.keep);
  std::ofstream(options.keep + "/" + std::to_string(seed) + ".scenario") << to_text(small);
}

/// Seconds of CPU that the simulations took, each a child's.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int search_all(const Options& options) {
  auto started = std::chrono::steady_clock::now();
  Searched searched = search(*options.from, options.to, options.most,
                             [&](std::uint64_t seed) { report(options, seed); });
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  double cpu = cpu_seconds();
  char figures[300];
  const char* form =
      options.is_json
          ? R"({"seeds": %ju, "steps": %ju, "findings": %zu, "seconds": %.2f, "cpu_seconds": %.2f)"
            R"(, "small_seeds": %ju, "small_cpu_seconds": %.2f)"
          : "%ju seeds, %ju steps, %zu failing, in %.2f s; of CPU %.2f s; %ju small ones in %.2f s";
  std::snprintf(figures, sizeof figures, form, static_cast<std::uintmax_t>(searched.seeds),
                static_cast<std::uintmax_t>(searched.steps), searched.failing.size(), took.count(),
                cpu, static_cast<std::uintmax_t>(searched.small_seeds), searched.small_seconds);
  std::cout << figures;
  if (options.is_json) std::cout << R"(, "effects": )" << searched.effects.to_json() << "}";
  std::cout << std::endl;
  return searched.failing.empty() ? 0 : 1;
}

int run(const std::vector<std::string>& words) {
  Options options = read_options(words);
  if (options.is_range) return search_all(options);
  Scenario scenario = load_scenario(options);
  return options.is_shrunk ? print_small(scenario) : show(scenario, options.has_trace);
}

}  // namespace
}  // namespace mlp::sim

int main(int argc, char** argv) {
  return mlp::sim::run({argv + 1, argv + argc});
}
