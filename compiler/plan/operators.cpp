// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/operators.h"

#include <algorithm>
#include <cmath>

#include "compiler/plan/evaluator.h"
#include "compiler/plan/text_form.h"

namespace mlp::plan {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }
Error overflow(const char* what) { return invalid(std::string(what) + " is out of range"); }
Error division_by_zero() { return invalid("division by zero"); }

const char* symbol_of(Operator op) {
  switch (op) {
    case Operator::kNone: return "?";
    case Operator::kNot: return "not";
    case Operator::kNegate: return "-";
    case Operator::kAnd: return "and";
    case Operator::kOr: return "or";
    case Operator::kCoalesce: return "??";
    case Operator::kEqual: return "==";
    case Operator::kNotEqual: return "!=";
    case Operator::kLess: return "<";
    case Operator::kLessEqual: return "<=";
    case Operator::kGreater: return ">";
    case Operator::kGreaterEqual: return ">=";
    case Operator::kIn: return "in";
    case Operator::kAdd: return "+";
    case Operator::kSubtract: return "-";
    case Operator::kMultiply: return "*";
    case Operator::kDivide: return "/";
    case Operator::kModulo: return "%";
  }
  return "?";
}

Error mismatch(Operator op, const Value& left, const Value& right) {
  return invalid(std::string("`") + symbol_of(op) + "` does not take " + kind_word(left) + " and " +
                 kind_word(right));
}

using Make = Value (*)(std::int64_t);

/// A whole number of us or bytes from a float; out of range where it does not fit.
Result<Value> rounded(double value, Make make, const char* what) {
  if (!(std::abs(value) < 9.2e18)) return overflow(what);
  return make(std::llround(value));
}

Result<Value> added(std::int64_t a, std::int64_t b, Make make, const char* what) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return overflow(what);
  return make(sum);
}

Result<Value> subtracted(std::int64_t a, std::int64_t b, Make make, const char* what) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return overflow(what);
  return make(difference);
}

Result<Value> multiplied(std::int64_t a, std::int64_t b, Make make, const char* what) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return overflow(what);
  return make(product);
}

// ---- numbers ----------------------------------------------------------------------------------

Result<Value> int_modulo(std::int64_t a, std::int64_t b) {
  if (b == 0) return division_by_zero();
  if (b == -1) return Value::of_int(0);  // INT64_MIN % -1 traps
  const std::int64_t rest = a % b;
  return Value::of_int(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

Result<Value> int_arithmetic(Operator op, std::int64_t a, std::int64_t b) {
  switch (op) {
    case Operator::kAdd: return added(a, b, Value::of_int, "the sum");
    case Operator::kSubtract: return subtracted(a, b, Value::of_int, "the difference");
    case Operator::kMultiply: return multiplied(a, b, Value::of_int, "the product");
    case Operator::kModulo: return int_modulo(a, b);
    default: break;
  }
  if (b == 0) return division_by_zero();
  return Value::of_float(static_cast<double>(a) / static_cast<double>(b));
}

Result<Value> float_arithmetic(Operator op, double a, double b) {
  switch (op) {
    case Operator::kAdd: return Value::of_float(a + b);
    case Operator::kSubtract: return Value::of_float(a - b);
    case Operator::kMultiply: return Value::of_float(a * b);
    default: break;
  }
  if (b == 0) return division_by_zero();
  if (op == Operator::kDivide) return Value::of_float(a / b);
  const double rest = std::fmod(a, b);
  return Value::of_float(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

// ---- durations, sizes, dates ------------------------------------------------------------------

/// Durations and sizes are alike: a count of one unit.
struct Quantity {
  ValueKind kind;
  Make make;
  const char* name;
  std::int64_t (*count)(const Value&);
};

constexpr Quantity kDurations{ValueKind::kDuration, Value::of_duration, "the duration",
                              [](const Value& v) { return v.as_duration_us(); }};
constexpr Quantity kSizes{ValueKind::kSize, Value::of_size, "the size",
                          [](const Value& v) { return v.as_size_bytes(); }};

Result<Value> two_quantities(Operator op, const Quantity& quantity, std::int64_t a,
                             std::int64_t b) {
  if (op == Operator::kAdd) return added(a, b, quantity.make, quantity.name);
  if (op == Operator::kSubtract) return subtracted(a, b, quantity.make, quantity.name);
  if (b == 0) return division_by_zero();
  return Value::of_float(static_cast<double>(a) / static_cast<double>(b));
}

Result<Value> scaled_quantity(Operator op, const Quantity& quantity, std::int64_t count,
                              const Value& number) {
  if (op == Operator::kMultiply && number.kind() == ValueKind::kInt) {
    return multiplied(count, number.as_int(), quantity.make, quantity.name);
  }
  const double by = as_number(number);
  if (op == Operator::kDivide && by == 0) return division_by_zero();
  const double value = static_cast<double>(count);
  return rounded(op == Operator::kDivide ? value / by : value * by, quantity.make, quantity.name);
}

Result<Value> quantity_arithmetic(Operator op, const Quantity& quantity, const Value& left,
                                  const Value& right) {
  const bool is_sum = op == Operator::kAdd || op == Operator::kSubtract;
  if (left.kind() == right.kind()) {
    if (!is_sum && op != Operator::kDivide) return mismatch(op, left, right);
    return two_quantities(op, quantity, quantity.count(left), quantity.count(right));
  }
  const bool is_scale = op == Operator::kMultiply || op == Operator::kDivide;
  if (left.kind() == quantity.kind && is_number(right) && is_scale) {
    return scaled_quantity(op, quantity, quantity.count(left), right);
  }
  if (right.kind() == quantity.kind && is_number(left) && op == Operator::kMultiply) {
    return scaled_quantity(op, quantity, quantity.count(right), left);
  }
  return mismatch(op, left, right);
}

Result<Value> checked_date(Result<Value> date) {
  if (date && !is_date_in_range(date->as_date_days())) return overflow("the date");
  return date;
}

Result<Value> checked_datetime(Result<Value> datetime) {
  if (datetime && !is_datetime_in_range(datetime->as_datetime_us())) return overflow("the datetime");
  return datetime;
}

Result<Value> date_arithmetic(Operator op, const Value& left, const Value& right) {
  const std::int64_t a = left.as_date_days();
  if (right.kind() == ValueKind::kDate && op == Operator::kSubtract) {
    std::int64_t days = 0;
    if (__builtin_sub_overflow(a, right.as_date_days(), &days)) return overflow("the duration");
    return multiplied(days, kDayUs, Value::of_duration, "the duration");
  }
  const bool is_sum = op == Operator::kAdd || op == Operator::kSubtract;
  if (right.kind() != ValueKind::kDuration || !is_sum) return mismatch(op, left, right);
  if (right.as_duration_us() % kDayUs != 0) {
    return invalid("a date takes whole days, not " + duration_text(right.as_duration_us()));
  }
  const std::int64_t days = right.as_duration_us() / kDayUs;
  return checked_date(op == Operator::kAdd ? added(a, days, Value::of_date, "the date")
                                           : subtracted(a, days, Value::of_date, "the date"));
}

Result<Value> datetime_arithmetic(Operator op, const Value& left, const Value& right) {
  const std::int64_t a = left.as_datetime_us();
  if (right.kind() == ValueKind::kDatetime && op == Operator::kSubtract) {
    return subtracted(a, right.as_datetime_us(), Value::of_duration, "the duration");
  }
  if (right.kind() != ValueKind::kDuration) return mismatch(op, left, right);
  const std::int64_t us = right.as_duration_us();
  if (op == Operator::kAdd) {
    return checked_datetime(added(a, us, Value::of_datetime, "the datetime"));
  }
  if (op != Operator::kSubtract) return mismatch(op, left, right);
  return checked_datetime(subtracted(a, us, Value::of_datetime, "the datetime"));
}

// ---- strings and lists ------------------------------------------------------------------------

Result<Value> joined_strings(const std::string& a, const std::string& b) {
  if (a.size() + b.size() > kMostTextBytes) return invalid("the text is longer than 64 MiB");
  return Value::of_string(a + b);
}

Result<Value> joined_lists(const List& a, const List& b) {
  if (a.size() + b.size() > kMostItems) return invalid("the list has more than 10 million items");
  List items;
  items.reserve(a.size() + b.size());
  items.insert(items.end(), a.begin(), a.end());
  items.insert(items.end(), b.begin(), b.end());
  return Value::of_list(std::move(items));
}

Result<Value> arithmetic(Operator op, const Value& left, const Value& right) {
  const ValueKind a = left.kind();
  const ValueKind b = right.kind();
  if (a == ValueKind::kInt && b == ValueKind::kInt) {
    return int_arithmetic(op, left.as_int(), right.as_int());
  }
  if (is_number(left) && is_number(right)) {
    return float_arithmetic(op, as_number(left), as_number(right));
  }
  if (a == ValueKind::kDate) return date_arithmetic(op, left, right);
  if (a == ValueKind::kDatetime) return datetime_arithmetic(op, left, right);
  if (a == ValueKind::kDuration && b == ValueKind::kDate && op == Operator::kAdd) {
    return date_arithmetic(op, right, left);
  }
  if (a == ValueKind::kDuration && b == ValueKind::kDatetime && op == Operator::kAdd) {
    return datetime_arithmetic(op, right, left);
  }
  for (const Quantity* quantity : {&kDurations, &kSizes}) {
    if (a != quantity->kind && b != quantity->kind) continue;
    return quantity_arithmetic(op, *quantity, left, right);
  }
  if (op != Operator::kAdd || a != b) return mismatch(op, left, right);
  if (a == ValueKind::kString) return joined_strings(left.as_string(), right.as_string());
  if (a == ValueKind::kList) return joined_lists(left.as_list(), right.as_list());
  return mismatch(op, left, right);
}

Result<Value> is_in(const Value& item, const Value& collection) {
  if (collection.kind() == ValueKind::kList) {
    const List& items = collection.as_list();
    return Value::of_bool(std::any_of(items.begin(), items.end(),
                                      [&](const Value& other) { return is_equal(item, other); }));
  }
  if (item.kind() != ValueKind::kString) return mismatch(Operator::kIn, item, collection);
  if (collection.kind() == ValueKind::kRecord) {
    return Value::of_bool(collection.as_record().find(item.as_string()) != nullptr);
  }
  if (collection.kind() != ValueKind::kMap) return mismatch(Operator::kIn, item, collection);
  const Map& map = collection.as_map();
  const auto at = std::lower_bound(map.begin(), map.end(), item.as_string(),
                                   [](const auto& a, const auto& b) { return a.first < b; });
  return Value::of_bool(at != map.end() && at->first == item.as_string());
}

/// a <= b is not `not (b < a)`: with NaN both are false.
Result<Value> compared(Operator op, const Value& left, const Value& right) {
  const bool is_swapped = op == Operator::kGreater || op == Operator::kGreaterEqual;
  const Value& low = is_swapped ? right : left;
  const Value& high = is_swapped ? left : right;
  const Result<bool> less = is_less(low, high);
  if (!less) return mismatch(op, left, right);
  const bool or_equal = op == Operator::kLessEqual || op == Operator::kGreaterEqual;
  return Value::of_bool(*less || (or_equal && is_equal(low, high)));
}

}  // namespace

const char* kind_word(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull: return "null";
    case ValueKind::kBool: return "a bool";
    case ValueKind::kInt: return "an int";
    case ValueKind::kFloat: return "a float";
    case ValueKind::kString: return "a string";
    case ValueKind::kDuration: return "a duration";
    case ValueKind::kSize: return "a size";
    case ValueKind::kDate: return "a date";
    case ValueKind::kDatetime: return "a datetime";
    case ValueKind::kEnum: return "an enum";
    case ValueKind::kList: return "a list";
    case ValueKind::kRecord: return "a record";
    case ValueKind::kMap: return "a map";
    case ValueKind::kArtifact: return "an artifact";
  }
  return "nothing";
}

bool is_number(const Value& value) {
  return value.kind() == ValueKind::kInt || value.kind() == ValueKind::kFloat;
}

double as_number(const Value& value) {
  return value.kind() == ValueKind::kInt ? static_cast<double>(value.as_int()) : value.as_float();
}

bool is_equal(const Value& left, const Value& right) {
  if (left.kind() == ValueKind::kInt && right.kind() == ValueKind::kInt) {
    return left.as_int() == right.as_int();
  }
  if (is_number(left) && is_number(right)) return as_number(left) == as_number(right);
  return left == right;
}

Result<bool> is_less(const Value& left, const Value& right) {
  if (left.kind() == ValueKind::kInt && right.kind() == ValueKind::kInt) {
    return left.as_int() < right.as_int();
  }
  if (is_number(left) && is_number(right)) return as_number(left) < as_number(right);
  if (left.kind() != right.kind()) return mismatch(Operator::kLess, left, right);
  switch (left.kind()) {
    // Bytes of UTF-8 sort as its code points do.
    case ValueKind::kString: return left.as_string() < right.as_string();
    case ValueKind::kDuration: return left.as_duration_us() < right.as_duration_us();
    case ValueKind::kSize: return left.as_size_bytes() < right.as_size_bytes();
    case ValueKind::kDate: return left.as_date_days() < right.as_date_days();
    case ValueKind::kDatetime: return left.as_datetime_us() < right.as_datetime_us();
    default: return mismatch(Operator::kLess, left, right);
  }
}

Result<Value> floor_divide(const Value& left, const Value& right) {
  if (left.kind() == ValueKind::kInt && right.kind() == ValueKind::kInt) {
    const std::int64_t a = left.as_int();
    const std::int64_t b = right.as_int();
    if (b == 0) return division_by_zero();
    if (b == -1) return subtracted(0, a, Value::of_int, "the quotient");
    const bool rounds_down = a % b != 0 && (a < 0) != (b < 0);
    return Value::of_int(a / b - (rounds_down ? 1 : 0));
  }
  if (!is_number(left) || !is_number(right)) return invalid("div takes two numbers");
  if (as_number(right) == 0) return division_by_zero();
  return Value::of_float(std::floor(as_number(left) / as_number(right)));
}

Result<Value> apply_binary(Operator op, const Value& left, const Value& right) {
  switch (op) {
    case Operator::kEqual: return Value::of_bool(is_equal(left, right));
    case Operator::kNotEqual: return Value::of_bool(!is_equal(left, right));
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual: return compared(op, left, right);
    case Operator::kIn: return is_in(left, right);
    case Operator::kAdd:
    case Operator::kSubtract:
    case Operator::kMultiply:
    case Operator::kDivide:
    case Operator::kModulo: return arithmetic(op, left, right);
    default: return mismatch(op, left, right);
  }
}

Result<Value> apply_unary(Operator op, const Value& operand) {
  if (op == Operator::kNot && operand.kind() == ValueKind::kBool) {
    return Value::of_bool(!operand.as_bool());
  }
  if (op == Operator::kNegate) {
    switch (operand.kind()) {
      case ValueKind::kInt: return subtracted(0, operand.as_int(), Value::of_int, "the number");
      case ValueKind::kFloat: return Value::of_float(-operand.as_float());
      case ValueKind::kDuration:
        return subtracted(0, operand.as_duration_us(), Value::of_duration, "the duration");
      default: break;
    }
  }
  return invalid(std::string("`") + symbol_of(op) + "` does not take " + kind_word(operand));
}

}  // namespace mlp::plan
