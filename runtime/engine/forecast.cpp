// SPDX-License-Identifier: Apache-2.0
//
// Drives a scheduler of its own: answers look-ups from the view, evaluates at once, starts nothing.
#include "runtime/engine/forecast.h"

#include <algorithm>
#include <deque>

#include "runtime/engine/hit.h"
#include "runtime/schedule/scheduler.h"
#include "runtime/store/object_records.h"

namespace mlp::engine {
namespace {

class DryRun {
 public:
  DryRun(const PreparedPlan& prepared, const store::View& view, Instant now,
         const ForecastReads& reads, ForecastLimits limits)
      : prepared_(prepared), view_(view), now_(now), reads_(reads), limits_(limits) {
    // A base that is no object was never started: no key of it can be known.
    for (const model::NewObject& base : prepared.bases) {
      auto object = store::find_object(view, base.digest);
      was_run_.push_back(object && *object);
    }
    entries_of_task_.resize(prepared.plan->tasks.size());
  }

  Forecast run(std::vector<std::pair<model::StatementId, plan::Value>> arguments,
               const plan::FileAccess& files) {
    files_ = &files;
    schedule::RunSpec spec;
    spec.layout = prepared_.layout;
    spec.arguments = std::move(arguments);
    spec.is_forecast = true;
    spec.key_of = [this](std::uint32_t definition, const std::vector<plan::Value>& inputs) {
      return was_run_[definition] ? std::optional(key_of(prepared_, definition, inputs))
                                  : std::nullopt;
    };
    events_.push_back(schedule::RunAdded{std::move(spec)});
    while (!events_.empty() || scheduler_.has_more()) decide();
    std::stable_sort(
        forecast_.entries.begin(), forecast_.entries.end(),
        [](const ForecastEntry& a, const ForecastEntry& b) { return a.task_run < b.task_run; });
    return std::move(forecast_);
  }

 private:
  void decide() {
    schedule::Event event = schedule::GoOn{};
    if (!events_.empty()) {
      event = std::move(events_.front());
      events_.pop_front();
    }
    commands_.clear();
    scheduler_.decide(std::move(event), {now_, Duration(0)}, random_, commands_);
    for (schedule::Command& command : commands_) {
      std::visit([this](auto& each) { take(each); }, command);
    }
  }

  void take(schedule::LookUp& command) {
    schedule::KeyAnswered answer{command.key, std::nullopt};
    Result<std::optional<Hit>> hit = find_hit(view_, command.key, now_);
    if (hit && *hit && (!reads_.are_whole || reads_.are_whole((*hit)->key.outputs))) {
      answer.hit = schedule::KeyAnswered::Hit{std::move((*hit)->key.outputs), (*hit)->key.attempt};
    }
    events_.push_back(std::move(answer));
  }

  void take(schedule::Evaluate& command) {
    events_.push_back(schedule::EvaluationDone{command.run, command.token,
                                               schedule::evaluate(command.request, *files_)});
  }

  void take(schedule::TaskRunChanged& command) {
    ++forecast_.will_hit;
    ForecastEntry* entry = add(std::move(command.record.id));
    if (entry == nullptr) return;
    entry->verdict = Verdict::kHit;
    entry->made_by = command.record.made_by;
  }

  void take(schedule::WouldRun& command) {
    bool is_known = !command.unknown_until;
    (is_known ? forecast_.will_run : forecast_.unknown) += command.count;
    std::uint32_t depth = prepared_.plan->task(command.task_run.task).depth;
    bool is_whole = command.task_run.items.size() == depth;
    ForecastEntry* entry = add(std::move(command.task_run));
    if (entry == nullptr) return;
    entry->verdict = is_known ? Verdict::kRun : Verdict::kUnknown;
    entry->count = command.count;
    entry->is_count_known = is_whole;
    entry->unknown_until = command.unknown_until;
    entry->definition = command.definition;
    entry->inputs = std::move(command.inputs);
    entry->was_ever_run = was_run_[command.definition];
  }

  void take(schedule::RunEnded& command) { forecast_.error = std::move(command.error); }
  void take(schedule::Start&) { MLP_CHECK(false); }
  void take(schedule::Kill&) { MLP_CHECK(false); }
  void take(schedule::AttemptSettled&) { MLP_CHECK(false); }

  // Null when there are enough.
  ForecastEntry* add(model::TaskRunId id) {
    std::size_t& of_task = entries_of_task_[id.task.value - 1];
    if (of_task >= limits_.entries_of_task || forecast_.entries.size() >= limits_.entries) {
      forecast_.is_truncated = true;
      return nullptr;
    }
    ++of_task;
    ForecastEntry& entry = forecast_.entries.emplace_back();
    entry.definition = prepared_.plan->task(id.task).definition;
    entry.task_run = std::move(id);
    return &entry;
  }

  const PreparedPlan& prepared_;
  const store::View& view_;
  Instant now_;
  const ForecastReads& reads_;
  ForecastLimits limits_;
  const plan::FileAccess* files_ = nullptr;
  std::vector<bool> was_run_;  // by definition
  std::vector<std::size_t> entries_of_task_;
  schedule::Scheduler scheduler_{0, 1};
  SeededRandom random_{1};
  std::deque<schedule::Event> events_;
  std::vector<schedule::Command> commands_;
  Forecast forecast_;
};

}  // namespace

Forecast make_forecast(
    const PreparedPlan& prepared, std::vector<std::pair<model::StatementId, plan::Value>> arguments,
    const store::View& view, Instant now, const ForecastReads& reads, ForecastLimits limits) {
  plan::FileAccess files;
  files.read_artifact = reads.read_artifact;
  return DryRun(prepared, view, now, reads, limits).run(std::move(arguments), files);
}

}  // namespace mlp::engine
