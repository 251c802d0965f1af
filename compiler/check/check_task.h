// SPDX-License-Identifier: Apache-2.0
//
// Checks tasks, in two parts: what callers see, then what is inside.
#pragma once

#include "compiler/check/context.h"
#include "compiler/check/expression_checker.h"

namespace mlp::check {

/// Inputs with their defaults, outputs, result type. Before anything calls the task.
void check_signature(Context& context, Task& task);

/// Places, properties, body, files.
void check_task(Context& context, Task& task);

// The parts of check_task, in the order they are run.

void check_places(Context& context, Task& task);
void check_properties(Context& context, Task& task);
void check_body(Context& context, Task& task);
/// Files of the project the task sees: `uses`, words of its body, Python files and their imports.
void find_files(Context& context, Task& task);

/// Binds the inputs, and in bodies the paths of the outputs.
void bind_inputs(const Task& task, Scope& scope);
void bind_outputs(Context& context, const Task& task, Scope& scope);

/// Notes in `used` the number of each input that the expression reads.
void collect_inputs(const Typed& typed, std::vector<bool>& used);

}  // namespace mlp::check
