// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/ids.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace mlp::model {
namespace {

/// How many item numbers stand after each part of the task's name, outermost part first. The
/// second is false where the blocks do not match the parts of the name.
std::pair<std::vector<std::size_t>, bool> items_by_part(const plan::Plan& plan,
                                                        const plan::Task& task,
                                                        std::size_t part_count) {
  std::vector<std::size_t> counts{0};  // innermost first while walking upward
  plan::StatementId at = plan.statement(task.statement).id;
  while (true) {
    const plan::Statement& inner = plan.statement(at);
    const plan::StatementId parent = plan.block(inner.block).parent;
    if (!parent) break;
    const plan::StatementKind kind = plan.statement(parent).kind;
    if (kind == plan::StatementKind::kFor) ++counts.back();
    if (kind == plan::StatementKind::kBlock) counts.push_back(0);
    at = parent;
  }
  std::reverse(counts.begin(), counts.end());
  return {counts, counts.size() == part_count};
}

std::string item_text(const Items& items, std::size_t from, std::size_t count) {
  std::string text;
  for (std::size_t i = from; i < from + count && i < items.size(); ++i) {
    text += "[" + std::to_string(items[i]) + "]";
  }
  return text;
}

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// Takes "[1][2]" off the end of a part of a name.
bool take_items(std::string& part, Items& items) {
  const std::size_t open = part.find('[');
  if (open == std::string::npos) return true;
  std::string_view rest = std::string_view(part).substr(open);
  while (!rest.empty()) {
    const std::size_t close = rest.find(']');
    std::uint32_t item = 0;
    if (rest[0] != '[' || close == std::string_view::npos) return false;
    if (!parse_number(rest.substr(1, close - 1), item)) return false;
    items.push_back(item);
    rest.remove_prefix(close + 1);
  }
  part.resize(open);
  return true;
}

Error not_a_name(std::string_view text) {
  return {ErrorCode::kInvalid, "'" + printable(text) +
                                   "' is not the name of a task run; write RUN/TASK, "
                                   "as 12/fit or 12/fit[2]"};
}

}  // namespace

std::string task_run_name(const TaskRunId& id, const plan::Plan& plan) {
  const plan::Task& task = plan.task(id.task);
  if (id.items.empty()) return task.name;
  const std::vector<std::string> parts = split(task.name, '/');
  const auto [counts, matches] = items_by_part(plan, task, parts.size());
  if (!matches) return task.name + item_text(id.items, 0, id.items.size());
  std::string text;
  std::size_t next = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += '/';
    text += parts[i] + item_text(id.items, next, counts[i]);
    next += counts[i];
  }
  return text;
}

std::string to_text(const TaskRunId& id, const plan::Plan& plan) {
  return id.run.to_string() + "/" + task_run_name(id, plan);
}

Result<RunId> parse_run(std::string_view text) {
  std::uint64_t number = 0;
  if (!parse_number(text.substr(0, text.find('/')), number) || number == 0) {
    return Error{ErrorCode::kInvalid,
                 "'" + printable(text) + "' is not a run; write its number, as 12"};
  }
  return RunId(number);
}

Result<TaskRunId> parse_task_run(std::string_view text, const plan::Plan& plan) {
  TaskRunId id;
  MLP_ASSIGN(id.run, parse_run(text));
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return not_a_name(text);
  std::vector<std::string> parts = split(text.substr(slash + 1), '/');
  for (std::string& part : parts) {
    if (!take_items(part, id.items) || part.empty()) return not_a_name(text);
  }
  const std::string name = join(parts, "/");
  std::vector<std::string> names;
  for (const plan::Task& task : plan.tasks) {
    if (task.name == name) id.task = task.id;
    names.push_back(task.name);
  }
  const std::string shown(text.substr(slash + 1));
  if (!id.task) {
    const std::string near = nearest(name, names);
    return Error{ErrorCode::kNotFound,
                 "pipeline " + plan.pipeline + " has no task '" + printable(name) + "'" +
                     (near.empty() ? "" : "; did you mean '" + near + "'?")};
  }
  if (id.items.size() != plan.task(id.task).depth || task_run_name(id, plan) != shown) {
    TaskRunId example = id;
    example.items.assign(plan.task(id.task).depth, 0);
    return Error{ErrorCode::kNotFound, "there is no task run '" + printable(text) +
                                           "'; its name looks like " + to_text(example, plan)};
  }
  return id;
}

}  // namespace mlp::model
