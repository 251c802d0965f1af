// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/print/run_text.h"

#include <algorithm>

#include "base/text.h"
#include "daemon/mlpctl/print/live_view.h"
#include "daemon/mlpctl/print/table.h"

namespace mlp::mlpctl {
namespace {

constexpr std::size_t kShortDigest = 12;

std::string short_digest(const std::string& digest) {
  return digest.substr(0, kShortDigest);
}

std::size_t width_of(const Terminal& terminal) {
  return terminal.has_progress ? static_cast<std::size_t>(terminal.width) : 0;
}

void add_part(std::string& text, std::uint64_t count, std::string_view word) {
  if (count == 0) return;
  if (!text.empty()) text += ", ";
  text += std::to_string(count) + " " + std::string(word);
}

std::string shown_time(Instant instant) {
  return instant ? to_rfc3339(instant) : std::string("-");
}

std::string word_of(const wire::TaskRun& task_run) {
  if (task_run.state != "done") return task_run.state;
  return task_run.source == "hit" ? "cached" : "ran";
}

Cell state_cell(const std::string& state) {
  return {state, colour_of_state(state)};
}

std::string worst_of(const wire::Counts& counts) {
  if (counts.failed > 0) return "failed";
  if (counts.running + counts.backoff > 0) return "running";
  if (counts.cancelled > 0) return "cancelled";
  if (counts.waiting + counts.queued > 0) return "waiting";
  if (counts.ran > 0) return "ran";
  return counts.hit > 0 ? "cached" : "skipped";
}

std::string task_table(const wire::TaskList& tasks, const Terminal& terminal) {
  Table table;
  table.heads = {"TASK", "TASKS", "STATE"};
  table.is_right = {false, true};
  for (const auto& task : tasks.tasks) {
    auto total = std::to_string(task.counts.total) + (task.counts.is_total_known ? "" : "+");
    table.rows.push_back({{task.task, Colour::kNone},
                          {total, Colour::kNone},
                          {to_text(task.counts), colour_of_state(worst_of(task.counts))}});
  }
  return to_text(table, terminal.has_colours_out, width_of(terminal));
}

std::string task_run_table(const wire::TaskRunList& task_runs, const Terminal& terminal) {
  Table table;
  table.heads = {"TASK RUN", "STATE", "TIME", ""};
  table.is_right = {false, false, true};
  for (const auto& task_run : task_runs.task_runs) {
    bool has_time = task_run.elapsed.count() > 0 && task_run.source != "hit";
    auto note = task_run.source == "hit" ? "from " + task_run.made_by_run : task_run.reason;
    table.rows.push_back({{task_run.name, Colour::kNone},
                          state_cell(word_of(task_run)),
                          {has_time ? to_human(task_run.elapsed) : "", Colour::kNone},
                          {note, Colour::kFaint}});
  }
  return to_text(table, terminal.has_colours_out, width_of(terminal));
}

std::string attempt_table(const wire::TaskRun& task_run, const Terminal& terminal) {
  Table table;
  table.heads = {"ATTEMPT", "STATE", "TIME", "CPU", "MEMORY", "LOG", ""};
  table.is_right = {false, false, true, true, true, true};
  for (const auto& attempt : task_run.attempt_details)
    table.rows.push_back(
        {{std::to_string(attempt.number), Colour::kNone},
         state_cell(attempt.state),
         {to_human(attempt.elapsed), Colour::kNone},
         {to_human(std::chrono::milliseconds(attempt.cpu_ms)), Colour::kNone},
         {human_size(static_cast<std::uint64_t>(attempt.peak_memory_bytes)), Colour::kNone},
         {human_size(attempt.log_size), Colour::kNone},
         {attempt.message, Colour::kNone}});
  return to_text(table, terminal.has_colours_out, width_of(terminal));
}

std::string output_table(const wire::TaskRun& task_run, const Terminal& terminal) {
  Table table;
  table.heads = {"OUTPUT", "KIND", "SIZE", "DIGEST", "VALUE"};
  table.is_right = {false, false, true};
  for (const auto& output : task_run.outputs)
    table.rows.push_back({{output.name, Colour::kNone},
                          {output.kind, Colour::kNone},
                          {human_size(output.size), Colour::kNone},
                          {short_digest(output.digest), Colour::kFaint},
                          {output.text, Colour::kNone}});
  return to_text(table, terminal.has_colours_out, width_of(terminal));
}

}  // namespace

std::string to_text(const wire::Counts& counts) {
  std::string text;
  add_part(text, counts.ran, "ran");
  add_part(text, counts.hit, "cached");
  add_part(text, counts.failed, "failed");
  add_part(text, counts.skipped, "skipped");
  add_part(text, counts.cancelled, "cancelled");
  add_part(text, counts.running, "running");
  add_part(text, counts.backoff, "to be tried again");
  add_part(text, counts.queued, "queued");
  add_part(text, counts.waiting, "waiting");
  return text.empty() ? "waiting" : text;
}

std::string to_text(const std::vector<wire::NamedValue>& values) {
  std::string text;
  for (const auto& value : values)
    text += printable(value.name) + " = " + printable(value.text) + "\n";
  return text;
}

std::string to_text(const wire::RunList& list, const Terminal& terminal) {
  Table table;
  table.heads = {"RUN", "PIPELINE", "STATE", "SUBMITTED", "TIME", "TASKS"};
  table.is_right = {true, false, false, false, true};
  for (const auto& run : list.runs)
    table.rows.push_back({{std::to_string(run.id), Colour::kNone},
                          {run.pipeline, Colour::kNone},
                          state_cell(run.state),
                          {shown_time(run.submitted), Colour::kNone},
                          {to_human(run.elapsed), Colour::kNone},
                          {to_text(run.counts), Colour::kNone}});
  return to_text(table, terminal.has_colours_out, width_of(terminal));
}

std::string to_text(const wire::Run& run, const wire::TaskList& tasks,
                    const wire::TaskRunList& task_runs, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"pipeline", run.pipeline + " (" + run.path + ")"},
      {"state", run.state + (run.cancel_asked && run.state == "running" ? ", cancel asked" : "")},
      {"submitted", shown_time(run.submitted) + " by " + run.by},
      {"ended", shown_time(run.ended)},
      {"time", to_human(run.elapsed)},
      {"plan", short_digest(run.plan)},
      {"snapshot", short_digest(run.snapshot)}};
  if (run.retry_of) pairs.emplace_back("retry of", std::to_string(*run.retry_of));
  if (!run.error.empty()) pairs.emplace_back("error", run.error);
  auto text = "run " + std::to_string(run.id) + "\n" + to_pairs(pairs);
  if (!run.parameters.empty()) text += "\nparameters\n" + to_text(run.parameters);
  text += "\n" + (task_runs.task_runs.empty() ? task_table(tasks, terminal)
                                              : task_run_table(task_runs, terminal));
  if (!run.results.empty()) text += "\nresults\n" + to_text(run.results);
  return text;
}

std::string to_text(const wire::TaskRun& task_run, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> pairs = {{"state", word_of(task_run)}};
  if (!task_run.reason.empty()) pairs.emplace_back("reason", task_run.reason);
  if (task_run.source == "hit") pairs.emplace_back("made by", task_run.made_by_run);
  if (task_run.due) pairs.emplace_back("due", shown_time(task_run.due));
  if (task_run.started) pairs.emplace_back("started", shown_time(task_run.started));
  if (task_run.ended) pairs.emplace_back("ended", shown_time(task_run.ended));
  if (!task_run.key.empty()) pairs.emplace_back("key", short_digest(task_run.key));
  auto text = printable(task_run.name) + "\n" + to_pairs(pairs);
  if (!task_run.attempt_details.empty()) text += "\n" + attempt_table(task_run, terminal);
  if (!task_run.outputs.empty()) text += "\n" + output_table(task_run, terminal);
  return text;
}

std::string to_text(const wire::Why& why, const Terminal& terminal) {
  auto text = printable(why.task_run) + ": " + printable(why.summary) + "\n";
  if (!why.compared_with.empty()) text += "compared with " + printable(why.compared_with) + "\n";
  if (!why.made_by.empty()) text += "made by " + printable(why.made_by) + "\n";
  for (const auto& difference : why.differences) {
    bool has_sentence = !difference.sentence.empty();
    auto said = has_sentence ? difference.sentence : difference.part + " " + difference.change;
    text += "  " + paint(terminal.has_colours_out, Colour::kYellow, printable(said)) + "\n";
    for (const auto& upstream : difference.upstream)
      text += "    " + printable(upstream.task_run) + ": " + printable(upstream.sentence) + "\n";
  }
  if (why.differences.empty()) return text;  // the first line has said it
  for (const auto& root : why.roots) text += "because " + printable(root) + "\n";
  return text;
}

std::string to_text(const wire::Manifest& manifest, const Terminal& terminal) {
  Table table;
  table.heads = {"SIZE", "DIGEST", "PATH"};
  table.is_right = {true};
  for (const auto& entry : manifest.manifest)
    table.rows.push_back({{human_size(entry.size), Colour::kNone},
                          {short_digest(entry.digest), Colour::kFaint},
                          {entry.path, Colour::kNone}});
  return to_text(table, terminal.has_colours_out, 0);
}

std::string to_text(const wire::PlanForecast& forecast, const Terminal& terminal) {
  Table table;
  table.heads = {"TASK", "TASKS", "WILL", "WHY"};
  table.is_right = {false, true};
  for (const auto& task : forecast.tasks) {
    auto verdict = task.verdict == "hit" ? "cached" : task.verdict;
    auto why =
        task.verdict == "hit" && !task.made_by.empty() ? "made by " + task.made_by : task.reason;
    auto count = std::to_string(task.count) + (task.is_count_known ? "" : "+");
    table.rows.push_back({{task.name, Colour::kNone},
                          {count, Colour::kNone},
                          {verdict, verdict == "run" ? Colour::kGreen : colour_of_state(verdict)},
                          {why, Colour::kNone}});
  }
  auto text = to_text(table, terminal.has_colours_out, width_of(terminal));
  if (forecast.is_truncated) text += "… and more\n";
  std::string will;
  add_part(will, forecast.will_run, "will run");
  add_part(will, forecast.will_hit, "cached");
  add_part(will, forecast.unknown, "not known yet");
  return text + (will.empty() ? "nothing to do" : will) + "\n";
}

namespace {

constexpr std::uint64_t kMostIndent = 10;

std::string to_text(const wire::LineageTaskRun& maker, const std::string& indent) {
  auto text = indent + "made by " + printable(maker.task_run) +
              (maker.output.empty() ? "" : " as " + printable(maker.output)) + ", " +
              shown_time(maker.time) + "\n";
  text += indent + "  pipeline " + printable(maker.pipeline) + " (" + printable(maker.path) +
          ", plan " + short_digest(maker.plan) + ")\n";
  for (const auto& parameter : maker.parameters)
    text += indent + "  parameter " + printable(parameter.name) + " = " +
            printable(parameter.text) + "\n";
  for (const auto& input : maker.inputs) {
    text += indent + "  input " + printable(input.name) + " = " + printable(input.text);
    if (!input.digest.empty()) text += " " + short_digest(input.digest);
    if (!input.made_by.empty()) text += " made by " + printable(input.made_by);
    text += "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const wire::LineageList& list, const Terminal& terminal) {
  std::string text;
  for (const auto& lineage : list.lineages) {
    std::string indent(2 * std::min(lineage.distance, kMostIndent), ' ');
    if (!text.empty() && lineage.distance == 0) text += "\n";
    text += indent +
            paint(terminal.has_colours_out, Colour::kBold,
                  lineage.name.empty() ? lineage.kind : printable(lineage.name)) +
            " " + lineage.digest + " " + human_size(lineage.size) + "\n";
    for (const auto& maker : lineage.made_by) text += to_text(maker, indent + "  ");
    for (const auto& user : lineage.used_by)
      text +=
          indent + "  used by " + printable(user.task_run) + ", " + shown_time(user.time) + "\n";
  }
  return text.empty() ? "it has no files or folders whose origin is kept\n" : text;
}

}  // namespace mlp::mlpctl
