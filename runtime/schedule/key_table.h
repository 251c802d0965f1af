// SPDX-License-Identifier: Apache-2.0
//
// Equal keys in flight run once: the first task run with a key leads, from the moment it is ready
// to its end; others wait behind it without a slot. Nothing of this is stored.
//
// Because a key is in the table from ready to end, a second look into the store when the leader is
// taken from the queue could find nothing that the first did not: all who might have recorded the
// key wait behind it.
#pragma once

#include <list>
#include <unordered_map>
#include <vector>

#include "runtime/schedule/run_state.h"

namespace mlp::schedule {

class KeyTable {
 public:
  /// True: the entry leads. False: it waits behind another.
  bool join(TaskEntry& entry);
  /// An attempt that lived through a restart leads before its task run is met again.
  void reserve(const Digest& key, model::AttemptId attempt);
  /// The task run of a reserved attempt is met: it leads.
  void claim(TaskEntry& entry);
  /// A reserved attempt failed before its task run was met: its end is recorded with the start of
  /// who takes over. Returns that one, or null.
  TaskEntry* release(const Digest& key, model::AttemptId attempt);
  /// The leader of a key; null when there is none.
  TaskEntry* leader(const Digest& key) const;
  /// The entry ended without success or gave up. Returns the first waiter when it takes over.
  TaskEntry* leave(TaskEntry& entry);
  /// The leader, or the attempt that leads, succeeded: all who waited, in order. The key is no longer in flight.
  std::vector<TaskEntry*> dissolve(const Digest& key);
  std::size_t size() const { return flights_.size(); }

 private:
  struct Flight {
    TaskEntry* leader = nullptr;
    model::AttemptId reserved;  // leads in place of an entry
    std::list<TaskEntry*> waiters;
  };
  TaskEntry* take_over(std::unordered_map<Digest, Flight>::iterator flight);

  std::unordered_map<Digest, Flight> flights_;  // looked up only, never iterated
};

}  // namespace mlp::schedule
