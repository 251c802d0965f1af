// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/repair.h"

#include "runtime/store/object_records.h"

namespace mlp::fsck {

Status put_repair(const store::View& view, const Repair& repair, store::Batch& batch) {
  for (const store::Batch::Change& change : repair.batch.changes()) {
    if (change.is_delete) {
      batch.remove(change.family, change.key);
    } else {
      batch.put(change.family, change.key, change.value);
    }
  }
  for (const Digest& lost : repair.lost) {
    store::ObjectRecord record;
    MLP_ASSIGN(const std::optional<store::ObjectRecord> known, store::find_object(view, lost));
    if (known) record = *known;
    record.digest = lost;
    store::put_lost_object(batch, record);
  }
  return {};
}

}  // namespace mlp::fsck
