// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/names.h"

#include <charconv>

#include "base/text.h"

namespace mlp::mlpctl {

std::string RunName::to_text() const {
  return std::to_string(run) + (task_run.empty() ? "" : "/" + task_run);
}

Result<RunName> parse_run_name(std::string_view text) {
  RunName name;
  auto slash = text.find('/');
  auto number = text.substr(0, slash);
  auto [end, error] = std::from_chars(number.begin(), number.end(), name.run);
  bool is_number = error == std::errc() && end == number.end() && name.run > 0;
  if (slash != std::string_view::npos) name.task_run = std::string(text.substr(slash + 1));
  if (!is_number || (slash != std::string_view::npos && name.task_run.empty()))
    return Error{
        ErrorCode::kInvalid,
        "`" + printable(text) +
            "` is no run and no task run\n  = help: a run is a number "
            "like `12`, a task run is named like `12/fit[2]`; `mlpctl runs` lists the runs"};
  return name;
}

}  // namespace mlp::mlpctl
