// SPDX-License-Identifier: Apache-2.0
//
// Every bucket of the store in one table, and the only functions that build or read its keys.
// A key is one tag byte, then fixed-width big-endian numbers, 32-byte digests or text; so keys of
// one bucket sort by number. Values start with one byte (a state or a version), then Protocol
// Buffers (records.proto) unless said otherwise; they are never digested.
//
// family records
//  tag  bucket        key                      value                                  written when
//  m    meta          name                     u64 or text, see meta_records.h        each batch
//  p    project       project                  name, limits                           rarely
//  s    snapshot      digest                   project, by, time                      submit
//  q    request       principal, 0, client key run, digest of the request, expiry     submit
//  r    run           run                      *state byte*; all of model::Run        submit, end
//  R    project runs  project, 0, run          nothing                                submit
//  c    counts        run, task                task runs by state                     dirty, each turn
//  t    task run      run, task, items         *state byte*; all of model::TaskRun    start, end
//  a    attempt       attempt                  all of model::Attempt                  start, end
//  l    live          attempt                  runner generation or cluster (text)    start; end: gone
//  d    due           wall time, run, task, it remaining delay (u64 us)               back-off
//  k    key           key                      attempt, outputs, expiry               end (success)
//  o    object        digest                   kind, size, places, first attempt, use end, upload
//  u    used by       artifact, run, task      nothing                                first start
//  e    event         run, commit              packed transitions (event_records.h)   each batch
// family bytes
//  O    object        digest                   the bytes of an object up to 16 KiB    with its `o`
//  G    log           attempt                  the bytes of a log up to 16 KiB        end
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/model/ids.h"

namespace mlp::store {

enum class Bucket : char {
  kMeta = 'm',
  kProject = 'p',
  kSnapshot = 's',
  kRequest = 'q',
  kRun = 'r',
  kProjectRun = 'R',
  kCounts = 'c',
  kTaskRun = 't',
  kAttempt = 'a',
  kLive = 'l',
  kDue = 'd',
  kKey = 'k',
  kObject = 'o',
  kUsedBy = 'u',
  kEvent = 'e',
  kObjectBytes = 'O',
  kLogBytes = 'G',
};

/// Builds a key field by field. Numbers are big-endian.
class KeyBuilder {
 public:
  explicit KeyBuilder(Bucket bucket) : key_(1, static_cast<char>(bucket)) {}
  KeyBuilder& u32(std::uint32_t number);
  KeyBuilder& u64(std::uint64_t number);
  KeyBuilder& digest(const Digest& digest) { key_.append(digest.view()); return *this; }
  KeyBuilder& text(std::string_view text) { key_.append(text); return *this; }
  /// Text and a zero byte, where something follows. The text holds no zero byte.
  KeyBuilder& name(std::string_view text) { key_.append(text).push_back('\0'); return *this; }
  std::string take() { return std::move(key_); }

 private:
  std::string key_;
};

/// Reads the fields of a key back. After a short field ok() is false and all reads give zero.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key.substr(key.empty() ? 0 : 1)) {}
  std::uint32_t u32();
  std::uint64_t u64();
  Digest digest();
  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::string_view take(std::size_t count);
  std::string_view rest_;
  bool ok_ = true;
};

/// All keys of a bucket begin with it.
std::string bucket_prefix(Bucket bucket);

std::string meta_key(std::string_view name);
std::string snapshot_key(const Digest& snapshot);
std::string request_key(std::string_view principal, std::string_view client_key);
std::string run_key(model::RunId run);
std::string project_runs_prefix(std::string_view project);
std::string project_run_key(std::string_view project, model::RunId run);
std::string counts_prefix(model::RunId run);
std::string counts_key(model::RunId run, model::TaskId task);
std::string task_runs_prefix(model::RunId run);
std::string task_runs_prefix(model::RunId run, model::TaskId task);
std::string task_run_key(const model::TaskRunId& id);
std::string attempt_key(model::AttemptId attempt);
std::string live_key(model::AttemptId attempt);
std::string due_key(Instant due, const model::TaskRunId& id);
std::string key_key(const Digest& key);
std::string object_key(const Digest& object);
std::string used_by_prefix(const Digest& artifact);
std::string used_by_key(const Digest& artifact, model::RunId run, model::TaskId task);
std::string events_prefix(model::RunId run);
std::string event_key(model::RunId run, std::uint64_t commit);
std::string object_bytes_key(const Digest& object);
std::string log_bytes_key(model::AttemptId attempt);

/// Reads run, task and as many items as follow; kCorrupt for any other length.
Result<model::TaskRunId> read_task_run_id(KeyReader& key);

}  // namespace mlp::store
