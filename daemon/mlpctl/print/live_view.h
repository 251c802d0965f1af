// SPDX-License-Identifier: Apache-2.0
//
// A run as it happens: one line a task when it has ended, the rest at the bottom of a terminal with
// an estimate of what remains. The many task runs of a map are one line.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "daemon/mlpctl/print/terminal.h"
#include "daemon/wire/event.h"
#include "daemon/wire/task_run.h"

namespace mlp::mlpctl {

/// Events come from one thread; draw() may be called from another.
class LiveView {
 public:
  LiveView(const Terminal& terminal, Printer& printer, Clock& clock);

  /// The tasks of the run with what is known of their number; may be told again.
  void set_tasks(const wire::TaskList& tasks);
  void apply(const wire::Event& event);
  /// True when an event told of more task runs than are known: ask for the tasks again.
  bool wants_tasks() const;
  /// Draws the lines at the bottom of the terminal anew. Does nothing without one.
  void draw();
  /// Prints the lines that are still owed and clears the bottom.
  void finish();

 private:
  struct Line {
    std::uint64_t order = 0;
    std::uint64_t ran = 0, hit = 0, failed = 0, skipped = 0, cancelled = 0, backoff = 0;
    std::uint64_t total = 0;
    bool is_total_known = false;
    bool is_map = false;
    bool is_printed = false;
    Duration longest{0};
    std::string reason;                      // of the first that failed or was skipped
    std::map<std::string, Instant> running;  // task run, since when
    std::uint64_t ended() const { return ran + hit + failed + skipped + cancelled; }
  };

  Line& line_of(const wire::Event& event);
  void count_end(Line& line, const wire::Event& event);
  void print_task_run(const wire::Event& event);
  void print_line(const std::string& task, Line& line);
  void fold(const Line& line);
  std::vector<std::string> sticky_lines() const;
  std::string progress_line() const;
  std::string estimate(std::uint64_t ended, std::uint64_t total) const;

  const Terminal terminal_;
  Printer& printer_;
  Clock& clock_;
  mutable std::mutex mutex_;  // the clock of the terminal and the reader of events
  std::map<std::string, Line> lines_;
  std::size_t name_width_ = 12;
  std::size_t printed_ = 0;
  Line folded_;  // counts of the lines that were left out
  bool wants_tasks_ = false;
  Duration begun_;
};

/// "run 12 succeeded in 4.2s: 7 tasks, 5 ran, 2 cached"; failed, skipped and cancelled where there
/// are any.
std::string to_summary(const wire::Run& run);

/// "fit[2]  failed": the colour a state is shown in.
Colour colour_of_state(std::string_view state);

}  // namespace mlp::mlpctl
