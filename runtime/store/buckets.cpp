// SPDX-License-Identifier: Apache-2.0
#include "runtime/store/buckets.h"

namespace mlp::store {
namespace {

template <typename Number>
void append_big_endian(std::string& out, Number number) {
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift));
  }
}

template <typename Number>
Number read_big_endian(std::string_view bytes) {
  Number number = 0;
  for (const char byte : bytes) {
    number = static_cast<Number>(number << 8) | static_cast<unsigned char>(byte);
  }
  return number;
}

KeyBuilder task_run_fields(KeyBuilder key, const model::TaskRunId& id) {
  key.u64(id.run.value).u32(id.task.value);
  for (const std::uint32_t item : id.items) key.u32(item);
  return key;
}

}  // namespace

KeyBuilder& KeyBuilder::u32(std::uint32_t number) {
  append_big_endian(key_, number);
  return *this;
}

KeyBuilder& KeyBuilder::u64(std::uint64_t number) {
  append_big_endian(key_, number);
  return *this;
}

std::string_view KeyReader::take(std::size_t count) {
  if (rest_.size() < count) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint32_t KeyReader::u32() { return read_big_endian<std::uint32_t>(take(4)); }
std::uint64_t KeyReader::u64() { return read_big_endian<std::uint64_t>(take(8)); }

Digest KeyReader::digest() {
  const std::string_view bytes = take(32);
  return ok_ ? Digest::from_bytes(bytes) : Digest();
}

std::string bucket_prefix(Bucket bucket) { return KeyBuilder(bucket).take(); }
std::string meta_key(std::string_view name) {
  return KeyBuilder(Bucket::kMeta).text(name).take();
}
std::string snapshot_key(const Digest& snapshot) {
  return KeyBuilder(Bucket::kSnapshot).digest(snapshot).take();
}
std::string request_key(std::string_view principal, std::string_view client_key) {
  return KeyBuilder(Bucket::kRequest).name(principal).text(client_key).take();
}
std::string run_key(model::RunId run) { return KeyBuilder(Bucket::kRun).u64(run.value).take(); }
std::string project_runs_prefix(std::string_view project) {
  return KeyBuilder(Bucket::kProjectRun).name(project).take();
}
std::string project_run_key(std::string_view project, model::RunId run) {
  return KeyBuilder(Bucket::kProjectRun).name(project).u64(run.value).take();
}
std::string counts_prefix(model::RunId run) {
  return KeyBuilder(Bucket::kCounts).u64(run.value).take();
}
std::string counts_key(model::RunId run, model::TaskId task) {
  return KeyBuilder(Bucket::kCounts).u64(run.value).u32(task.value).take();
}
std::string task_runs_prefix(model::RunId run) {
  return KeyBuilder(Bucket::kTaskRun).u64(run.value).take();
}
std::string task_runs_prefix(model::RunId run, model::TaskId task) {
  return KeyBuilder(Bucket::kTaskRun).u64(run.value).u32(task.value).take();
}
std::string task_run_key(const model::TaskRunId& id) {
  return task_run_fields(KeyBuilder(Bucket::kTaskRun), id).take();
}
std::string attempt_key(model::AttemptId attempt) {
  return KeyBuilder(Bucket::kAttempt).u64(attempt.value).take();
}
std::string live_key(model::AttemptId attempt) {
  return KeyBuilder(Bucket::kLive).u64(attempt.value).take();
}
std::string due_key(Instant due, const model::TaskRunId& id) {
  KeyBuilder key(Bucket::kDue);
  key.u64(static_cast<std::uint64_t>(due.us));
  return task_run_fields(std::move(key), id).take();
}
std::string key_key(const Digest& key) { return KeyBuilder(Bucket::kKey).digest(key).take(); }
std::string object_key(const Digest& object) {
  return KeyBuilder(Bucket::kObject).digest(object).take();
}
std::string used_by_prefix(const Digest& artifact) {
  return KeyBuilder(Bucket::kUsedBy).digest(artifact).take();
}
std::string used_by_key(const Digest& artifact, model::RunId run, model::TaskId task) {
  return KeyBuilder(Bucket::kUsedBy).digest(artifact).u64(run.value).u32(task.value).take();
}
std::string events_prefix(model::RunId run) {
  return KeyBuilder(Bucket::kEvent).u64(run.value).take();
}
std::string event_key(model::RunId run, std::uint64_t commit) {
  return KeyBuilder(Bucket::kEvent).u64(run.value).u64(commit).take();
}
std::string object_bytes_key(const Digest& object) {
  return KeyBuilder(Bucket::kObjectBytes).digest(object).take();
}
std::string log_bytes_key(model::AttemptId attempt) {
  return KeyBuilder(Bucket::kLogBytes).u64(attempt.value).take();
}

Result<model::TaskRunId> read_task_run_id(KeyReader& key) {
  model::TaskRunId id;
  id.run = model::RunId(key.u64());
  id.task = model::TaskId(key.u32());
  while (key.ok() && !key.rest().empty()) id.items.push_back(key.u32());
  if (!key.ok()) return Error{ErrorCode::kCorrupt, "a key of the store is too short"};
  return id;
}

}  // namespace mlp::store
