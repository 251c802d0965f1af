// SPDX-License-Identifier: Apache-2.0
//
// Finding one's way in a tree of frames.
#include "runtime/schedule/run_state.h"

#include <algorithm>

namespace mlp::schedule {

const plan::Statement& statement_of(const Frame& frame, std::uint32_t slot) {
  return frame.run->plan().statement(frame.block().statements[slot]);
}

Frame& frame_of(Frame& frame, StatementId id) {
  BlockId block = frame.run->plan().statement(id).block;
  Frame* at = &frame;
  while (at->block().id != block) {
    at = at->parent;
    MLP_CHECK(at != nullptr);
  }
  return *at;
}

Slot& slot_of(Frame& frame, StatementId id) {
  return frame_of(frame, id).slots[frame.run->layout().of(id).slot];
}

model::Items items_of(const Frame& frame) {
  model::Items items;
  for (const Frame* at = &frame; at->parent != nullptr; at = at->parent) {
    if (statement_of(*at->parent, at->parent_slot).kind == plan::StatementKind::kFor) {
      items.push_back(at->item);
    }
  }
  std::reverse(items.begin(), items.end());
  return items;
}

model::TaskRunId task_run_id(const Frame& frame, TaskId task) {
  return {frame.run->spec.id, task, items_of(frame)};
}

}  // namespace mlp::schedule
