// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/print/live_view.h"

#include <algorithm>

#include "base/text.h"

namespace mlp::mlpctl {
namespace {

constexpr std::size_t kMaxNameWidth = 40;
constexpr std::size_t kMaxStickyTasks = 8;
/// Lines of single tasks; the others are counted: nobody reads ten thousand lines.
constexpr std::size_t kMaxLines = 200;
constexpr std::size_t kBarWidth = 20;
/// Before this many tasks have run an estimate is a guess.
constexpr std::uint64_t kLeastRanForEstimate = 2;

bool is_final(std::string_view state) {
  return state == "done" || state == "failed" || state == "skipped" || state == "cancelled";
}

std::string pad_right(std::string text, std::size_t width) {
  auto shown = shown_width(text);
  return shown < width ? text + std::string(width - shown, ' ') : text;
}

void add_part(std::string& text, std::uint64_t count, std::string_view word) {
  if (count == 0) return;
  if (!text.empty()) text += ", ";
  text += std::to_string(count) + " " + std::string(word);
}

/// "ran", "cached", or the state.
std::string word_of(const wire::Event& event) {
  if (event.state != "done") return event.state;
  return event.source == "hit" ? "cached" : "ran";
}

}  // namespace

Colour colour_of_state(std::string_view state) {
  if (state == "failed" || state == "lost") return Colour::kRed;
  if (state == "succeeded" || state == "done" || state == "ran") return Colour::kGreen;
  if (state == "cached" || state == "hit") return Colour::kCyan;
  if (state == "running" || state == "backoff" || state == "cancelled") return Colour::kYellow;
  return Colour::kFaint;
}

std::string to_summary(const wire::Run& run) {
  const auto& counts = run.counts;
  std::string text = "run " + std::to_string(run.id) + " " + run.state + " in " +
                     to_human(run.elapsed) + ": " + counted(counts.total, "task") + ", " +
                     std::to_string(counts.ran) + " ran, " + std::to_string(counts.hit) + " cached";
  add_part(text, counts.failed, "failed");
  add_part(text, counts.skipped, "skipped");
  add_part(text, counts.cancelled, "cancelled");
  return text;
}

LiveView::LiveView(const Terminal& terminal, Printer& printer, Clock& clock)
    : terminal_(terminal), printer_(printer), clock_(clock), begun_(clock.steady()) {}

void LiveView::set_tasks(const wire::TaskList& tasks) {
  std::lock_guard lock(mutex_);
  wants_tasks_ = false;
  std::uint64_t order = 1;
  for (const auto& task : tasks.tasks) {
    auto& line = lines_[task.task];
    line.order = order++;
    line.total = task.counts.total;
    line.is_total_known = task.counts.is_total_known;
    line.is_map = task.depth > 0;
    name_width_ = std::max(name_width_, std::min(kMaxNameWidth, shown_width(printable(task.task))));
  }
}

bool LiveView::wants_tasks() const {
  std::lock_guard lock(mutex_);
  return wants_tasks_;
}

LiveView::Line& LiveView::line_of(const wire::Event& event) {
  auto& line = lines_[event.task];
  if (line.order == 0) line.order = lines_.size();
  if (!event.items.empty()) line.is_map = true;
  return line;
}

void LiveView::count_end(Line& line, const wire::Event& event) {
  if (event.state == "done") ++(event.source == "hit" ? line.hit : line.ran);
  if (event.state == "failed") ++line.failed;
  if (event.state == "skipped") ++line.skipped;
  if (event.state == "cancelled") ++line.cancelled;
  line.longest = std::max(line.longest, event.elapsed);
  bool is_worse = event.state == "failed" || line.reason.empty();
  if (event.state != "done" && is_worse) line.reason = event.reason;
}

void LiveView::apply(const wire::Event& event) {
  if (event.type != "task_run") return;
  std::lock_guard lock(mutex_);
  auto& line = line_of(event);
  line.running.erase(event.task_run);
  if (event.state == "running") line.running[event.task_run] = event.time;
  if (event.state == "backoff" && !terminal_.is_quiet)
    printer_.message("  " + pad_right(printable(event.task_run), name_width_) +
                     "  will be tried again: " + printable(event.reason) + "\n");
  if (is_final(event.state)) count_end(line, event);
  auto known = line.ended() + line.running.size();
  if (line.is_map && !line.is_printed &&
      (known > line.total || (!line.is_total_known && known == line.total)))
    wants_tasks_ = true;
  if (!is_final(event.state)) return;
  if (terminal_.is_verbose && line.is_map) print_task_run(event);
  bool is_whole = !line.is_map || (line.is_total_known && line.ended() == line.total);
  if (is_whole && !line.is_printed) print_line(event.task, line);
}

void LiveView::print_task_run(const wire::Event& event) {
  auto word = word_of(event);
  auto text = "  " + pad_right(printable(event.task_run), name_width_) + "  " +
              paint(terminal_.has_colours_err, colour_of_state(word), pad_right(word, 9));
  if (word != "cached" && event.elapsed.count() > 0) text += "  " + to_human(event.elapsed);
  if (!event.reason.empty()) text += "  " + printable(event.reason);
  printer_.message(text + "\n");
}

void LiveView::print_line(const std::string& task, Line& line) {
  line.is_printed = true;
  if (terminal_.is_quiet) return;
  bool may_fold = line.failed == 0 && !line.is_map && !terminal_.is_verbose;
  if (may_fold && printed_ >= kMaxLines) return fold(line);
  ++printed_;
  std::string what;
  std::string worst = "done";
  if (line.is_map) {
    add_part(what, line.ran, "ran");
    add_part(what, line.hit, "cached");
    add_part(what, line.failed, "failed");
    add_part(what, line.skipped, "skipped");
    add_part(what, line.cancelled, "cancelled");
  } else {
    what = line.ran > 0       ? "ran"
           : line.hit > 0     ? "cached"
           : line.failed > 0  ? "failed"
           : line.skipped > 0 ? "skipped"
                              : "cancelled";
  }
  worst = line.failed > 0      ? "failed"
          : line.cancelled > 0 ? "cancelled"
          : line.skipped > 0   ? "skipped"
          : line.ran > 0       ? "ran"
                               : "cached";
  auto text = "  " + pad_right(printable(task), name_width_) + "  " +
              paint(terminal_.has_colours_err, colour_of_state(worst), pad_right(what, 9));
  if (line.longest.count() > 0 && line.ran + line.failed > 0)
    text += "  " + std::string(line.is_map ? "longest " : "") + to_human(line.longest);
  if (!line.reason.empty()) text += "  " + printable(line.reason);
  text.erase(text.find_last_not_of(' ') + 1);
  printer_.message(text + "\n");
}

void LiveView::fold(const Line& line) {
  folded_.ran += line.ran;
  folded_.hit += line.hit;
  folded_.skipped += line.skipped;
  folded_.cancelled += line.cancelled;
}

std::string LiveView::estimate(std::uint64_t ended, std::uint64_t total) const {
  std::uint64_t ran = 0;
  for (const auto& [task, line] : lines_) ran += line.ran + line.failed;
  if (ran < kLeastRanForEstimate || ended >= total) return "";
  auto spent = clock_.steady() - begun_;
  return ", about " +
         to_human(Duration(spent.count() * static_cast<std::int64_t>(total - ended) /
                           static_cast<std::int64_t>(ran))) +
         " left";
}

std::string LiveView::progress_line() const {
  std::uint64_t ended = 0, total = 0, hit = 0;
  bool is_known = true;
  for (const auto& [task, line] : lines_) {
    ended += line.ended();
    hit += line.hit;
    total += std::max(line.total, line.ended() + line.running.size());
    is_known = is_known && (line.is_total_known || !line.is_map);
  }
  std::size_t filled = total == 0 ? 0 : kBarWidth * ended / total;
  auto text = "[" + std::string(filled, '=') + std::string(kBarWidth - filled, ' ') + "] " +
              std::to_string(ended) + "/" + std::to_string(total) + (is_known ? "" : "+") +
              " tasks, " + std::to_string(hit) + " cached, " + to_human(clock_.steady() - begun_);
  return is_known ? text + estimate(ended, total) : text;
}

std::vector<std::string> LiveView::sticky_lines() const {
  std::vector<std::pair<std::uint64_t, std::string>> active;
  auto now = clock_.now();
  for (const auto& [task, line] : lines_) {
    if (line.running.empty()) continue;
    auto text = "  " + pad_right(printable(task), name_width_) + "  ";
    if (line.is_map)
      text += std::to_string(line.ended()) + "/" + std::to_string(line.total) +
              (line.is_total_known ? "" : "+") + " running " + std::to_string(line.running.size());
    else
      text += "running    " + to_human(std::max(Duration(0), now - line.running.begin()->second));
    active.emplace_back(line.order, text);
  }
  std::sort(active.begin(), active.end());
  auto width = static_cast<std::size_t>(terminal_.width > 1 ? terminal_.width - 1 : 1);
  std::vector<std::string> lines;
  for (const auto& [order, text] : active) {
    if (lines.size() == kMaxStickyTasks) break;
    lines.push_back(cut_to_width(text, width));
  }
  if (active.size() > kMaxStickyTasks)
    lines.push_back("  … and " + counted(active.size() - kMaxStickyTasks, "more task"));
  lines.push_back(cut_to_width(progress_line(), width));
  return lines;
}

void LiveView::draw() {
  if (!terminal_.has_progress) return;
  std::lock_guard lock(mutex_);
  printer_.stick(sticky_lines());
}

void LiveView::finish() {
  std::lock_guard lock(mutex_);
  printer_.stick({});
  std::vector<std::pair<std::uint64_t, std::string>> owed;
  for (const auto& [task, line] : lines_)
    if (!line.is_printed && line.ended() > 0) owed.emplace_back(line.order, task);
  std::sort(owed.begin(), owed.end());
  for (const auto& [order, task] : owed) print_line(task, lines_[task]);
  if (folded_.ended() == 0) return;
  std::string what;
  add_part(what, folded_.ran, "ran");
  add_part(what, folded_.hit, "cached");
  add_part(what, folded_.skipped, "skipped");
  add_part(what, folded_.cancelled, "cancelled");
  printer_.message("  … and " + counted(folded_.ended(), "more task") + ": " + what + "\n");
  folded_ = {};
}

}  // namespace mlp::mlpctl
