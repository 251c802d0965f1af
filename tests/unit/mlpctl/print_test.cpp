// SPDX-License-Identifier: Apache-2.0
//
// What a user sees: the live view, tables, the last line of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/mlpctl/follow.h"
#include "daemon/mlpctl/names.h"
#include "daemon/mlpctl/print/live_view.h"
#include "daemon/mlpctl/print/run_text.h"
#include "daemon/mlpctl/print/table.h"

namespace mlp::mlpctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

wire::Event ended(const std::string& task, const std::string& state, const std::string& source,
                  std::vector<std::uint64_t> items = {}) {
  wire::Event event;
  event.type = "task_run";
  event.run = 12;
  event.task = task;
  event.items = items;
  event.task_run = "12/" + task + (items.empty() ? "" : "[" + std::to_string(items[0]) + "]");
  event.state = state;
  event.source = source;
  event.elapsed = std::chrono::milliseconds(1200);
  return event;
}

class LiveViewTest : public ::testing::Test {
 protected:
  LiveView make(bool is_verbose = false) {
    Terminal terminal;
    terminal.is_verbose = is_verbose;
    return LiveView(terminal, printer_, clock_);
  }
  MemoryPrinter printer_;
  ManualClock clock_;
};

TEST_F(LiveViewTest, A_task_that_has_ended_is_one_line) {
  auto view = make();
  view.apply(ended("load", "done", "ran"));
  view.apply(ended("split", "done", "hit"));
  EXPECT_EQ(printer_.err, "  load          ran        1.2s\n  split         cached\n");
}

TEST_F(LiveViewTest, The_many_items_of_a_map_are_one_line) {
  auto view = make();
  for (std::uint64_t i = 0; i < 10'000; ++i) view.apply(ended("fit", "done", "hit", {i}));
  view.finish();
  EXPECT_EQ(printer_.err, "  fit           10000 cached\n");
}

TEST_F(LiveViewTest, Verbose_tells_of_each_item) {
  auto view = make(true);
  view.apply(ended("fit", "done", "hit", {0}));
  view.apply(ended("fit", "failed", "", {1}));
  EXPECT_THAT(printer_.err, HasSubstr("12/fit[0]"));
  EXPECT_THAT(printer_.err, HasSubstr("12/fit[1]"));
}

TEST_F(LiveViewTest, Thousands_of_tasks_are_counted_after_the_first_lines) {
  auto view = make();
  for (int i = 0; i < 1000; ++i) view.apply(ended("t" + std::to_string(i), "done", "hit"));
  view.finish();
  EXPECT_EQ(std::count(printer_.err.begin(), printer_.err.end(), '\n'), 201);
  EXPECT_THAT(printer_.err, HasSubstr("and 800 more tasks: 800 cached"));
}

TEST_F(LiveViewTest, A_failing_task_says_why) {
  auto view = make();
  auto event = ended("fit", "failed", "");
  event.reason = "exit 3\x1b[31m";
  view.apply(event);
  EXPECT_THAT(printer_.err, HasSubstr("failed"));
  EXPECT_THAT(printer_.err, HasSubstr("exit 3\\x1b[31m"));
}

TEST_F(LiveViewTest, A_terminal_shows_what_runs_and_what_remains) {
  Terminal terminal;
  terminal.has_progress = true;
  LiveView view(terminal, printer_, clock_);
  wire::TaskList tasks;
  tasks.tasks.push_back({"fit", "fit", 1, "", {}});
  tasks.tasks[0].counts.total = 50;
  tasks.tasks[0].counts.is_total_known = true;
  view.set_tasks(tasks);
  for (std::uint64_t i = 0; i < 10; ++i) view.apply(ended("fit", "done", "ran", {i}));
  view.apply(ended("fit", "running", "", {10}));
  clock_.advance(std::chrono::seconds(10));
  view.draw();
  ASSERT_EQ(printer_.sticky.size(), 2u);
  EXPECT_THAT(printer_.sticky[0], HasSubstr("10/50 running 1"));
  EXPECT_THAT(printer_.sticky[1], HasSubstr("10/50 tasks, 0 cached, 10"));
  EXPECT_THAT(printer_.sticky[1], HasSubstr("about 40"));
  view.finish();
  EXPECT_TRUE(printer_.sticky.empty());
}

TEST(Summary, The_last_line_counts_what_ran_and_what_was_cached) {
  wire::Run run;
  run.id = 12;
  run.state = "succeeded";
  run.elapsed = std::chrono::milliseconds(4200);
  run.counts.total = 7;
  run.counts.ran = 5;
  run.counts.hit = 2;
  EXPECT_EQ(to_summary(run), "run 12 succeeded in 4.2s: 7 tasks, 5 ran, 2 cached");
  run.state = "failed";
  run.counts.failed = 1;
  run.counts.skipped = 3;
  EXPECT_THAT(to_summary(run), HasSubstr("2 cached, 1 failed, 3 skipped"));
}

TEST(Results, Are_names_and_values_on_one_line_each) {
  EXPECT_EQ(
      to_text(std::vector<wire::NamedValue>{{"best", Json(1), "0.97"}, {"x", Json(), "a\nb"}}),
      "best = 0.97\nx = a\\x0ab\n");
}

TEST(TableText, Columns_are_as_wide_as_their_text_counted_in_characters) {
  Table table{{"A", "B"}, {{{"ä"}, {"1"}}, {{"long"}, {"2"}}}, {}};
  EXPECT_EQ(to_text(table, false, 0), "A     B\nä     1\nlong  2\n");
}

TEST(TableText, The_last_column_is_cut_to_the_terminal) {
  Table table{{}, {{{"a"}, {std::string(100, 'x')}}}, {}};
  EXPECT_EQ(shown_width(to_text(table, false, 20)), 21u);
}

TEST(Names, A_run_and_a_task_run_are_told_apart) {
  EXPECT_EQ(parse_run_name("12")->run, 12u);
  EXPECT_EQ(parse_run_name("12/etl[3]/clean")->task_run, "etl[3]/clean");
  for (const char* wrong : {"", "x", "0", "12/", "-1", "12x", "99999999999999999999999"})
    EXPECT_FALSE(parse_run_name(wrong)) << wrong;
}

class EventReaderTest : public ::testing::Test {
 protected:
  std::string event(int commit, const std::string& task, const std::string& type = "task_run",
                    const std::string& state = "done") {
    return "id: " + std::to_string(commit) + "\ndata: {\"commit\": " + std::to_string(commit) +
           ", \"type\": \"" + type + "\", \"state\": \"" + state + "\", \"task\": \"" + task +
           "\"}\n\n";
  }
  std::vector<std::string> tasks_;
  EventReader reader_{[this](const wire::Event& e, std::string_view) { tasks_.push_back(e.task); }};
};

TEST_F(EventReaderTest, Events_cut_into_pieces_are_put_together) {
  for (char c : event(1, "a") + ": keep alive\n\n" + event(2, "b")) reader_.take(std::string(1, c));
  EXPECT_THAT(tasks_, ElementsAre("a", "b"));
}

TEST_F(EventReaderTest, After_a_break_nothing_is_told_twice_and_nothing_is_left_out) {
  reader_.take(event(1, "a") + event(2, "b"));
  EXPECT_EQ(reader_.resume_after(), "1");
  reader_.restart();
  reader_.take(event(2, "b") + event(2, "c") + event(3, "d"));
  EXPECT_THAT(tasks_, ElementsAre("a", "b", "c", "d"));
}

TEST_F(EventReaderTest, The_event_that_ends_the_run_ends_the_stream) {
  EXPECT_TRUE(reader_.take(event(1, "", "run", "running")));
  EXPECT_FALSE(reader_.take(event(2, "", "run", "succeeded")));
}

}  // namespace
}  // namespace mlp::mlpctl
