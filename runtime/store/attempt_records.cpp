// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/attempt_records.h"

#include "runtime/store/buckets.h"
#include "runtime/store/record_bytes.h"
#include "runtime/store/records.pb.h"

namespace mlp::store {
namespace {

void fill_end(records::Attempt& message, const model::Attempt& attempt) {
  message.set_ended(attempt.ended.us);
  message.set_reason(static_cast<std::uint32_t>(attempt.outcome.reason));
  message.set_code(attempt.outcome.code);
  message.set_message(attempt.outcome.message);
  message.set_peak_memory_bytes(attempt.usage.peak_memory_bytes);
  message.set_cpu_us(attempt.usage.cpu_us);
  message.set_log_size(attempt.log.size);
  message.set_log_is_file(attempt.log.is_file);
}

void read_end(const records::Attempt& message, model::Attempt& attempt) {
  attempt.ended = Instant{message.ended()};
  attempt.outcome.reason = static_cast<model::EndReason>(message.reason());
  attempt.outcome.code = message.code();
  attempt.outcome.message = message.message();
  attempt.usage.peak_memory_bytes = message.peak_memory_bytes();
  attempt.usage.cpu_us = message.cpu_us();
  attempt.log.size = message.log_size();
  attempt.log.is_file = message.log_is_file();
}

Result<model::Attempt> read_attempt(model::AttemptId id, std::string_view bytes) {
  records::Attempt message;
  MLP_TRY(from_record("attempt " + id.to_string(), bytes, message));
  model::Attempt attempt;
  attempt.id = id;
  attempt.task_run.run = model::RunId(message.run());
  attempt.task_run.task = model::TaskId(message.task());
  attempt.task_run.items.assign(message.items().begin(), message.items().end());
  attempt.number = message.number();
  attempt.executor = message.executor();
  attempt.handle = message.handle();
  attempt.cpus = message.cpus();
  attempt.given = Instant{message.given()};
  attempt.started = Instant{message.started()};
  read_end(message, attempt);
  attempt.key = to_digest(message.key());
  attempt.base = to_digest(message.base());
  attempt.inputs = message.inputs();
  return attempt;
}

}  // namespace

Result<model::Attempt> read_attempt(std::string_view key, std::string_view bytes) {
  return read_attempt(model::AttemptId(KeyReader(key).u64()), bytes);
}

void put_attempt(Batch& batch, const model::Attempt& attempt) {
  thread_local records::Attempt message;
  message.Clear();
  message.set_run(attempt.task_run.run.value);
  message.set_task(attempt.task_run.task.value);
  for (const std::uint32_t item : attempt.task_run.items) message.add_items(item);
  message.set_number(attempt.number);
  message.set_executor(attempt.executor);
  message.set_handle(attempt.handle);
  message.set_cpus(attempt.cpus);
  message.set_given(attempt.given.us);
  message.set_started(attempt.started.us);
  fill_end(message, attempt);
  message.set_key(to_bytes(attempt.key));
  message.set_base(to_bytes(attempt.base));
  message.set_inputs(attempt.inputs);
  batch.put(Family::kRecords, attempt_key(attempt.id), to_record(kRecordVersion, message));
}

Result<std::optional<model::Attempt>> find_attempt(const View& view, model::AttemptId id) {
  MLP_ASSIGN(const std::optional<std::string> bytes, view.get(Family::kRecords, attempt_key(id)));
  if (!bytes) return std::optional<model::Attempt>();
  MLP_ASSIGN(model::Attempt attempt, read_attempt(id, *bytes));
  return std::optional<model::Attempt>(std::move(attempt));
}

Result<std::vector<model::Attempt>> list_attempts(const View& view,
                                                  const model::TaskRun& task_run) {
  std::vector<model::Attempt> attempts;
  for (const model::AttemptId id : task_run.attempts) {
    MLP_ASSIGN(std::optional<model::Attempt> attempt, find_attempt(view, id));
    if (attempt) attempts.push_back(std::move(*attempt));
  }
  return attempts;
}

void put_live(Batch& batch, model::AttemptId attempt, std::string_view where) {
  batch.put(Family::kRecords, live_key(attempt), std::string(where));
}

void remove_live(Batch& batch, model::AttemptId attempt) {
  batch.remove(Family::kRecords, live_key(attempt));
}

Result<std::vector<Live>> list_live(const View& view) {
  std::vector<Live> all;
  MLP_TRY(view.scan(Family::kRecords, bucket_prefix(Bucket::kLive), {},
                    [&](std::string_view key, std::string_view value) {
                      all.push_back({model::AttemptId(KeyReader(key).u64()), std::string(value)});
                      return true;
                    }));
  return all;
}

void put_log(Batch& batch, model::AttemptId attempt, std::string_view bytes) {
  batch.put(Family::kBytes, log_bytes_key(attempt), std::string(bytes));
}

Result<std::optional<std::string>> find_log(const View& view, model::AttemptId attempt) {
  return view.get(Family::kBytes, log_bytes_key(attempt));
}

}  // namespace mlp::store
