// SPDX-License-Identifier: Apache-2.0
//
// fault_trials: tries faults one after the other, says each finding with the words that replay it,
// ends with one line of JSON.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "tests/faults/flips.h"
#include "tests/faults/trial.h"
#include "tests/support/temp_folder.h"

namespace mlp::faults {
namespace {

constexpr const char* kHelp =
    "fault_trials KIND [--on [--killed]] [--sample COUNT | --at N] [--seed S]\n\n"
    "  KIND      io_error, no_space, stop, power_cut: at the N-th operation of the files;\n"
    "            flip: one bit of a file of the store or of an object\n"
    "  --on      from the N-th operation on: until the process ends, or its engine waits for space\n"
    "  --killed  the process is killed then; without it there is space again\n"
    "  --sample  so many N, spread evenly; without it every N\n"
    "  --at      this N alone (a flip: the byte N of all files in a row)\n"
    "  --seed    of what chance decides: the rest of a power cut, the bit (1)\n\n"
    "examples:\n  fault_trials power_cut --sample 50\n  fault_trials stop --at 117\n";

struct Wish {
  std::string kind;
  Fault fault;
  std::uint64_t sample = 0;
};

std::optional<Wish> parse(const std::vector<std::string>& words) {
  if (words.empty()) return std::nullopt;
  Wish wish;
  wish.kind = words[0];
  for (std::size_t i = 1; i < words.size(); ++i) {
    bool* flag = words[i] == "--on"       ? &wish.fault.is_from_then_on
                 : words[i] == "--killed" ? &wish.fault.is_killed
                                          : nullptr;
    if (flag != nullptr) {
      *flag = true;
      continue;
    }
    if (i + 1 == words.size()) return std::nullopt;
    std::uint64_t* target = words[i] == "--sample" ? &wish.sample
                            : words[i] == "--at"   ? &wish.fault.at
                            : words[i] == "--seed" ? &wish.fault.seed
                                                   : nullptr;
    if (target == nullptr) return std::nullopt;
    *target = std::stoull(words[++i]);
  }
  const auto kind = find_kind(wish.kind);
  if (!kind && wish.kind != "flip") return std::nullopt;
  if (kind) wish.fault.kind = *kind;
  return wish;
}

/// The numbers to try, of 1 to `all`.
std::vector<std::uint64_t> places(const Wish& wish, std::uint64_t all) {
  if (wish.fault.at != 0) return {wish.fault.at};
  const std::uint64_t count = wish.sample == 0 ? all : std::min(wish.sample, all);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < count; ++i) {
    // From the seed on, so that other samples find other places.
    numbers.push_back(1 + (i * all / count + wish.fault.seed * 7919 % (all / count + 1)) % all);
  }
  return numbers;
}

struct Tally {
  std::map<std::string, std::uint64_t> ends;
  std::uint64_t tried = 0;
  std::uint64_t findings = 0;

  void add(const std::string& end, const std::string& finding, const std::string& replay) {
    ++tried;
    ++ends[end];
    if (tried % 100 == 0) std::fprintf(stderr, "%s: %lu tried\n", replay.c_str(), tried);
    if (finding.empty()) return;
    ++findings;
    std::printf("FINDING fault_trials %s\n%s\n", replay.c_str(), finding.c_str());
    std::fflush(stdout);
  }
  int report(const Wish& wish, std::uint64_t all) const {
    JsonObject counted;
    for (const auto& [end, count] : ends) counted[end] = count;
    std::printf("%s\n", mlp::to_text(JsonObject{{"kind", wish.kind},
                                                {"is_from_then_on", wish.fault.is_from_then_on},
                                                {"is_killed", wish.fault.is_killed},
                                                {"places", all},
                                                {"tried", tried},
                                                {"ends", counted},
                                                {"findings", findings}})
                            .c_str());
    return findings == 0 ? 0 : 1;
  }
};

std::string words_of(const Wish& wish, std::uint64_t at) {
  return wish.kind + (wish.fault.is_from_then_on ? " --on" : "") +
         (wish.fault.is_killed ? " --killed" : "") + " --at " + std::to_string(at) + " --seed " +
         std::to_string(wish.fault.seed);
}

int try_faults(Wish wish) {
  const Baseline baseline = measure();
  Tally tally;
  if (!baseline.finding.empty()) tally.add("undisturbed", baseline.finding, "(no fault)");
  const std::vector<std::uint64_t> numbers = places(wish, baseline.operations);
  for (const std::uint64_t at : numbers) {
    wish.fault.at = at;
    const Outcome outcome = try_fault(wish.fault, baseline);
    const std::string end =
        outcome.was_hit ? "exit " + std::to_string(outcome.exit_code) : "not met";
    tally.add(end, outcome.finding, words_of(wish, at));
    if (numbers.size() > 1) ++wish.fault.seed;
  }
  return tally.report(wish, baseline.operations);
}

/// A sample takes from each file in turn: small ones matter as much as large ones.
std::vector<std::uint64_t> flip_places(const Wish& wish, const FlipWorld& world,
                                       std::uint64_t all) {
  if (wish.sample == 0 || wish.fault.at != 0) return places(wish, all);
  SeededRandom random(wish.fault.seed);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t begin = 1; numbers.size() < wish.sample;) {
    const FlipWorld::Target& target = world.targets()[numbers.size() % world.targets().size()];
    if (numbers.size() % world.targets().size() == 0) begin = 1;
    numbers.push_back(begin + random.below(target.size));
    begin += target.size;
  }
  return numbers;
}

int try_flips(const Wish& wish) {
  const TempFolder temp;
  const FlipWorld world(temp.path());
  std::uint64_t all = 0;
  for (const FlipWorld::Target& target : world.targets()) all += target.size;
  Tally tally;
  for (const std::uint64_t at : flip_places(wish, world, all)) {
    std::uint64_t byte = at - 1;
    auto target = world.targets().begin();
    for (; byte >= target->size; ++target) byte -= target->size;
    std::string finding;
    const int bit = static_cast<int>((at + wish.fault.seed) % 8);
    const std::string end = world.flip(*target, byte, bit, finding);
    tally.add(end, finding, words_of(wish, at) + " (" + target->file + ")");
  }
  return tally.report(wish, all);
}

int run(const std::vector<std::string>& words) {
  const auto wish = parse(words);
  if (!wish) return std::fputs(kHelp, stderr), 2;
  return wish->kind == "flip" ? try_flips(*wish) : try_faults(*wish);
}

}  // namespace
}  // namespace mlp::faults

int main(int argc, char** argv) { return mlp::faults::run({argv + 1, argv + argc}); }
