// SPDX-License-Identifier: Apache-2.0
//
// Inside of this folder: the functions of the language, one table. Each gets its arguments evaluated
// and gives a value or says what is wrong; a lambda is applied through the evaluator.
#pragma once

#include <vector>

#include "base/result.h"
#include "compiler/plan/evaluator.h"

namespace mlp::plan {

/// One call. Arguments that are lambdas are nullptr here; apply() runs them.
struct Call {
  Evaluator& evaluator;
  const Expression& expression;
  std::vector<const Value*> arguments;

  std::size_t count() const { return arguments.size(); }
  const Value& at(std::size_t i) const { return *arguments[i]; }
  const TypeTable& types() const { return evaluator.types(); }
  /// Of the type the call has by its place.
  const Type& result_type() const { return types().get(expression.type); }

  // An argument of that kind, or what it is instead.
  Result<const List*> list(std::size_t i) const;
  Result<const Map*> map(std::size_t i) const;
  Result<const std::string*> string(std::size_t i) const;
  Result<std::int64_t> integer(std::size_t i) const;

  /// The lambda at `i` for one item.
  Result<Value> apply(std::size_t i, const Value& item) const;
  Status spend(std::uint64_t units) const;
};

using FunctionCode = Result<Value> (*)(const Call& call);

struct FunctionRule {
  std::uint8_t least = 0;  // arguments
  std::uint8_t most = 0;
  std::int8_t lambda = -1;  // which argument is one
  FunctionCode code = nullptr;
};

/// nullptr for kNone and for numbers that are no function.
const FunctionRule* find_function(Function function);

/// "an int", "a list", for messages on argument `i`.
Error wrong_argument(const Call& call, std::size_t i, const char* expected);

// functions_list.cpp
Result<Value> call_count(const Call& call);
Result<Value> call_sum(const Call& call);
Result<Value> call_mean(const Call& call);
Result<Value> call_min(const Call& call);
Result<Value> call_max(const Call& call);
Result<Value> call_first(const Call& call);
Result<Value> call_last(const Call& call);
Result<Value> call_min_by(const Call& call);
Result<Value> call_max_by(const Call& call);
Result<Value> call_sort_by(const Call& call);
Result<Value> call_filter(const Call& call);
Result<Value> call_take(const Call& call);
Result<Value> call_drop(const Call& call);
Result<Value> call_zip(const Call& call);
/// range(to), range(from, to): ints or dates, without `to`.
Result<Value> call_range(const Call& call);
/// n of the items, chosen by the seed alone, in the order of the list; all where there are fewer.
Result<Value> call_sample(const Call& call);
Result<Value> call_flatten(const Call& call);
Result<Value> call_unique(const Call& call);
Result<Value> call_keys(const Call& call);
Result<Value> call_values(const Call& call);

// functions_text.cpp
/// join(xs, separator): the text forms of the items; without a separator nothing between them.
Result<Value> call_join(const Call& call);
Result<Value> call_split_text(const Call& call);
Result<Value> call_trim(const Call& call);
/// Letters of ASCII only: other alphabets need tables that change between systems.
Result<Value> call_lower(const Call& call);
Result<Value> call_upper(const Call& call);
Result<Value> call_replace(const Call& call);
/// Code points.
Result<Value> call_length(const Call& call);
/// format("{} of {}, {:.2} %", a, b, c): `{}` is the text form of the next value, `{:.N}` a number
/// with N decimals, `{{` and `}}` are braces.
Result<Value> call_format(const Call& call);
/// From text, or a float cut towards zero.
Result<Value> call_int(const Call& call);
Result<Value> call_float(const Call& call);
/// round(x): half away from zero; round(x, digits).
Result<Value> call_round(const Call& call);
Result<Value> call_floor(const Call& call);
Result<Value> call_ceil(const Call& call);
Result<Value> call_abs(const Call& call);
Result<Value> call_div(const Call& call);

// functions_file.cpp
Result<Value> call_file(const Call& call);
Result<Value> call_dir(const Call& call);
Result<Value> call_glob(const Call& call);
Result<Value> call_text(const Call& call);
Result<Value> call_read(const Call& call);
Result<Value> call_basename(const Call& call);

}  // namespace mlp::plan
