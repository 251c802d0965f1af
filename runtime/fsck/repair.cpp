// SPDX-License-Identifier: Apache-2.0
#include "runtime/fsck/repair.h"

#include <algorithm>

#include "runtime/store/meta_records.h"
#include "runtime/store/object_records.h"

namespace mlp::fsck {
namespace {

// A file that is gone already was removed by a repair that was cut short.
Status remove_file(Files& files, const std::string& path) {
  const Status removed = files.remove(path);
  return !removed && removed.error().code == ErrorCode::kNotFound ? Status() : removed;
}

Counters highest(const store::Meta& meta, const std::vector<Finding>& findings) {
  Counters counters{meta.commit, meta.daemon_epoch, meta.last_run};
  for (const Finding& finding : findings) {
    const Counters& least = finding.repair.least;
    counters.commit = std::max(counters.commit, least.commit);
    counters.daemon_epoch = std::max(counters.daemon_epoch, least.daemon_epoch);
    counters.last_run = std::max(counters.last_run, least.last_run);
  }
  return counters;
}

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

}  // namespace

Status put_repairs(const store::View& view, const std::vector<Finding>& findings,
                   store::Batch& batch) {
  for (const Finding& finding : findings) MLP_TRY(put_repair(view, finding.repair, batch));
  MLP_ASSIGN(const store::Meta meta, store::get_meta(view));
  const Counters counters = highest(meta, findings);
  if (counters.commit > meta.commit) store::put_commit(batch, counters.commit);
  if (counters.daemon_epoch > meta.daemon_epoch) {
    store::put_daemon_epoch(batch, counters.daemon_epoch);
  }
  if (counters.last_run > meta.last_run) store::put_last_run(batch, counters.last_run);
  return {};
}

// Records first: a file without a record is only a stray, a record without its file is a lie.
Status mend(const Workshop& workshop, const Findings& findings) {
  const auto view = workshop.kv.view();
  store::Batch batch;
  MLP_TRY(put_repairs(*view, findings.all(), batch));
  MLP_TRY(workshop.kv.write(batch));
  MLP_TRY(workshop.kv.sync());
  MLP_ASSIGN(const store::Meta meta, store::get_meta(*workshop.kv.view()));
  for (const Finding& finding : findings.all()) {
    if (finding.repair.renews_mark) MLP_TRY(workshop.folder.renew_mark(meta.commit));
    for (const Digest& lost : finding.repair.lost) MLP_TRY(workshop.objects.quarantine(lost));
    for (const std::string& stray : finding.repair.strays) {
      MLP_TRY(remove_file(workshop.files, workshop.folder.part(stray)));
    }
  }
  return {};
}

}  // namespace mlp::fsck
