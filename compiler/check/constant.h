// SPDX-License-Identifier: Apache-2.0
//
// Expressions whose value is known when the file is compiled.
#pragma once

#include <optional>

#include "compiler/check/context.h"

namespace mlp::check {

/// What a constant is to be: "`lr`", its type.
struct Wanted {
  std::string what;
  TypeId type;
};

/// Checks `expression` as a constant for `owner` and computes it; none after telling why not.
/// `typed` receives the checked expression.
std::optional<plan::Value> check_constant(Context& context, Declaration& owner,
                                          const syntax::Expr& expression, const Wanted& wanted,
                                          std::optional<Typed>& typed);

/// The value of a checked expression without names; none after telling what went wrong.
std::optional<plan::Value> constant_value(Context& context, const Typed& typed);

/// The text of a string without interpolation; none after telling that `what` must be constant.
std::optional<std::string> constant_text(Context& context, const syntax::StringLiteral& literal,
                                         std::string_view what);

}  // namespace mlp::check
