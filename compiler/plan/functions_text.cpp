// SPDX-License-Identifier: Apache-2.0
//
// Functions on text and numbers.
#include <cmath>

#include "base/text.h"
#include "compiler/plan/functions.h"
#include "compiler/plan/operators.h"
#include "compiler/plan/text_form.h"

namespace mlp::plan {
namespace {

// More decimals than a double has say nothing.
constexpr int kMostDecimals = 17;

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

Status check_length(std::size_t bytes) {
  if (bytes <= kMostTextBytes) return {};
  return invalid("the text is longer than 64 MiB");
}

Result<Value> with_letters(const Call& call, char from, char to, int distance) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_TRY(call.spend(text->size() / 32));
  std::string result = *text;
  for (char& c : result) {
    if (c >= from && c <= to) c = static_cast<char>(c + distance);
  }
  return Value::of_string(std::move(result));
}

std::string with_decimals(double value, int decimals) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

/// One value as a format item asks for it: "" or ":.N".
Result<std::string> formatted(const Value& value, std::string_view how) {
  if (how.empty()) return to_text(value);
  const Result<std::int64_t> decimals =
      parse_int(how.starts_with(":.") ? how.substr(2) : std::string_view("x"));
  if (!decimals || *decimals < 0 || *decimals > kMostDecimals) {
    return invalid("`{" + std::string(how) + "}` is not `{}` or `{:.N}` with N up to 17");
  }
  if (!is_number(value)) return invalid("`{:.N}` needs a number, found " + std::string(kind_word(value)));
  return with_decimals(as_number(value), static_cast<int>(*decimals));
}

/// Walks a format text; values are taken in order.
class Formatter {
 public:
  explicit Formatter(const Call& call) : call_(call) {}

  Result<Value> run(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const char c = text[i];
      const bool is_double = i + 1 < text.size() && text[i + 1] == c;
      if ((c == '{' || c == '}') && is_double) {
        out_ += c;
        i += 2;
      } else if (c == '{') {
        MLP_TRY(take_value(text, i));
      } else if (c == '}') {
        return invalid("a `}` without `{`; a brace itself is written `}}`");
      } else {
        out_ += c;
        ++i;
      }
    }
    if (next_ != call_.count()) {
      return invalid("more values than `{}`: " + std::to_string(call_.count() - 1) + " for " +
                     std::to_string(next_ - 1));
    }
    return Value::of_string(std::move(out_));
  }

 private:
  Status take_value(std::string_view text, std::size_t& i) {
    const std::size_t end = text.find('}', i);
    if (end == std::string_view::npos) return invalid("a `{` without `}`");
    if (next_ == call_.count()) return invalid("more `{}` than values");
    MLP_ASSIGN(const std::string piece,
               formatted(call_.at(next_++), text.substr(i + 1, end - i - 1)));
    MLP_TRY(call_.spend(1 + piece.size() / 32));
    MLP_TRY(check_length(out_.size() + piece.size()));
    out_ += piece;
    i = end + 1;
    return {};
  }

  const Call& call_;
  std::size_t next_ = 1;
  std::string out_;
};

/// A whole float as the type the place asks for: an int unless it is a float.
Result<Value> whole(const Call& call, double value) {
  if (call.result_type().kind == TypeKind::kFloat) return Value::of_float(value);
  if (!(std::abs(value) < 9.2e18)) return invalid("the number does not fit an int");
  return Value::of_int(static_cast<std::int64_t>(value));
}

Result<Value> rounded_by(const Call& call, double (*round)(double)) {
  if (!is_number(call.at(0))) return wrong_argument(call, 0, "a number");
  const bool stays_int = call.result_type().kind != TypeKind::kFloat;
  if (call.at(0).kind() == ValueKind::kInt && stays_int) return call.at(0);
  return whole(call, round(as_number(call.at(0))));
}

}  // namespace

Result<Value> call_join(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  const std::string none;
  const std::string* separator = &none;
  if (call.count() == 2) {
    MLP_ASSIGN(separator, call.string(1));
  }
  std::string out;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string text = to_text((*items)[i]);
    MLP_TRY(call.spend(1 + (text.size() + separator->size()) / 32));
    if (i > 0) out += *separator;
    out += text;
    MLP_TRY(check_length(out.size()));
  }
  return Value::of_string(std::move(out));
}

Result<Value> call_split_text(const Call& call) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_ASSIGN(const std::string* separator, call.string(1));
  if (separator->empty()) return invalid("split_text needs a separator that is not empty");
  MLP_TRY(call.spend(text->size() / 32));
  List parts;
  std::size_t from = 0;
  for (;;) {
    const std::size_t at = text->find(*separator, from);
    MLP_TRY(call.spend(1));
    parts.push_back(Value::of_string(text->substr(from, at - from)));
    if (at == std::string::npos) return Value::of_list(std::move(parts));
    from = at + separator->size();
  }
}

Result<Value> call_trim(const Call& call) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_TRY(call.spend(text->size() / 32));
  return Value::of_string(std::string(trim(*text)));
}

Result<Value> call_lower(const Call& call) { return with_letters(call, 'A', 'Z', 'a' - 'A'); }
Result<Value> call_upper(const Call& call) { return with_letters(call, 'a', 'z', 'A' - 'a'); }

Result<Value> call_replace(const Call& call) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_ASSIGN(const std::string* what, call.string(1));
  MLP_ASSIGN(const std::string* with, call.string(2));
  if (what->empty()) return invalid("replace needs a text to look for that is not empty");
  MLP_TRY(call.spend(text->size() / 32));
  std::string out;
  std::size_t from = 0;
  for (;;) {
    const std::size_t at = text->find(*what, from);
    out.append(*text, from, at - from);
    if (at == std::string::npos) break;
    out += *with;
    MLP_TRY(call.spend(1 + with->size() / 32));
    MLP_TRY(check_length(out.size()));
    from = at + what->size();
  }
  return Value::of_string(std::move(out));
}

Result<Value> call_length(const Call& call) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_TRY(call.spend(text->size() / 32));
  std::int64_t count = 0;
  // Every byte but those that continue a code point.
  for (const char c : *text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return Value::of_int(count);
}

Result<Value> call_format(const Call& call) {
  MLP_ASSIGN(const std::string* text, call.string(0));
  MLP_TRY(call.spend(text->size() / 32));
  return Formatter(call).run(*text);
}

Result<Value> call_int(const Call& call) {
  const Value& value = call.at(0);
  switch (value.kind()) {
    case ValueKind::kInt: return value;
    case ValueKind::kBool: return Value::of_int(value.as_bool() ? 1 : 0);
    case ValueKind::kFloat: {
      if (!(std::abs(value.as_float()) < 9.2e18)) return invalid("the number does not fit an int");
      return Value::of_int(static_cast<std::int64_t>(value.as_float()));
    }
    case ValueKind::kString: {
      MLP_ASSIGN(const std::int64_t number, parse_int(trim(value.as_string())));
      return Value::of_int(number);
    }
    default: return wrong_argument(call, 0, "a number or a string");
  }
}

Result<Value> call_float(const Call& call) {
  const Value& value = call.at(0);
  if (is_number(value)) return Value::of_float(as_number(value));
  if (value.kind() != ValueKind::kString) return wrong_argument(call, 0, "a number or a string");
  MLP_ASSIGN(const double number, parse_float(trim(value.as_string())));
  return Value::of_float(number);
}

Result<Value> call_round(const Call& call) {
  if (call.count() == 1) return rounded_by(call, [](double x) { return std::round(x); });
  if (!is_number(call.at(0))) return wrong_argument(call, 0, "a number");
  MLP_ASSIGN(const std::int64_t digits, call.integer(1));
  if (digits < 0 || digits > kMostDecimals) return invalid("round takes 0 to 17 digits");
  const double value = as_number(call.at(0));
  if (!std::isfinite(value)) return Value::of_float(value);
  // Through text: dividing by a power of ten would add an error of its own.
  MLP_ASSIGN(const double rounded,
             parse_float(with_decimals(value, static_cast<int>(digits))));
  return Value::of_float(rounded);
}

Result<Value> call_floor(const Call& call) {
  return rounded_by(call, [](double x) { return std::floor(x); });
}

Result<Value> call_ceil(const Call& call) {
  return rounded_by(call, [](double x) { return std::ceil(x); });
}

Result<Value> call_abs(const Call& call) {
  const Value& value = call.at(0);
  if (value.kind() == ValueKind::kFloat) return Value::of_float(std::abs(value.as_float()));
  const bool is_negative_int = value.kind() == ValueKind::kInt && value.as_int() < 0;
  const bool is_negative_duration =
      value.kind() == ValueKind::kDuration && value.as_duration_us() < 0;
  if (is_negative_int || is_negative_duration) return apply_unary(Operator::kNegate, value);
  if (value.kind() == ValueKind::kInt || value.kind() == ValueKind::kDuration) return value;
  return wrong_argument(call, 0, "a number or a duration");
}

Result<Value> call_div(const Call& call) { return floor_divide(call.at(0), call.at(1)); }

}  // namespace mlp::plan
