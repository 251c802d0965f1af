// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/checks.h"

#include <algorithm>

#include "runtime/fsck/check.h"
#include "runtime/fsck/run_check.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/buckets.h"
#include "runtime/store/meta_records.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"
#include "tests/sim/oracle.h"

namespace mlp::sim {
namespace {

constexpr std::uint64_t kBetweenAll = 32;  // steps that wrote something: all of them cost too much

}  // namespace

void Checks::check_step(const engine::Engine& engine) {
  if (const auto view = engine.view(); view != seen_) {
    seen_ = view;
    machine_.witness.published(*view);
  }
  if (machine_.kv.writes() == checked_writes_) return;
  checked_writes_ = machine_.kv.writes();
  for (const std::string& sentence : engine.find_violations()) machine_.witness.violated(sentence);
  check_commits(*machine_.kv.view());
  if (++checked_steps_ % kBetweenAll == 0) check_all(machine_.kv.view());
}

// After a power cut commits are counted again from the last that is left.
void Checks::check_commits(const store::View& view) {
  const store::Meta meta = *store::get_meta(view);
  fsck::Findings findings;
  for (std::uint64_t commit = std::min(checked_commit_, meta.commit); commit++ < meta.commit;) {
    for (std::uint64_t number = 1; number <= meta.last_run; ++number) {
      const model::RunId run(number);
      const auto events = view.get(store::Family::kRecords, store::event_key(run, commit));
      if (!*events) continue;
      const Project* project = machine_.witness.project_of(run);
      const plan::Plan* plan = project == nullptr ? nullptr : project->plan.get();
      MLP_CHECK(fsck::check_commit({view, findings, plan, true}, run, commit).has_value());
    }
  }
  checked_commit_ = meta.commit;
  tell(findings);
}

void Checks::check_all(const std::shared_ptr<const store::View>& view) {
  const fsck::PlanOf plan_of = [this](const model::Run& run) {
    const Project* project = machine_.witness.project_of(run.id);
    return Result<std::shared_ptr<const plan::Plan>>(project == nullptr ? nullptr : project->plan);
  };
  const objects::ObjectStore objects(machine_.files, kDataFolder);
  // Of no age: files that a death left behind only take up space.
  fsck::Check check(view, {machine_.files, objects, kDataFolder, Instant()}, plan_of);
  for (Result<bool> goes_on = true; *goes_on; goes_on = check.advance()) MLP_CHECK(goes_on);
  tell(check.findings());
  check_objects(*view);
}

/// Counts too: they are exact where nothing is left to be replayed.
void Checks::check_settled(const store::View& view) {
  fsck::Findings findings;
  for (std::uint64_t run = 1; run <= store::get_meta(view)->last_run; ++run) {
    MLP_CHECK(fsck::check_run({view, findings, nullptr, true}, model::RunId(run)).has_value());
  }
  tell(findings);
}

void Checks::tell(const fsck::Findings& findings) {
  for (const fsck::Finding& finding : findings.all()) {
    machine_.witness.violated(finding.record + ": " + finding.message);
  }
}

void Checks::check_recovered(const engine::Engine& engine) {
  check_step(engine);
  check_all(machine_.kv.view());
}

void Checks::check_end(const engine::Engine& engine) {
  check_step(engine);
  const auto view = machine_.kv.view();
  check_all(view);
  check_settled(*view);
  check_attempts(*view);
  check_folders();
  check_outcomes(*view);
}

/// No object is recorded as lost: nothing here damages one.
void Checks::check_objects(const store::View& view) {
  (void)view.scan(store::Family::kRecords, store::bucket_prefix(store::Bucket::kObject), {},
                  [&](std::string_view key, std::string_view value) {
                    const auto record = store::read_object(key, value);
                    if (record && record->places == 0) {
                      machine_.witness.violated("object " + record->digest.to_hex() +
                                                " is recorded as lost, but nobody damaged it");
                    }
                    return true;
                  });
}

void Checks::check_attempts(const store::View& view) {
  (void)view.scan(store::Family::kRecords, store::bucket_prefix(store::Bucket::kAttempt), {},
                  [&](std::string_view key, std::string_view) {
                    const model::AttemptId id(store::KeyReader(key).u64());
                    const auto attempt = store::find_attempt(view, id);
                    machine_.witness.check_end(**attempt);
                    const auto printed = machine_.witness.log_of(id);
                    if (printed) check_log(view, **attempt, *printed);
                    return true;
                  });
}

/// Of one whose body was started: what that printed, unless it was cut off.
void Checks::check_log(const store::View& view, const model::Attempt& attempt,
                           const std::string& printed) {
  const std::string name = "attempt " + attempt.id.to_string();
  const model::EndReason reason = attempt.outcome.reason;
  const bool is_cut_off = reason == model::EndReason::kNone ||
                          reason == model::EndReason::kCancelled ||
                          reason == model::EndReason::kLost;
  if (is_cut_off) return;
  const auto file = machine_.disk.bytes(kDataFolder + "/logs/" + attempt.id.to_string());
  const auto small = store::find_log(view, attempt.id);
  const std::string log = attempt.log.is_file ? (file ? *file : "") : small->value_or("");
  if (log == printed) return;
  machine_.witness.violated(name + " has a log of " + std::to_string(log.size()) +
                            " bytes that is not what it printed, " +
                            std::to_string(printed.size()) + " bytes");
}

/// Nothing is left of attempts or uploads that ended.
void Checks::check_folders() {
  const auto uploads = machine_.disk.list(kDataFolder + "/uploads");
  if (uploads && !uploads->empty()) {
    machine_.witness.violated("uploads/ still holds " + uploads->front());
  }
  if (const auto live = store::list_live(*machine_.kv.view()); !live->empty()) {
    machine_.witness.violated("attempt " + live->front().attempt.to_string() + " is still live");
  }
}

void Checks::check_outcomes(const store::View& view) {
  const std::uint64_t last = store::get_meta(view)->last_run;
  for (std::uint64_t run = 1; run <= last; ++run) {
    const Project* project = machine_.witness.project_of(model::RunId(run));
    if (project == nullptr) {
      machine_.witness.violated("run " + std::to_string(run) + " has a plan that nobody submitted");
      continue;
    }
    const auto record = store::find_run(view, model::RunId(run));
    if ((*record)->cancel_asked && !machine_.witness.is_cancel_asked(model::RunId(run))) {
      machine_.witness.violated("run " + std::to_string(run) + " is cancelled, which nobody asked");
    }
    for (const std::string& difference : check_run(*project, view, model::RunId(run))) {
      machine_.witness.violated(difference);
    }
  }
}

std::string Checks::describe() {
  const auto view = machine_.kv.view();
  std::string text = "held by the runner: " + std::to_string(machine_.runner.held());
  const auto runs = store::list_unfinished_runs(*view);
  for (const model::Run& run : *runs) text += ", run " + run.id.to_string() + " goes on";
  return text;
}

Digest Checks::digest() {
  Hasher hasher;
  for (const store::Family family : {store::Family::kRecords, store::Family::kBytes}) {
    const auto add = [&](std::string_view key, std::string_view value) {
      hasher.update(key);
      hasher.update(value);
      return true;
    };
    (void)machine_.kv.view()->scan(family, "", "", add);
  }
  hasher.update(machine_.disk.digest().view());
  return hasher.finish();
}

}  // namespace mlp::sim
