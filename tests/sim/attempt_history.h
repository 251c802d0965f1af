// SPDX-License-Identifier: Apache-2.0
//
// What happened to each attempt, as those saw it to whom it happened: the engine asked for it, it
// went to a runner, its body began and ended, its runner died. Judges by that what a store says of
// it. Believes no record, knows no daemon.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/digest.h"
#include "runtime/model/run.h"

namespace mlp::sim {

class AttemptHistory {
 public:
  using Id = model::AttemptId;
  using Complaints = std::vector<std::string>;

  /// The store has these as started. `generation`: of the runner at the time of the decision.
  void recorded(const std::vector<Id>& live, std::uint64_t generation);
  std::uint64_t generation() const { return generation_; }
  /// The engine asks for it. `work`: equal where a body, its inputs and all else it may read are;
  /// none where it is not to be cached.
  void asked(Id id, const Digest& work);
  /// It has left the daemon for the runner, or for the one that died.
  void sent(Id id);
  /// Its body begins. Complains when it began before, or when equal work is done at this moment.
  Complaints began(Id id);
  void body_ended(Id id);
  /// The daemon knows its end: it will not take it for lost.
  void told(Id id);
  /// With all that it holds.
  void runner_died();
  void daemon_began();
  /// The daemon is connected with this runner. `live`: all that the store has as started and not as
  /// ended. Those of them that may have run in a runner before this one may be recorded as lost: what
  /// this daemon gave away, and what a daemon before it was to give to another runner.
  void welcomed(std::uint64_t generation, const std::vector<Id>& live);

  /// As far as this daemon can know.
  bool goes_on(Id id) const;
  /// Others that do the same work.
  std::vector<Id> equal_to(Id id) const;
  /// What is wrong with this record of an end; empty: nothing. `is_cancel_asked`: of its run.
  std::string judge(const model::Attempt& record, bool is_cancel_asked) const;

 private:
  struct Story {
    Digest work;
    std::uint64_t generation = 0;  // of the runner that was to have it
    bool is_asked = false;
    bool is_sent = false;
    bool is_told = false;
    bool has_begun = false;
    bool has_ended = false;
    bool is_cut_off = false;   // its runner died while its body ran
    bool may_be_lost = false;
  };
  bool runs(const Story& story) const {
    return story.has_begun && !story.has_ended && !story.is_cut_off;
  }

  std::map<Id, Story> stories_;
  std::map<Digest, std::vector<Id>> by_work_;
  std::uint64_t generation_ = 0;
  bool is_daemon_new_ = true;
};

/// An attempt that the store names as lost, but for which no try is counted: it never started.
bool is_given_back(const model::Attempt& attempt);

}  // namespace mlp::sim
