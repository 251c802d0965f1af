// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/count_records.h"

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {
namespace {

model::Counts to_counts(const records::Counts& message) {
  model::Counts counts;
  counts.waiting = message.waiting();
  counts.queued = message.queued();
  counts.running = message.running();
  counts.backoff = message.backoff();
  counts.ran = message.ran();
  counts.hit = message.hit();
  counts.failed = message.failed();
  counts.skipped = message.skipped();
  counts.cancelled = message.cancelled();
  counts.total = message.total();
  counts.is_total_known = message.is_total_known();
  return counts;
}

}  // namespace

void put_counts(Batch& batch, model::RunId run, model::TaskId task, const model::Counts& counts) {
  thread_local records::Counts message;
  message.Clear();
  message.set_waiting(counts.waiting);
  message.set_queued(counts.queued);
  message.set_running(counts.running);
  message.set_backoff(counts.backoff);
  message.set_ran(counts.ran);
  message.set_hit(counts.hit);
  message.set_failed(counts.failed);
  message.set_skipped(counts.skipped);
  message.set_cancelled(counts.cancelled);
  message.set_total(counts.total);
  message.set_is_total_known(counts.is_total_known);
  batch.put(Family::kRecords, counts_key(run, task), to_record(kRecordVersion, message));
}

Result<std::vector<std::pair<model::TaskId, model::Counts>>> list_counts(const View& view,
                                                                         model::RunId run) {
  std::vector<std::pair<model::TaskId, model::Counts>> all;
  Status problem;
  MLP_TRY(view.scan(Family::kRecords, counts_prefix(run), {},
                    [&](std::string_view key, std::string_view bytes) {
                      records::Counts message;
                      problem = from_record("counts", bytes, message);
                      if (!problem) return false;
                      KeyReader in(key);
                      in.u64();
                      all.emplace_back(model::TaskId(in.u32()), to_counts(message));
                      return true;
                    }));
  MLP_TRY(problem);
  return all;
}

}  // namespace mlp::store
