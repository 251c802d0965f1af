// SPDX-License-Identifier: Apache-2.0
//
// What must hold of one task run: its state, its attempts, what they were started on, its outputs.
// Reads only its own records and the records of the objects they name; no bytes, no files.
#pragma once

#include "runtime/fsck/scope.h"

namespace mlp::fsck {

/// An error only when the store cannot be read.
Status check_task_run(const Scope& scope, const model::Run& run, const model::TaskRun& task_run);

/// Ends an attempt that must not be live. The task run that runs it is due at once.
Status put_end_of_live(const store::View& view, const model::Attempt& attempt, Repair& repair);

/// Adds a finding for each artifact in `value` that was never recorded. `what`: "the argument x".
Status check_value(const Scope& scope, Kind kind, const std::string& record,
                   const std::string& what, const plan::Value& value);
/// The same for one object.
Status check_object_known(const Scope& scope, Kind kind, const std::string& record,
                          const std::string& what, const Digest& object);

}  // namespace mlp::fsck
