// SPDX-License-Identifier: Apache-2.0
//
// Checks every declaration of a loaded program: names, types, bodies, files.
#pragma once

#include <vector>

#include "compiler/check/context.h"

namespace mlp::check {

/// Checks all; what is not supported yet is noted with its declaration and told by the next two.
void check_program(Context& context);

/// Tells of what is not supported yet in `entry` and all that it reaches.
void tell_unsupported(Context& context, const Pipeline& entry);

/// The same for every declaration of the program; schedules, triggers and tests are warnings.
void tell_all_unsupported(Context& context);

/// Schedules, triggers and tests of the entry file, as warnings.
void tell_inactive(Context& context);

}  // namespace mlp::check
