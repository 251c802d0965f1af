// SPDX-License-Identifier: Apache-2.0
//
// Checked expressions that call nothing, as expressions of the plan: blocks, `if` and `for` become
// conditionals and comprehensions.
#pragma once

#include <map>

#include "compiler/check/typed.h"
#include "compiler/check/types.h"

namespace mlp::check {

/// What each binding stands for in the plan.
using Bindings = std::map<BindingId, plan::Expression>;

/// `bindings` must have every name the expression reads but those it binds itself.
plan::Expression pure_expression(const Typed& typed, Types& types, Bindings& bindings);

}  // namespace mlp::check
