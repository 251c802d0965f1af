// SPDX-License-Identifier: Apache-2.0
//
// Statements: when one starts, what follows when it settles, blocks instantiated as frames and
// finished. `for` is in expansion.cpp. What a task call goes through is dispatch.h's.
//
// Nothing here recurses along the plan: what follows from a settled statement goes on an agenda.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "runtime/schedule/core.h"
#include "runtime/schedule/dispatch.h"

namespace mlp::schedule {

/// A `for` without limit is expanded while fewer task runs of its run than this wait to start:
/// enough to keep all cores busy between two events, few enough to cost no memory.
inline constexpr std::uint64_t kReadyTarget = 1'000;
/// Items of one `for` with a frame, when what they wait for is not their start.
inline constexpr std::uint64_t kLiveItems = 2'000;
/// More items than this are refused: item numbers have 32 bits, and results must fit in memory.
inline constexpr std::uint64_t kMaxItems = 100'000'000;

class BlockMachine {
 public:
  BlockMachine(Core& core, Dispatch& dispatch) : core_(core), dispatch_(dispatch) {}

  void begin_run(RunState& run);
  /// Until nothing more follows from what happened.
  void work();
  bool has_work() const { return !agenda_.empty() || !core_.settlements.empty(); }
  /// Instantiates items of `for`s, at most `budget`, which it lowers. Calls work().
  void expand(RunState& run, std::uint64_t& budget);
  void evaluation_done(EvaluationDone done);
  void cancel(RunState& run);

 private:
  struct Due {
    Frame* frame;
    std::uint32_t slot;  // or kResult: all its statements are settled
  };

  // frames
  Frame& instantiate(RunState& run, BlockId block, Frame* parent, std::uint32_t parent_slot,
                     std::uint32_t item);
  void link(Frame& frame, std::uint32_t slot);
  void link_result(Frame& frame);
  const plan::Value* find_argument(const Frame& frame, std::uint32_t slot) const;
  void finish_when_settled(Frame& frame);
  void finish(Frame& frame);
  void close(Frame& frame, Outcome outcome);
  void end_run(RunState& run, Outcome outcome);

  // statements
  void start(Frame& frame, std::uint32_t slot);
  void compute(Frame& frame, std::uint32_t slot);
  void ask_helper(Frame& frame, std::uint32_t slot);
  void computed(Frame& frame, std::uint32_t slot, Evaluation evaluation);
  void carry_on(Frame& frame, std::uint32_t slot, std::vector<plan::Value> values);
  void choose_arm(Frame& frame, std::uint32_t slot, bool condition);
  void pass_gate(Frame& frame, std::uint32_t slot, bool is_passed);
  void skip(Frame& frame, std::uint32_t slot, StatementId blocker);
  void fail(Frame& frame, std::uint32_t slot, std::string error, bool is_fault);
  void leave_unknown(Frame& frame, std::uint32_t slot, StatementId until);
  void settle(Frame& frame, std::uint32_t slot, Outcome outcome);
  void release(Frame& frame, std::uint32_t slot, bool is_stream);
  void arrive(Frame& frame, std::uint32_t slot);
  void note(Frame& frame, const Outcome& outcome);

  // blocks that are never instantiated
  void skip_statement(RunState& run, const plan::Statement& statement, const model::Items& items,
                      const std::string& reason);
  void skip_block(RunState& run, BlockId block, const model::Items& items,
                  const std::string& reason);
  void unknown_block(RunState& run, BlockId block, const model::Items& items, StatementId until,
                     std::uint64_t count);

  // `for` (expansion.cpp)
  void begin_for(Frame& frame, std::uint32_t slot, std::vector<plan::Value> values);
  bool take_lists(ForState& items, std::vector<plan::Value> values);
  void follow(ForState& items, ForState& stream);
  void item_arrived(ForState& items, std::uint64_t item, OutcomeKind kind);
  void tell_followers(ForState& items, std::uint64_t item, OutcomeKind kind);
  void skip_items(ForState& items, ItemRange range);
  void list_expandable(ForState& items);
  bool can_expand(const ForState& items) const;
  void expand_item(ForState& items);
  void item_finished(ForState& items, std::uint64_t item, Outcome outcome);
  void check_finished(ForState& items);
  void finish_for(ForState& items);
  Outcome outcome_of(ForState& items);

  Core& core_;
  Dispatch& dispatch_;
  std::deque<Due> agenda_;
};

}  // namespace mlp::schedule
