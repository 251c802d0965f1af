// SPDX-License-Identifier: Apache-2.0
//
// Which task runs of a run an input is computed from, by following the plan's expressions. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/plan/plan.h"
#include "runtime/model/ids.h"

namespace mlp::lineage {

/// A task, and the items that are known of its path; fewer than its depth: all items below them.
struct Producer {
  model::TaskId task;
  model::Items items;
  auto operator<=>(const Producer&) const = default;
};

/// Producers of the input named `input` of the task run, sorted, each once. Empty for a parameter
/// or a constant.
std::vector<Producer> find_producers(const plan::Plan& plan, model::TaskId task,
                                     const model::Items& items, std::string_view input);

}  // namespace mlp::lineage
