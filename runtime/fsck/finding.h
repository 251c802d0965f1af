// SPDX-License-Identifier: Apache-2.0
//
// What a check finds: which promise a record breaks, in words, and how it can be mended. Data only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "runtime/store/kv.h"

namespace mlp::fsck {

/// Every kind there is (finding.cpp has their names). A name is never used again for another thing.
enum class Kind : std::uint8_t {
  kUnreadable,       // a record cannot be decoded
  kCounter,          // a counter of the store is behind what was given
  kLostCommits,      // the store ends before what was acknowledged, or that cannot be told
  kOrphan,           // a record belongs to nothing
  kRunIndex,         // a run is not, or wrongly, among those of its project
  kCounts,           // counts differ from the task runs
  kTaskRunState,     // a state that is never stored, or one its run forbids
  kLive,             // live attempts and running task runs differ
  kDue,              // back-offs and their times differ
  kAttempt,          // a task run and its attempts contradict each other
  kCommittedTwice,   // two attempts of a task run were committed
  kMissingInput,     // an attempt was started on what is not there
  kMissingOutput,    // a record names an object that was never recorded
  kMissingPlan,      // a run that goes on has lost its plan
  kKey,              // a key stands for outputs its attempt did not make
  kEvents,           // events contradict the records
  kRequest,          // a request names a run that is not there
  kMissingObject,    // an object's bytes are gone
  kDamagedObject,    // an object's bytes are others
  kMissingLog,       // an attempt's log is gone
  kStrayFile,        // a file that no record names
};

/// As in JSON: "missing-object".
std::string_view to_text(Kind kind);

/// Counters of the store, each to be no less than this: several repairs may ask for it.
struct Counters {
  std::uint64_t commit = 0;
  std::uint64_t daemon_epoch = 0;
  std::uint64_t last_run = 0;
};

/// What mends a finding: absolute changes of records, and files to be moved away. All of it is safe
/// to do twice.
struct Repair {
  std::string what;                   // one sentence; empty: nothing can be done
  store::Batch batch;                 // never of counters of the store
  Counters least;
  std::vector<Digest> lost;           // objects to be marked as lost, their files moved to trash/
  std::vector<std::string> strays;    // files to be removed, below the data folder
  bool renews_mark = false;           // of the last acknowledged commit
  bool rescues_store = false;         // a new store of what can be read takes its place
};

/// The record of a finding of the store as a whole.
inline constexpr std::string_view kStoreName = "the store";

struct Finding {
  Kind kind = Kind::kUnreadable;
  std::string record;   // what it is about: "run 12", "attempt 1099511627777", "object ab12…"
  std::string message;  // what is wrong and what that means, for people
  Repair repair;

  bool is_repairable() const { return !repair.what.empty(); }
};

/// Findings kept with their words; more are only counted, so that a ruined store needs no memory.
inline constexpr std::size_t kMaxFindings = 1'000;

class Findings {
 public:
  /// Returns the finding for its repair to be filled in; valid until the next add().
  Finding& add(Kind kind, std::string record, std::string message);
  /// Of the store as a whole: before all others, and kept however many there are.
  Finding& add_of_store(Kind kind, std::string message);
  /// What is added now is only counted.
  bool is_full() const { return all_.size() >= kMaxFindings; }
  /// Those kept: of the store, then the others in the order in which they were found.
  const std::vector<Finding>& all() const { return all_; }
  std::uint64_t total() const { return total_; }
  bool empty() const { return total_ == 0; }
  /// One line each, for tests.
  std::string to_text() const;

 private:
  std::vector<Finding> all_;
  Finding beyond_;
  std::uint64_t total_ = 0;
};

}  // namespace mlp::fsck
