// SPDX-License-Identifier: Apache-2.0
//
// Frames and statements.
#include "runtime/schedule/block_machine.h"

#include <algorithm>

#include "runtime/schedule/counts.h"
#include "runtime/schedule/evaluation.h"

namespace mlp::schedule {
namespace {

using plan::Statement;
using plan::StatementKind;

bool has_no_value(const Slot& slot) {
  return slot.outcome == OutcomeKind::kFailed || slot.outcome == OutcomeKind::kSkipped ||
         slot.outcome == OutcomeKind::kCancelled;
}

// The first statement without which this one cannot start; none when it can.
StatementId find_blocker(Frame& frame, const StatementLayout& layout) {
  for (StatementId id : layout.awaited) {
    if (has_no_value(slot_of(frame, id))) return id;
  }
  if (!layout.stream) return {};
  // One that began is followed item by item, also where it has failed meanwhile.
  const Slot& stream = slot_of(frame, layout.stream);
  return has_no_value(stream) && !stream.items ? layout.stream : StatementId{};
}

// The statement whose failure left this one without a value.
StatementId root_cause(StatementId id, const Slot& slot) {
  bool is_root = slot.outcome != OutcomeKind::kSkipped || !slot.cause;
  return is_root ? id : slot.cause;
}

void add_waiter(Slot& slot, Waiter waiter) {
  if (!slot.waiters) slot.waiters = std::make_unique<std::vector<Waiter>>();
  slot.waiters->push_back(waiter);
}

// Of all that keeps a statement from starting, what is furthest out: a block around it that knows
// one of them only may hide its failure.
StatementId find_cause(Frame& frame, const StatementLayout& layout) {
  StatementId cause;
  auto add = [&](StatementId id) {
    const Slot& slot = slot_of(frame, id);
    if (has_no_value(slot)) cause = frame.run->layout().outer_of(cause, root_cause(id, slot));
  };
  for (StatementId id : layout.awaited) add(id);
  if (layout.stream) add(layout.stream);
  return cause;
}

// What follows a `for` must come to the same whether it begins before that one fails or after: so
// one that failed keeps its items.
bool is_still_followed(const Frame& frame, std::uint32_t slot_number) {
  const Slot& slot = frame.slots[slot_number];
  StatementId id = frame.block().statements[slot_number];
  bool is_whole = slot.outcome == OutcomeKind::kValue;
  return slot.has_begun && !is_whole && frame.run->layout().of(id).is_streamed;
}

std::string name_of(const plan::Plan& plan, const Statement& statement) {
  if (!statement.name.empty()) return "`" + statement.name + "`";
  if (statement.kind == StatementKind::kCall) return "`" + plan.task(statement.task).name + "`";
  return "what stands at " + to_text(plan, statement.place);
}

std::string skip_reason(const plan::Plan& plan, const Statement& blocker, const Slot& slot) {
  if (blocker.kind == StatementKind::kCheck && slot.outcome == OutcomeKind::kFailed) {
    return "the check at " + to_text(plan, blocker.place) + " did not pass";
  }
  bool is_failed = slot.outcome == OutcomeKind::kFailed;
  return name_of(plan, blocker) + (is_failed ? " failed" : " was skipped");
}

std::string message_of(Frame& frame, const Statement& check) {
  std::string text = to_text(frame.run->plan(), check.place) + ": check failed";
  if (!check.message) return text;
  Evaluation message =
      evaluate_all(frame.run->plan(), {&*check.message}, values_of(frame), nullptr, kTurnFuel);
  return message.values.empty() ? text : text + ": " + plan::to_text(message.values[0]);
}

}  // namespace

// ---- frames -----------------------------------------------------------------------------------

void BlockMachine::begin_run(RunState& run) {
  run.counts.resize(run.plan().tasks.size());
  for (TaskCounts& counts : run.counts) counts.unresolved = 1;
  expect_block(run, run.plan().root().id, 1);
  instantiate(run, run.plan().root().id, nullptr, 0, 0);
  touch(core_, run);
}

Frame& BlockMachine::instantiate(RunState& run, BlockId block, Frame* parent,
                                 std::uint32_t parent_slot, std::uint32_t item) {
  Frame& frame = run.frames.emplace_back();
  frame.self = std::prev(run.frames.end());
  frame.run = &run;
  frame.parent = parent;
  frame.parent_slot = parent_slot;
  frame.item = item;
  frame.layout = &run.layout().of(block);
  auto count = static_cast<std::uint32_t>(frame.block().statements.size());
  frame.slots.resize(count);
  frame.open = count;
  for (std::uint32_t slot = 0; slot < count; ++slot) link(frame, slot);
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    const plan::Value* given = find_argument(frame, slot);
    if (given) settle(frame, slot, {OutcomeKind::kValue, *given, {}, {}});
  }
  link_result(frame);
  if (count == 0) finish_when_settled(frame);
  return frame;
}

// What its result reads outside may be open longer than all that stands inside.
void BlockMachine::link_result(Frame& frame) {
  for (StatementId id : frame.layout->awaited_outside) {
    Slot& outside = slot_of(frame, id);
    if (outside.outcome != OutcomeKind::kOpen) continue;
    add_waiter(outside, {&frame, kResult, false});
    ++frame.waits_for;
  }
}

// Counts what a statement waits for, inside its frame and outside of it. Items and arguments are
// given.
void BlockMachine::link(Frame& frame, std::uint32_t slot) {
  const Statement& statement = statement_of(frame, slot);
  const StatementLayout& layout = frame.run->layout().of(statement.id);
  if (statement.kind == StatementKind::kItem || find_argument(frame, slot)) return;
  std::uint32_t waits_for = layout.awaited_inside;
  auto await = [&](Slot& outside, bool is_stream) {
    add_waiter(outside, {&frame, slot, is_stream});
    ++waits_for;
  };
  for (StatementId id : layout.awaited_outside) {
    Slot& outside = slot_of(frame, id);
    if (outside.outcome == OutcomeKind::kOpen) await(outside, false);
  }
  if (layout.stream) {
    Slot& stream = slot_of(frame, layout.stream);
    bool is_inside = frame.run->plan().statement(layout.stream).block == statement.block;
    if (is_inside) ++waits_for;
    if (!is_inside && stream.outcome == OutcomeKind::kOpen && !stream.has_begun)
      await(stream, true);
  }
  frame.slots[slot].waits_for = waits_for;
  if (waits_for == 0) agenda_.push_back({&frame, slot});
}

const plan::Value* BlockMachine::find_argument(const Frame& frame, std::uint32_t slot) const {
  const Statement& statement = statement_of(frame, slot);
  if (statement.kind != StatementKind::kParameter && !statement.is_submit) return nullptr;
  const auto& arguments = frame.run->spec.arguments;
  auto found = std::lower_bound(arguments.begin(), arguments.end(), statement.id,
                                [](const auto& entry, StatementId id) { return entry.first < id; });
  bool is_there = found != arguments.end() && found->first == statement.id;
  return is_there ? &found->second : nullptr;
}

void BlockMachine::finish_when_settled(Frame& frame) {
  if (frame.open == 0 && frame.waits_for == 0) agenda_.push_back({&frame, kResult});
}

// A block that lacks something outside of it is skipped, whatever failed in it: that failure is the
// other one's to tell, so nothing here may hide it. Only a fault goes before.
void BlockMachine::finish(Frame& frame) {
  for (StatementId id : frame.layout->awaited_outside) {
    const Slot& read = slot_of(frame, id);
    if (!has_no_value(read)) continue;
    StatementId cause = root_cause(id, read);
    frame.outer_cause = frame.run->layout().outer_of(frame.outer_cause, cause);
  }
  if (frame.outer_cause && !frame.has_fault) {
    return close(frame, {OutcomeKind::kSkipped, {}, {}, frame.outer_cause});
  }
  if (frame.has_failed) {
    return close(frame, {OutcomeKind::kFailed, {}, frame.error, {}, frame.has_fault});
  }
  if (!frame.block().result) return close(frame, {OutcomeKind::kValue, {}, {}, {}});
  compute(frame, kResult);
}

// `call()?` is null when something inside failed.
void BlockMachine::close(Frame& frame, Outcome outcome) {
  RunState& run = *frame.run;
  Frame* parent = frame.parent;
  if (parent == nullptr) return end_run(run, std::move(outcome));
  std::uint32_t slot = frame.parent_slot;
  std::uint32_t item = frame.item;
  run.frames.erase(frame.self);
  const Statement& statement = statement_of(*parent, slot);
  if (statement.kind == StatementKind::kFor) {
    return item_finished(*parent->slots[slot].items, item, std::move(outcome));
  }
  if (statement.is_optional && outcome.kind == OutcomeKind::kFailed && !outcome.is_fault) {
    outcome = {OutcomeKind::kValue, {}, {}, {}};
  }
  settle(*parent, slot, std::move(outcome));
}

void BlockMachine::end_run(RunState& run, Outcome outcome) {
  run.is_over = true;
  touch(core_, run);
  RunEnded ended;
  ended.id = run.spec.id;
  if (run.spec.is_cancel_asked) {
    ended.state = model::RunState::kCancelled;
    core_.commands->push_back(std::move(ended));
    return;
  }
  bool is_well = outcome.kind == OutcomeKind::kValue || outcome.kind == OutcomeKind::kUnknown;
  ended.state = is_well ? model::RunState::kSucceeded : model::RunState::kFailed;
  ended.error = std::move(outcome.error);
  bool has_result = outcome.kind == OutcomeKind::kValue && run.plan().root().result.has_value();
  if (has_result) ended.result = std::move(outcome.value);
  core_.commands->push_back(std::move(ended));
}

// ---- statements -------------------------------------------------------------------------------

void BlockMachine::work() {
  while (has_work()) {
    if (!core_.settlements.empty()) {
      Settlement settlement = std::move(core_.settlements.front());
      core_.settlements.pop_front();
      settle(*settlement.frame, settlement.slot, std::move(settlement.outcome));
      continue;
    }
    Due due = agenda_.front();
    agenda_.pop_front();
    due.slot == kResult ? finish(*due.frame) : start(*due.frame, due.slot);
  }
}

// All it waits for is settled.
void BlockMachine::start(Frame& frame, std::uint32_t slot) {
  const Statement& statement = statement_of(frame, slot);
  const StatementLayout& layout = frame.run->layout().of(statement.id);
  StatementId blocker = find_blocker(frame, layout);
  if (blocker) return skip(frame, slot, blocker);
  if (statement.kind == StatementKind::kBlock) {
    instantiate(*frame.run, statement.body, &frame, slot, 0);
    return;
  }
  compute(frame, slot);
}

void BlockMachine::compute(Frame& frame, std::uint32_t slot) {
  if (slot == kResult) {
    Evaluation result = evaluate_all(frame.run->plan(), {&*frame.block().result}, values_of(frame),
                                     nullptr, kTurnFuel);
    return result.is_out_of_fuel ? ask_helper(frame, slot)
                                 : computed(frame, slot, std::move(result));
  }
  const Statement& statement = statement_of(frame, slot);
  if (statement.reads_object) return ask_helper(frame, slot);
  const auto& expressions = frame.run->layout().of(statement.id).expressions;
  Evaluation evaluation =
      evaluate_all(frame.run->plan(), expressions, values_of(frame), nullptr, kTurnFuel);
  if (evaluation.is_out_of_fuel) return ask_helper(frame, slot);
  computed(frame, slot, std::move(evaluation));
}

void BlockMachine::ask_helper(Frame& frame, std::uint32_t slot) {
  std::vector<const plan::Expression*> expressions;
  if (slot == kResult) {
    expressions = {&*frame.block().result};
  } else {
    expressions = frame.run->layout().of(statement_of(frame, slot).id).expressions;
  }
  std::uint64_t token = ++core_.last_token;
  frame.run->evaluations.emplace(token, std::pair(&frame, slot));
  core_.commands->push_back(
      Evaluate{frame.run->spec.id, token, make_request(frame, std::move(expressions))});
}

void BlockMachine::evaluation_done(EvaluationDone done) {
  auto run = core_.runs.find(done.run);
  if (run == core_.runs.end()) return;
  auto found = run->second->evaluations.find(done.token);
  if (found == run->second->evaluations.end()) return;
  auto [frame, slot] = found->second;
  run->second->evaluations.erase(found);
  computed(*frame, slot, std::move(done.evaluation));
}

void BlockMachine::computed(Frame& frame, std::uint32_t slot, Evaluation evaluation) {
  if (!evaluation.error.empty()) return fail(frame, slot, std::move(evaluation.error), true);
  if (evaluation.unknown_until) return leave_unknown(frame, slot, evaluation.unknown_until);
  if (slot != kResult) return carry_on(frame, slot, std::move(evaluation.values));
  close(frame, {OutcomeKind::kValue, std::move(evaluation.values[0]), {}, {}});
}

void BlockMachine::carry_on(Frame& frame, std::uint32_t slot, std::vector<plan::Value> values) {
  switch (statement_of(frame, slot).kind) {
    case StatementKind::kCall:
      return dispatch_.ready(frame, slot, std::move(values));
    case StatementKind::kFor:
      return begin_for(frame, slot, std::move(values));
    case StatementKind::kIf:
      return choose_arm(frame, slot, values[0].as_bool());
    case StatementKind::kCheck:
      return pass_gate(frame, slot, values[0].as_bool());
    default: {
      plan::Value value = values.empty() ? plan::Value() : std::move(values[0]);
      return settle(frame, slot, {OutcomeKind::kValue, std::move(value), {}, {}});
    }
  }
}

// Only the taken arm is instantiated; task calls of the other are recorded as skipped.
void BlockMachine::choose_arm(Frame& frame, std::uint32_t slot, bool condition) {
  const Statement& statement = statement_of(frame, slot);
  RunState& run = *frame.run;
  BlockId taken = condition ? statement.body : statement.otherwise;
  BlockId other = condition ? statement.otherwise : statement.body;
  if (other) {
    expect_block(run, other, 1);
    skip_block(run, other, items_of(frame),
               condition ? "the condition was true" : "the condition was false");
  }
  if (!taken) return settle(frame, slot, {OutcomeKind::kValue, {}, {}, {}});
  expect_block(run, taken, 1);
  instantiate(run, taken, &frame, slot, 0);
}

void BlockMachine::pass_gate(Frame& frame, std::uint32_t slot, bool is_passed) {
  if (is_passed) return settle(frame, slot, {OutcomeKind::kValue, {}, {}, {}});
  fail(frame, slot, message_of(frame, statement_of(frame, slot)), false);
}

void BlockMachine::skip(Frame& frame, std::uint32_t slot, StatementId blocker) {
  const Statement& statement = statement_of(frame, slot);
  const Slot& blocking = slot_of(frame, blocker);
  StatementId cause = find_cause(frame, frame.run->layout().of(statement.id));
  std::string reason =
      skip_reason(frame.run->plan(), frame.run->plan().statement(blocker), blocking);
  if (statement.kind == StatementKind::kCall) {
    frame.slots[slot].cause = cause;
    return dispatch_.refuse(frame, slot, model::TaskRunState::kSkipped, std::move(reason));
  }
  skip_statement(*frame.run, statement, items_of(frame), reason);
  settle(frame, slot, {OutcomeKind::kSkipped, {}, {}, cause});
}

// An expression could not be computed (a fault), or a gate did not pass.
void BlockMachine::fail(Frame& frame, std::uint32_t slot, std::string error, bool is_fault) {
  if (slot == kResult) {
    return close(frame, {OutcomeKind::kFailed, {}, std::move(error), {}, is_fault});
  }
  const Statement& statement = statement_of(frame, slot);
  if (statement.kind == StatementKind::kCall) {
    return dispatch_.refuse(frame, slot, model::TaskRunState::kFailed, std::move(error));
  }
  skip_statement(*frame.run, statement, items_of(frame), error);
  settle(frame, slot, {OutcomeKind::kFailed, {}, std::move(error), {}, is_fault});
}

void BlockMachine::leave_unknown(Frame& frame, std::uint32_t slot, StatementId until) {
  MLP_CHECK(frame.run->spec.is_forecast);
  if (slot == kResult) return close(frame, {OutcomeKind::kUnknown, {}, {}, until});
  const Slot& read = slot_of(frame, until);
  StatementId cause = read.outcome == OutcomeKind::kUnknown && read.cause ? read.cause : until;
  const Statement& statement = statement_of(frame, slot);
  if (statement.kind == StatementKind::kCall) dispatch_.not_known(frame, slot, cause);
  for (BlockId inner : {statement.body, statement.otherwise}) {
    if (inner) unknown_block(*frame.run, inner, items_of(frame), cause, 1);
  }
  settle(frame, slot, {OutcomeKind::kUnknown, {}, {}, cause});
}

void BlockMachine::settle(Frame& frame, std::uint32_t slot_number, Outcome outcome) {
  Slot& slot = frame.slots[slot_number];
  MLP_CHECK(slot.outcome == OutcomeKind::kOpen && outcome.kind != OutcomeKind::kOpen);
  note(frame, outcome);
  slot.outcome = outcome.kind;
  slot.value = std::move(outcome.value);
  slot.cause = outcome.cause;
  slot.task.reset();
  if (!is_still_followed(frame, slot_number)) slot.items.reset();
  release(frame, slot_number, false);
  if (!slot.has_begun) release(frame, slot_number, true);
  slot.waiters.reset();
  --frame.open;
  finish_when_settled(frame);
}

// Those who wait for the end of a statement, or for the begin of a `for` whose items they stream.
void BlockMachine::release(Frame& frame, std::uint32_t slot, bool is_stream) {
  const StatementLayout& layout = frame.run->layout().of(frame.block().statements[slot]);
  for (std::uint32_t dependent : is_stream ? layout.stream_dependents : layout.dependents) {
    arrive(frame, dependent);
  }
  if (!frame.slots[slot].waiters) return;
  for (const Waiter& waiter : *frame.slots[slot].waiters) {
    if (waiter.is_stream == is_stream) arrive(*waiter.frame, waiter.slot);
  }
}

void BlockMachine::arrive(Frame& frame, std::uint32_t slot) {
  if (slot == kResult) {
    --frame.waits_for;
    return finish_when_settled(frame);
  }
  Slot& waiting = frame.slots[slot];
  // One that was given its value never waited.
  if (waiting.outcome != OutcomeKind::kOpen) return;
  if (--waiting.waits_for == 0) agenda_.push_back({&frame, slot});
}

void BlockMachine::note(Frame& frame, const Outcome& outcome) {
  switch (outcome.kind) {
    case OutcomeKind::kFailed:
    case OutcomeKind::kCancelled:
      if (!frame.has_failed || (outcome.is_fault && !frame.has_fault)) frame.error = outcome.error;
      frame.has_failed = true;
      frame.has_fault = frame.has_fault || outcome.is_fault;
      return;
    case OutcomeKind::kSkipped: {
      const Layout& layout = frame.run->layout();
      BlockId cause = frame.run->plan().statement(outcome.cause).block;
      if (layout.is_inside(cause, frame.block().id)) return;
      frame.outer_cause = layout.outer_of(frame.outer_cause, outcome.cause);
      return;
    }
    default:
      return;
  }
}

// ---- blocks that are never instantiated -------------------------------------------------------

void BlockMachine::skip_statement(RunState& run, const Statement& statement,
                                  const model::Items& items, const std::string& reason) {
  switch (statement.kind) {
    case StatementKind::kCall:
      return dispatch_.refuse(run, {run.spec.id, statement.task, items},
                              model::TaskRunState::kSkipped, reason);
    case StatementKind::kFor:
      return give_up_block(run, statement.body);
    case StatementKind::kBlock:
      return skip_block(run, statement.body, items, reason);
    case StatementKind::kIf:
      for (BlockId arm : {statement.body, statement.otherwise}) {
        if (!arm) continue;
        expect_block(run, arm, 1);
        skip_block(run, arm, items, reason);
      }
      return;
    default:
      return;
  }
}

void BlockMachine::skip_block(RunState& run, BlockId block, const model::Items& items,
                              const std::string& reason) {
  for (StatementId id : run.plan().block(block).statements) {
    skip_statement(run, run.plan().statement(id), items, reason);
  }
}

void BlockMachine::unknown_block(RunState& run, BlockId block, const model::Items& items,
                                 StatementId until, std::uint64_t count) {
  const BlockLayout& layout = run.layout().of(block);
  for (const auto* tasks : {&layout.direct, &layout.nested}) {
    for (TaskId task : *tasks) {
      dispatch_.not_known(run, {run.spec.id, task, items}, until, count);
    }
  }
}

// ---- cancel -----------------------------------------------------------------------------------

// Everything that is not running ends here and now; the run ends with its last live attempt. One that
// was taken up again may not have met all that is recorded of it: its replay goes on, and cancels.
void BlockMachine::cancel(RunState& run) {
  if (run.is_cancelled || run.is_over || run.spec.is_cancel_asked) return;
  bool is_taken_up = static_cast<bool>(run.spec.known);
  run.spec.is_cancel_asked = is_taken_up;
  run.is_cancelled = !is_taken_up;
  if (run.is_cancelled) run.evaluations.clear();
  if (run.is_cancelled) run.expandable.clear();
  for (Frame& frame : run.frames) {
    for (std::uint32_t slot = 0; slot < frame.slots.size(); ++slot) {
      if (frame.slots[slot].outcome != OutcomeKind::kOpen) continue;
      const Statement& statement = statement_of(frame, slot);
      if (frame.slots[slot].task) {
        dispatch_.cancel(*frame.slots[slot].task);
      } else if (run.is_cancelled && statement.kind == StatementKind::kCall) {
        dispatch_.refuse(run, task_run_id(frame, statement.task), model::TaskRunState::kCancelled,
                         {});
      }
    }
  }
  dispatch_.cancel_unclaimed(run);
  if (run.is_cancelled) cancel_waiting(run);
  touch(core_, run);
}

}  // namespace mlp::schedule
