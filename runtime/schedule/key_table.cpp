// SPDX-License-Identifier: Apache-2.0
//
// Leaders and waiters by key.
#include "runtime/schedule/key_table.h"

namespace mlp::schedule {

bool KeyTable::join(TaskEntry& entry) {
  entry.holds_key = true;
  Flight& flight = flights_[entry.record.key];
  if (flight.leader == nullptr && !flight.reserved) {
    flight.leader = &entry;
    return true;
  }
  flight.waiters.push_back(&entry);
  return false;
}

void KeyTable::reserve(const Digest& key, model::AttemptId attempt) {
  flights_[key].reserved = attempt;
}

void KeyTable::claim(TaskEntry& entry) {
  entry.holds_key = true;
  Flight& flight = flights_[entry.record.key];
  MLP_CHECK(flight.leader == nullptr);
  flight.leader = &entry;
  flight.reserved = {};
}

TaskEntry* KeyTable::release(const Digest& key, model::AttemptId attempt) {
  auto found = flights_.find(key);
  if (found == flights_.end() || found->second.reserved != attempt) return nullptr;
  found->second.reserved = {};
  return take_over(found);
}

TaskEntry* KeyTable::leader(const Digest& key) const {
  auto found = flights_.find(key);
  return found == flights_.end() ? nullptr : found->second.leader;
}

TaskEntry* KeyTable::leave(TaskEntry& entry) {
  if (!entry.holds_key) return nullptr;
  entry.holds_key = false;
  auto found = flights_.find(entry.record.key);
  if (found->second.leader == &entry) return take_over(found);
  found->second.waiters.remove(&entry);
  return nullptr;
}

TaskEntry* KeyTable::take_over(std::unordered_map<Digest, Flight>::iterator flight) {
  std::list<TaskEntry*>& waiters = flight->second.waiters;
  if (waiters.empty()) {
    flights_.erase(flight);
    return nullptr;
  }
  TaskEntry* next = waiters.front();
  waiters.pop_front();
  flight->second.leader = next;
  return next;
}

std::vector<TaskEntry*> KeyTable::dissolve(const Digest& key) {
  auto found = flights_.find(key);
  if (found == flights_.end()) return {};
  Flight flight = std::move(found->second);
  flights_.erase(found);
  if (flight.leader != nullptr) flight.leader->holds_key = false;
  for (TaskEntry* waiter : flight.waiters) waiter->holds_key = false;
  return {flight.waiters.begin(), flight.waiters.end()};
}

}  // namespace mlp::schedule
