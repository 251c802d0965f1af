// SPDX-License-Identifier: Apache-2.0
//
// Environments: how each is made, and which a task names.
#pragma once

#include "compiler/check/context.h"

namespace mlp::check {

void check_environment(Context& context, Environment& environment);

/// The environment of that name; null after telling that there is none.
const Environment* find_environment(Context& context, const Module& module,
                                    const syntax::QName& name);

/// The one named `default`; null: host().
const Environment* default_environment(const Module& module);

}  // namespace mlp::check
