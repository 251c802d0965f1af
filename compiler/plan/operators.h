// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: operators on values. Pure; kInvalid where the types do not go together, a
// number overflows or something is divided by zero.
#pragma once

#include "base/result.h"
#include "compiler/plan/expression.h"
#include "compiler/plan/value.h"

namespace mlp::plan {

/// All operators of two operands but `and`, `or` and `??`, which do not always look at both.
Result<Value> apply_binary(Operator op, const Value& left, const Value& right);
Result<Value> apply_unary(Operator op, const Value& operand);

/// The language's `==`: NaN equals nothing, an int equals the float of its value.
bool is_equal(const Value& left, const Value& right);

/// Less than, on numbers, strings, durations, sizes, dates and datetimes; NaN is less than nothing.
Result<bool> is_less(const Value& left, const Value& right);

/// div(a, b): the floor of the quotient; an int for two ints.
Result<Value> floor_divide(const Value& left, const Value& right);

/// A word for messages: "an int", "a list".
const char* kind_word(const Value& value);

/// The number as a double; only for an int or a float.
double as_number(const Value& value);
bool is_number(const Value& value);

}  // namespace mlp::plan
