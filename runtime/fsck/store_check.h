// SPDX-License-Identifier: Apache-2.0
//
// What must hold of the whole store: every record can be read, belongs to something, and names
// nothing that is not there. Reads a view only: no files, no clock. Works in slices, so that who
// waits for it can show how far it is, or give up.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/fsck/scope.h"
#include "runtime/store/buckets.h"
#include "runtime/store/object_records.h"

namespace mlp::fsck {

/// The plan of a run; an error where it is gone or damaged.
using PlanOf = std::function<Result<std::shared_ptr<const plan::Plan>>(const model::Run&)>;

/// Not thread-safe. `view` and `findings` must outlive it.
class StoreCheck {
 public:
  /// Without `plan_of` plans are not looked at. `unread`: of the small objects; null: all.
  StoreCheck(const store::View& view, Findings& findings, PlanOf plan_of = {},
             Unread* unread = nullptr);

  /// A slice: some hundred records, or one run. False when all is done. An error when the store
  /// cannot be read.
  Result<bool> advance();
  std::uint64_t records() const { return records_; }
  std::uint64_t objects() const { return objects_; }  // small ones, hashed
  std::uint64_t object_bytes() const { return object_bytes_; }

 private:
  struct Pass {
    store::Family family;
    store::Bucket bucket;
    Status (StoreCheck::*look)(std::string_view key, std::string_view value);
  };
  static const std::vector<Pass>& passes();

  Status look_at_run(std::string_view key, std::string_view value);
  Status look_at_project_run(std::string_view key, std::string_view value);
  Status look_at_part_of_run(std::string_view key, std::string_view value);
  Status look_at_attempt(std::string_view key, std::string_view value);
  Status look_at_live(std::string_view key, std::string_view value);
  Status look_at_live_key(const model::Attempt& attempt);
  Status look_at_due(std::string_view key, std::string_view value);
  Status look_at_key(std::string_view key, std::string_view value);
  Status look_at_object(std::string_view key, std::string_view value);
  Status look_at_bytes(const store::ObjectRecord& record, const std::string& name);
  Status look_at_used_by(std::string_view key, std::string_view value);
  Status look_at_request(std::string_view key, std::string_view value);
  Status look_at_snapshot(std::string_view key, std::string_view value);
  Status look_at_object_bytes(std::string_view key, std::string_view value);
  Status look_at_log(std::string_view key, std::string_view value);
  Status check_same_outputs(const std::string& name, std::string_view key,
                            const model::Attempt& maker, const std::vector<model::Output>& outputs);
  Status check_key_outputs(const std::string& name, std::string_view key,
                           const std::vector<model::Output>& outputs);
  Status check_counters();

  Result<bool> has_run(model::RunId run);
  Result<bool> has_record(const std::string& key) const;
  Finding& drop(Kind kind, std::string record, std::string message, store::Family family,
                std::string_view key);

  const store::View& view_;
  Findings& findings_;
  PlanOf plan_of_;
  Unread* unread_;
  std::size_t pass_ = 0;
  std::string from_;  // the next key of the pass; empty: its first
  std::uint64_t records_ = 0;
  std::uint64_t objects_ = 0;
  std::uint64_t object_bytes_ = 0;
  std::map<Digest, model::AttemptId> live_keys_;
  model::RunId last_run_;        // the highest seen
  std::uint64_t last_epoch_ = 0;
  model::RunId known_run_;       // the answer of has_run() for it is remembered
  bool is_known_run_there_ = false;
};

/// All slices at once.
Status check_store(const store::View& view, Findings& findings, PlanOf plan_of = {});

/// The bytes of a folder's manifest: each file in it is recorded.
Status check_manifest(const Scope& scope, const Digest& digest, std::string_view bytes);

}  // namespace mlp::fsck
