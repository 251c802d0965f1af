// SPDX-License-Identifier: Apache-2.0
//
// Makes checked expressions: place, purity and children are filled in alike everywhere.
#pragma once

#include <vector>

#include "compiler/check/program.h"

namespace mlp::check {

Typed make_plain(const Program& program, plan::ExpressionKind kind, TypeId type, Span span,
                 std::vector<Typed> children = {});
Typed make_literal(const Program& program, plan::Value value, TypeId type, Span span);
Typed make_function(const Program& program, plan::Function function, TypeId type, Span span,
                    std::vector<Typed> arguments);
/// Stands where a mistake was told; its type silences what follows from it.
Typed make_error(const Program& program, Span span);
/// `value` as `type`; unchanged where it has that type.
Typed make_converted(const Program& program, Typed value, TypeId type);

}  // namespace mlp::check
