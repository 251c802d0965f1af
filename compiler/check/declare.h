// SPDX-License-Identifier: Apache-2.0
//
// Enters the declarations of one parsed file into its tables of names.
#pragma once

#include "compiler/check/context.h"

namespace mlp::check {

/// Tells of names declared twice. What is called and what names a type share one space of names;
/// environments have their own.
void declare_names(Context& context, Module& module);

}  // namespace mlp::check
