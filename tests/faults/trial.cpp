// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/trial.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "base/text.h"
#include "tests/faults/faulty_files.h"
#include "tests/faults/faulty_store_files.h"
#include "tests/faults/workload.h"
#include "tests/support/temp_folder.h"

namespace mlp::faults {
namespace {

constexpr int kRefusedExit = 11;   // as mlpd: the store was not opened
constexpr int kFindingExit = 78;   // the look found something
constexpr unsigned kLimit = 60;    // seconds; only bounds hanging
constexpr std::uint64_t kMostText = 1 << 20;

struct Place {
  TempFolder temp;
  std::string disk() const { return temp / "disk"; }
  std::string said() const { return temp / "said"; }  // by the process: its end, what it found
  std::string log() const { return temp / "log"; }
  std::string count() const { return temp / "count"; }
  Acknowledged acknowledged() const { return Acknowledged(temp / "acknowledged"); }
};

void say(const std::string& path, const std::string& text) {
  MLP_CHECK(real_files().write(path, text, 0600).has_value());
}

std::string heard(const std::string& path) {
  const auto text = real_files().read(path, kMostText);
  return text ? *text : std::string();
}

int work_with_fault(const Place& place, const Fault& fault) {
  FaultModel model(place.disk(), fault);
  FaultyFiles files(model);
  Disk disk{place.disk(), files, make_faulty_store_files(model)};
  disk.given_up = [&] { fault.is_killed ? model.stop() : model.lift(); };
  const Result<std::string> ends = run_workload(disk, place.acknowledged());
  say(place.count(), std::to_string(model.count()));
  say(place.said(), ends ? *ends : ends.error().message);
  return ends ? 0 : kRefusedExit;
}

int look(const Place& place, Kind kind, const std::string& expected) {
  const Disk disk{place.disk(), real_files(), nullptr};
  // As the executor does after another boot: what runners left is not believed.
  if (kind == Kind::kPowerCut) {
    static_cast<void>(remove_tree(disk.files, disk.folder + "/data/work"));
  }
  {
    const auto life = Life::begin(disk);
    if (!life) return say(place.said(), "refused: " + life.error().message), kFindingExit;
    const std::string lost = find_lost(**life, place.acknowledged());
    if (!lost.empty()) return say(place.said(), "lost: " + lost), kFindingExit;
  }
  const auto ends = run_workload(disk, place.acknowledged());
  if (ends && *ends == expected) return 0;
  say(place.said(), "it ends otherwise: " + (ends ? *ends : ends.error().message));
  return kFindingExit;
}

bool is_as_promised(int code, const Fault& fault) {
  const bool is_stop = fault.kind == Kind::kStop || fault.kind == Kind::kPowerCut;
  switch (code) {
    case 0:
      return true;
    case store::kLogFailedExit:
      return fault.kind == Kind::kIoError;
    case kRefusedExit:
      return !is_stop;
    default:
      return code == kStoppedExit && (is_stop || fault.is_killed);
  }
}

}  // namespace

std::optional<Kind> find_kind(const std::string& name) {
  static const std::map<std::string, Kind> kinds = {{"io_error", Kind::kIoError},
                                                    {"no_space", Kind::kNoSpace},
                                                    {"stop", Kind::kStop},
                                                    {"power_cut", Kind::kPowerCut}};
  const auto found = kinds.find(name);
  return found == kinds.end() ? std::nullopt : std::optional(found->second);
}

int in_process(const std::string& log, const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kLimit);
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDERR_FILENO);
    ::_exit(work());
  }
  int status = 0;
  MLP_CHECK(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Baseline measure() {
  const Place place;
  MLP_CHECK(real_files().make_folder(place.disk(), 0700).has_value());
  const int code = in_process(place.log(), [&] { return work_with_fault(place, {}); });
  Baseline baseline;
  baseline.ends = heard(place.said());
  if (code != 0) {
    baseline.finding = "exit code " + std::to_string(code) + ": " + baseline.ends;
    return baseline;
  }
  baseline.operations = std::stoull(heard(place.count()));
  const int looked =
      in_process(place.log(), [&] { return look(place, Kind::kNone, baseline.ends); });
  if (looked != 0) baseline.finding = heard(place.said()) + heard(place.log());
  return baseline;
}

Outcome try_fault(const Fault& fault, const Baseline& baseline) {
  const Place place;
  MLP_CHECK(real_files().make_folder(place.disk(), 0700).has_value());
  Outcome outcome;
  outcome.exit_code = in_process(place.log(), [&] { return work_with_fault(place, fault); });
  const std::string count = heard(place.count());
  outcome.was_hit = count.empty() || std::stoull(count) >= fault.at;
  if (!is_as_promised(outcome.exit_code, fault)) {
    outcome.finding = "exit code " + std::to_string(outcome.exit_code) + "\n" +
                      heard(place.said()) + heard(place.log());
    return outcome;
  }
  const int looked =
      in_process(place.log(), [&] { return look(place, fault.kind, baseline.ends); });
  if (looked != 0) {
    outcome.finding = "after exit code " + std::to_string(outcome.exit_code) +
                      ", looking ended with " + std::to_string(looked) + "\n" +
                      heard(place.said()) + heard(place.log());
  }
  return outcome;
}

}  // namespace mlp::faults
