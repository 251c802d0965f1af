// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/scope.h"

namespace mlp::fsck {

bool is_damage(const Error& error) {
  return error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kNotFound ||
         error.code == ErrorCode::kInvalid;
}

std::string name_of(const Scope& scope, const model::TaskRunId& id) {
  const plan::Plan* plan = scope.plan;
  const bool is_known = plan != nullptr && id.task && id.task.value <= plan->tasks.size() &&
                        id.items.size() == plan->task(id.task).depth;
  if (is_known) return model::to_text(id, *plan);
  std::string name = name_of(id.run) + ", task " + id.task.to_string();
  for (const std::uint32_t item : id.items) name += ", item " + std::to_string(item);
  return name;
}

std::string name_of(model::AttemptId attempt) {
  return "attempt " + attempt.to_string();
}

std::string name_of(model::RunId run) {
  return "run " + run.to_string();
}

std::string name_of_object(const Digest& object) {
  return "object " + object.to_hex();
}

}  // namespace mlp::fsck
