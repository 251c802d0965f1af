// SPDX-License-Identifier: Apache-2.0
//
// Buckets a, l and G: attempts, which of them are live, and their small logs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/model/run.h"
#include "runtime/store/kv.h"

namespace mlp::store {

void put_attempt(Batch& batch, const model::Attempt& attempt);
Result<std::optional<model::Attempt>> find_attempt(const View& view, model::AttemptId id);
/// One that a scan came by.
Result<model::Attempt> read_attempt(std::string_view key, std::string_view bytes);
/// The attempts of a task run in order; one without a record is left out.
Result<std::vector<model::Attempt>> list_attempts(const View& view, const model::TaskRun& task_run);

struct Live {
  model::AttemptId attempt;
  std::string where;  // "local/" and the runner's generation
};

void put_live(Batch& batch, model::AttemptId attempt, std::string_view where);
void remove_live(Batch& batch, model::AttemptId attempt);
Result<std::vector<Live>> list_live(const View& view);

/// Up to model::kSmallObject bytes; a larger log is the file logs/<attempt>.
void put_log(Batch& batch, model::AttemptId attempt, std::string_view bytes);
Result<std::optional<std::string>> find_log(const View& view, model::AttemptId attempt);

}  // namespace mlp::store
