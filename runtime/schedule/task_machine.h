// SPDX-License-Identifier: Apache-2.0
//
// The states of a task run and every way from one to another. All changes go through set() and
// restore(), which keep the counts and ask for the record. Knows no reason why a state changes.
#pragma once

#include "runtime/schedule/core.h"

namespace mlp::schedule {

bool may_change(model::TaskRunState from, model::TaskRunState to);

/// True for states that are recorded; a task run that waits, is ready or queued has no record.
bool is_recorded(model::TaskRunState state);

/// Changes the state of a task run and, where the new state is recorded, asks for its record.
/// `remaining`: of a back-off.
void set(Core& core, RunState& run, model::TaskRun& record, model::TaskRunState to,
         Duration remaining = Duration(0));

/// The replay after a restart met a task run that is recorded already: nothing is written.
void restore(RunState& run, model::TaskRun& record, model::TaskRun known);

}  // namespace mlp::schedule
