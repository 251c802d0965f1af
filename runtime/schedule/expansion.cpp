// SPDX-License-Identifier: Apache-2.0
//
// `for`: a range of items that becomes frames lazily. Results are kept only where something reads
// them; items that were not reached cost nothing.
#include <algorithm>

#include "runtime/schedule/block_machine.h"
#include "runtime/schedule/counts.h"

namespace mlp::schedule {
namespace {

const plan::Statement& statement_of(const ForState& items) {
  return statement_of(*items.frame, items.slot);
}

const StatementLayout& layout_of(const ForState& items) {
  return items.frame->run->layout().of(statement_of(items).id);
}

// Items of this `for` that come with one item of its first list.
std::uint64_t items_each(const ForState& items) {
  return items.sizes[0] == 0 ? 0 : items.total / items.sizes[0];
}

// nullopt when there are more than kMaxItems.
std::optional<std::uint64_t> product(const std::vector<std::uint64_t>& sizes) {
  std::uint64_t total = 1;
  for (std::uint64_t size : sizes) {
    if (size == 0) return 0;
  }
  for (std::uint64_t size : sizes) {
    if (total > kMaxItems / size) return std::nullopt;
    total *= size;
  }
  return total;
}

void make_room(ForState& items) {
  const StatementLayout& layout = layout_of(items);
  if (layout.is_read) items.results.resize(items.total);
  if (layout.is_streamed) items.outcomes.resize(items.total, OutcomeKind::kOpen);
}

// Which item of list `source` belongs to an item: the last list varies fastest.
std::uint64_t index_in(const ForState& items, std::size_t source, std::uint64_t item) {
  for (std::size_t i = items.sizes.size() - 1; i > source; --i) item /= items.sizes[i];
  return item % items.sizes[source];
}

const plan::Value& item_value(const ForState& items, std::size_t source, std::uint64_t index) {
  if (source == 0 && items.stream != nullptr) return items.stream->results[index];
  return items.lists[source].as_list()[index];
}

bool is_tolerated(const ForState& items) {
  if (items.has_fault) return false;
  const plan::Statement& statement = statement_of(items);
  if (statement.tolerate_is_percent) {
    return items.failed * 100 <= std::uint64_t{statement.tolerate} * items.total;
  }
  return items.failed <= statement.tolerate;
}

plan::List take_results(ForState& items) {
  if (items.failed == 0) return std::move(items.results);
  plan::List kept;
  for (std::uint64_t i = 0; i < items.results.size(); ++i) {
    if (items.outcomes[i] == OutcomeKind::kValue) kept.push_back(std::move(items.results[i]));
  }
  return kept;
}

}  // namespace

// ---- begin ------------------------------------------------------------------------------------

void BlockMachine::begin_for(Frame& frame, std::uint32_t slot_number,
                             std::vector<plan::Value> values) {
  Slot& slot = frame.slots[slot_number];
  slot.items = std::make_unique<ForState>();
  ForState& items = *slot.items;
  items.frame = &frame;
  items.slot = slot_number;
  if (!take_lists(items, std::move(values))) return;
  make_room(items);
  expect_block(*frame.run, statement_of(items).body, items.total);
  slot.has_begun = true;
  release(frame, slot_number, true);
  if (items.stream != nullptr) {
    follow(items, *items.stream);
  } else if (items.total > 0) {
    items.pending.push_back({0, items.total});
    list_expandable(items);
  }
  check_finished(items);
}

// False when it could not begin: the statement is settled then.
bool BlockMachine::take_lists(ForState& items, std::vector<plan::Value> values) {
  const plan::Statement& statement = statement_of(items);
  const StatementLayout& layout = layout_of(items);
  if (layout.stream) {
    Slot& stream = slot_of(*items.frame, layout.stream);
    if (stream.outcome == OutcomeKind::kUnknown) {
      leave_unknown(*items.frame, items.slot, layout.stream);
      return false;
    }
    items.stream = stream.items.get();
    values.insert(values.begin(), stream.value);
  }
  items.lists.assign(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(statement.sources.size()));
  for (std::size_t i = 0; i < items.lists.size(); ++i) {
    bool is_streamed = i == 0 && items.stream != nullptr;
    items.sizes.push_back(is_streamed ? items.stream->total : items.lists[i].as_list().size());
  }
  std::string place = to_text(items.frame->run->plan(), statement.place) + ": ";
  std::optional<std::uint64_t> total = product(items.sizes);
  std::int64_t limit = statement.limit ? values.back().as_int() : kLiveItems;
  if (!total || limit < 1) {
    fail(*items.frame, items.slot,
         place + (total ? "`limit` must be at least 1, is " + std::to_string(limit)
                        : "more than " + std::to_string(kMaxItems) + " items"),
         true);
    return false;
  }
  items.total = *total;
  items.limit = std::min<std::uint64_t>(static_cast<std::uint64_t>(limit), kLiveItems);
  return true;
}

// ---- items that come one by one ---------------------------------------------------------------

void BlockMachine::follow(ForState& items, ForState& stream) {
  stream.followers.push_back(&items);
  for (std::uint64_t i = 0; i < stream.total; ++i) {
    if (stream.outcomes[i] != OutcomeKind::kOpen) item_arrived(items, i, stream.outcomes[i]);
  }
}

void BlockMachine::item_arrived(ForState& items, std::uint64_t item, OutcomeKind kind) {
  std::uint64_t each = items_each(items);
  if (each == 0) return;
  ItemRange range{item * each, (item + 1) * each};
  StatementId stream = layout_of(items).stream;
  if (kind == OutcomeKind::kValue) {
    items.pending.push_back(range);
    return list_expandable(items);
  }
  items.settled += each;
  if (kind == OutcomeKind::kUnknown) {
    items.unknown += each;
    items.cause = items.stream->cause ? items.stream->cause : stream;
    unknown_block(*items.frame->run, statement_of(items).body, items_of(*items.frame), items.cause,
                  each);
  } else {
    items.cause = items.frame->run->layout().outer_of(items.cause, stream);
    skip_items(items, range);
    kind = OutcomeKind::kSkipped;
  }
  for (std::uint64_t i = range.from; i < range.to; ++i) tell_followers(items, i, kind);
}

void BlockMachine::tell_followers(ForState& items, std::uint64_t item, OutcomeKind kind) {
  if (!items.outcomes.empty()) items.outcomes[item] = kind;
  // A copy: a follower that finishes takes itself out.
  for (ForState* follower : std::vector<ForState*>(items.followers)) {
    item_arrived(*follower, item, kind);
    check_finished(*follower);
  }
}

void BlockMachine::skip_items(ForState& items, ItemRange range) {
  items.skipped += range.to - range.from;
  model::Items path = items_of(*items.frame);
  path.push_back(0);
  for (std::uint64_t item = range.from; item < range.to; ++item) {
    path.back() = static_cast<std::uint32_t>(item);
    skip_block(*items.frame->run, statement_of(items).body, path, "the item it needs failed");
  }
}

// ---- expansion --------------------------------------------------------------------------------

void BlockMachine::list_expandable(ForState& items) {
  if (items.is_listed || !can_expand(items)) return;
  items.is_listed = true;
  items.frame->run->expandable.push_back(&items);
  touch(core_, *items.frame->run);
}

bool BlockMachine::can_expand(const ForState& items) const {
  return !items.pending.empty() && items.live < items.limit;
}

void BlockMachine::expand(RunState& run, std::uint64_t& budget) {
  while (budget > 0 && run.waiting_to_start < kReadyTarget && !run.expandable.empty()) {
    ForState& items = *run.expandable.back();
    if (!can_expand(items)) {
      items.is_listed = false;
      run.expandable.pop_back();
      continue;
    }
    expand_item(items);
    --budget;
    work();
  }
}

void BlockMachine::expand_item(ForState& items) {
  ItemRange& range = items.pending.front();
  std::uint64_t item = range.from++;
  if (range.from == range.to) items.pending.pop_front();
  ++items.live;
  const plan::Statement& statement = statement_of(items);
  RunState& run = *items.frame->run;
  Frame& frame =
      instantiate(run, statement.body, items.frame, items.slot, static_cast<std::uint32_t>(item));
  for (std::size_t i = 0; i < statement.sources.size(); ++i) {
    std::uint32_t slot = run.layout().of(statement.sources[i].item).slot;
    const plan::Value& value = item_value(items, i, index_in(items, i, item));
    settle(frame, slot, {OutcomeKind::kValue, value, {}, {}});
  }
}

// ---- end --------------------------------------------------------------------------------------

void BlockMachine::item_finished(ForState& items, std::uint64_t item, Outcome outcome) {
  --items.live;
  ++items.settled;
  OutcomeKind kind = outcome.kind;
  if (kind == OutcomeKind::kFailed) {
    bool is_first_fault = outcome.is_fault && !items.has_fault;
    if (items.failed++ == 0 || is_first_fault) items.error = std::move(outcome.error);
    items.has_fault = items.has_fault || outcome.is_fault;
    // From the first failure on it matters which items have values.
    if (items.outcomes.empty()) items.outcomes.resize(items.total, OutcomeKind::kValue);
  }
  if (kind == OutcomeKind::kSkipped) ++items.skipped;
  if (kind == OutcomeKind::kUnknown) ++items.unknown;
  if (kind == OutcomeKind::kSkipped) {
    items.cause = items.frame->run->layout().outer_of(items.cause, outcome.cause);
  } else if (outcome.cause) {
    items.cause = outcome.cause;
  }
  if (!items.results.empty()) items.results[item] = std::move(outcome.value);
  touch(core_, *items.frame->run);
  list_expandable(items);
  tell_followers(items, item, kind);
  check_finished(items);
}

void BlockMachine::check_finished(ForState& items) {
  if (items.settled == items.total) finish_for(items);
}

void BlockMachine::finish_for(ForState& items) {
  RunState& run = *items.frame->run;
  if (items.is_listed) std::erase(run.expandable, &items);
  if (items.stream != nullptr) std::erase(items.stream->followers, &items);
  Outcome outcome = outcome_of(items);
  bool is_whole = outcome.kind == OutcomeKind::kValue;
  if (is_whole) outcome.value = plan::Value::of_list(take_results(items));
  // Followers may not have reached all items yet; what failed goes on being followed as it is.
  for (ForState* follower : items.followers) {
    if (!is_whole) break;
    follower->lists[0] = outcome.value;
    follower->stream = nullptr;
  }
  settle(*items.frame, items.slot, std::move(outcome));
}

Outcome BlockMachine::outcome_of(ForState& items) {
  // As for a block: what lacks something outside is skipped, unless an expression is at fault.
  if (items.skipped > 0 && !items.has_fault) return {OutcomeKind::kSkipped, {}, {}, items.cause};
  if (!is_tolerated(items)) {
    std::string error = std::move(items.error);
    if (items.total > 1) {
      error += " (" + std::to_string(items.failed) + " of " + std::to_string(items.total) +
               " items failed)";
    }
    return {OutcomeKind::kFailed, {}, std::move(error), {}, items.has_fault};
  }
  if (items.unknown > 0) return {OutcomeKind::kUnknown, {}, {}, items.cause};
  return {OutcomeKind::kValue, {}, {}, {}};
}

}  // namespace mlp::schedule
