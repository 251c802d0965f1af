// SPDX-License-Identifier: Apache-2.0
#include "runtime/lineage/why.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "runtime/lineage/producers.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/run_records.h"
#include "runtime/store/task_run_records.h"

namespace mlp::lineage {
namespace {

constexpr std::size_t kMaxItems = 20;      // task runs shown of a producer that is a whole `for`
constexpr std::size_t kMaxSentences = 3;   // causes named in one sentence

/// "a, b, c and 4 more".
std::string listed(const std::vector<std::string>& sentences) {
  const std::size_t shown = std::min(sentences.size(), kMaxSentences);
  std::string text = join({sentences.begin(), sentences.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
  if (sentences.size() > shown) text += " and " + std::to_string(sentences.size() - shown) + " more";
  return text;
}

void add_once(std::vector<std::string>& all, const std::string& text) {
  if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
}

/// Answers for the task runs of one run; each is looked at once.
class Explainer {
 public:
  Explainer(const Sources& sources, model::Run run, std::shared_ptr<const plan::Plan> plan)
      : sources_(sources), run_(std::move(run)), plan_(std::move(plan)) {}

  Result<Why> explain(const model::TaskRunId& id);

 private:
  Status explain_hit(const model::TaskRun& task_run, Why& why);
  Status explain_ran(const model::TaskRun& task_run, Why& why);
  void say_without_difference(Why& why, const Recorded& now, const Recorded& before) const;
  Result<Cause> follow(const model::TaskRunId& id, cache::Difference difference);
  Status add_upstream(const Producer& producer, Cause& cause);
  Status add_upstream(const model::TaskRunId& id, Cause& cause);
  void collect_roots(const Why& upstream, std::vector<std::string>& roots) const;
  std::string cause_sentence(const Cause& cause) const;

  const Sources& sources_;
  model::Run run_;
  std::shared_ptr<const plan::Plan> plan_;
  std::map<model::TaskRunId, Why> known_;
};

Result<Why> Explainer::explain(const model::TaskRunId& id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  Why why;
  why.id = id;
  why.name = to_text(id, *plan_);
  MLP_ASSIGN(const std::optional<model::TaskRun> task_run,
             store::find_task_run(sources_.view, id));
  if (task_run) {
    why.state = task_run->state;
    why.source = task_run->source;
  }
  known_[id] = why;  // ends a circle, which a damaged store might tell of
  if (!task_run) {
    why.sentence = "has not started yet";
  } else if (task_run->source == model::Source::kHit) {
    MLP_TRY(explain_hit(*task_run, why));
  } else if (task_run->attempts.empty()) {
    why.sentence = std::string(to_text(task_run->state));
    if (!task_run->reason.empty()) why.sentence += ": " + task_run->reason;
  } else {
    MLP_TRY(explain_ran(*task_run, why));
  }
  known_[id] = why;
  return why;
}

Status Explainer::explain_hit(const model::TaskRun& task_run, Why& why) {
  why.is_same_key = true;
  why.sentence = "cached";
  MLP_ASSIGN(const std::optional<model::Attempt> attempt,
             store::find_attempt(sources_.view, task_run.made_by));
  if (!attempt) return {};
  Earlier made{attempt->task_run, attempt->task_run.run.to_string(), attempt->id,
               model::TaskRunState::kDone, attempt->ended};
  MLP_ASSIGN(const std::optional<model::Run> run,
             store::find_run(sources_.view, attempt->task_run.run));
  if (run) {
    const auto plan = sources_.plans.get(sources_.view, run->plan);
    if (plan) made.name = to_text(made.id, **plan);
  }
  why.sentence = "cached: nothing it depends on changed since " + made.name + " made its outputs" +
                 (made.ended ? " at " + to_rfc3339(made.ended) : "");
  why.made_by = std::move(made);
  return {};
}

void Explainer::say_without_difference(Why& why, const Recorded& now,
                                       const Recorded& before) const {
  why.is_same_key = true;
  const std::string run = "run " + before.earlier.id.run.to_string();
  const plan::TaskDefinition& definition = plan_->definition_of(plan_->task(now.earlier.id.task));
  if (!definition.is_cached) {
    why.sentence = "ran: it is never cached";
    why.sentence += definition.outputs.empty() ? " (it has no outputs)" : " (cache off)";
  } else if (before.earlier.state != model::TaskRunState::kDone) {
    why.sentence = "ran: nothing changed since " + run + ", where it did not succeed (" +
                   std::string(to_text(before.earlier.state)) + ")";
  } else {
    why.sentence = "ran: nothing changed since " + run + ", but its outputs were no longer there";
  }
  add_once(why.roots, why.name + " " + why.sentence);
}

Status Explainer::explain_ran(const model::TaskRun& task_run, Why& why) {
  MLP_ASSIGN(const std::optional<Recorded> now, read_recorded(sources_, task_run, *plan_));
  const plan::Task& task = plan_->task(task_run.id.task);
  const TaskAddress address{run_.project, run_.pipeline, task.name, task_run.id.items};
  MLP_ASSIGN(const std::optional<Recorded> before, find_recorded(sources_, address, run_.id));
  if (!now || !before) {
    why.is_first_time = true;
    why.sentence = "ran for the first time";
    add_once(why.roots, why.name + " " + why.sentence);
    return {};
  }
  why.compared_with = before->earlier;
  std::vector<std::string> sentences;
  for (cache::Difference& each : cache::explain(before->described, now->described)) {
    MLP_ASSIGN(Cause cause, follow(task_run.id, std::move(each)));
    for (const Cause::Upstream& upstream : cause.upstream) {
      collect_roots(known_[upstream.id], why.roots);
    }
    if (cause.upstream.empty()) add_once(why.roots, why.name + ": " + cause.difference.sentence);
    sentences.push_back(cause_sentence(cause));
    why.causes.push_back(std::move(cause));
  }
  if (sentences.empty()) {
    say_without_difference(why, *now, *before);
    return {};
  }
  why.sentence =
      "ran: " + listed(sentences) + " since run " + before->earlier.id.run.to_string();
  return {};
}

/// What is behind an input is behind what reads it; a cached producer is an end by itself.
void Explainer::collect_roots(const Why& upstream, std::vector<std::string>& roots) const {
  if (upstream.roots.empty()) {
    add_once(roots, upstream.name + ": " + upstream.sentence);
    return;
  }
  for (const std::string& root : upstream.roots) add_once(roots, root);
}

Result<Cause> Explainer::follow(const model::TaskRunId& id, cache::Difference difference) {
  Cause cause;
  cause.difference = std::move(difference);
  if (cause.difference.part != cache::Part::kInput) return cause;
  for (const Producer& producer :
       find_producers(*plan_, id.task, id.items, cause.difference.name)) {
    MLP_TRY(add_upstream(producer, cause));
  }
  return cause;
}

Status Explainer::add_upstream(const Producer& producer, Cause& cause) {
  if (producer.items.size() >= plan_->task(producer.task).depth) {
    return add_upstream(model::TaskRunId{run_.id, producer.task, producer.items}, cause);
  }
  // Every item below the known ones may have part in it: those that ran say more.
  std::vector<model::TaskRunId> items;
  MLP_TRY(store::visit_task_runs_of(
      sources_.view, run_.id, producer.task, [&](model::TaskRun&& task_run) {
        const model::Items& path = task_run.id.items;
        if (std::equal(producer.items.begin(), producer.items.end(), path.begin()) &&
            task_run.source == model::Source::kRan) {
          items.push_back(task_run.id);
        }
        return items.size() < kMaxItems;
      }));
  for (const model::TaskRunId& id : items) MLP_TRY(add_upstream(id, cause));
  return {};
}

Status Explainer::add_upstream(const model::TaskRunId& id, Cause& cause) {
  if (known_.size() >= kMaxFollowed && !known_.contains(id)) return {};
  MLP_ASSIGN(const Why upstream, explain(id));
  cause.upstream.push_back({id, upstream.name, upstream.sentence});
  return {};
}

std::string Explainer::cause_sentence(const Cause& cause) const {
  std::string text = cause.difference.sentence;
  if (cause.upstream.empty()) return text;
  std::vector<std::string> from;
  for (const Cause::Upstream& each : cause.upstream) {
    const Why& upstream = known_.at(each.id);
    from.push_back(task_run_name(each.id, *plan_) +
                   (upstream.source == model::Source::kHit ? ", cached" : ""));
  }
  return text + " (from " + listed(from) + ")";
}

}  // namespace

Result<Why> explain_task_run(const Sources& sources, const model::TaskRunId& id) {
  MLP_ASSIGN(std::optional<model::Run> run, store::find_run(sources.view, id.run));
  if (!run) return Error{ErrorCode::kNotFound, "there is no run " + id.run.to_string()};
  MLP_ASSIGN(auto plan, sources.plans.get(sources.view, run->plan));
  if (!id.task || id.task.value > plan->tasks.size() ||
      plan->task(id.task).depth != id.items.size()) {
    return Error{ErrorCode::kNotFound, "run " + id.run.to_string() + " has no such task run"};
  }
  return Explainer(sources, std::move(*run), std::move(plan)).explain(id);
}

}  // namespace mlp::lineage
