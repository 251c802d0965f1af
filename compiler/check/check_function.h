// SPDX-License-Identifier: Apache-2.0
//
// The functions of the language: their arguments and what they yield.
#pragma once

#include <string>
#include <vector>

#include "compiler/check/expression_checker.h"

namespace mlp::check {

bool is_function(const std::string& name);
std::vector<std::string> function_names();

Typed check_function(ExpressionChecker& checker, const syntax::Expr& e, const syntax::CallExpr& n,
                     TypeId expected);

}  // namespace mlp::check
