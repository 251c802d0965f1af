// SPDX-License-Identifier: Apache-2.0
//
// Expressions of bodies, places and vars as bytes that mean the same in every plan: without places
// in the source, with types by their shape and inputs and outputs by name.
#pragma once

#include <string>

#include "base/bytes.h"
#include "compiler/plan/plan.h"
#include "runtime/cache/shape.h"

namespace mlp::cache {

/// u8 kind, text shape of the type, u8 operator, u8 function, text name, u32 number, u32 count of names and
/// each as text, for a literal its value (plan::encode), u32 count of children and each.
void encode_canonical(Shapes& shapes, const plan::TaskDefinition& definition,
                      const plan::Expression& expression, ByteWriter& out);

std::string to_canonical(Shapes& shapes, const plan::TaskDefinition& definition,
                         const plan::Expression& expression);

}  // namespace mlp::cache
