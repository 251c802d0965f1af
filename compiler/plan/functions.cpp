// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/functions.h"

#include <array>

#include "compiler/plan/operators.h"

namespace mlp::plan {
namespace {

constexpr std::uint8_t kAny = 255;

// In the order of the enum.
constexpr std::array kFunctions = std::to_array<FunctionRule>({
    {0, 0, -1, nullptr},  // kNone
    {1, 1, -1, call_count},
    {1, 1, -1, call_sum},
    {1, 1, -1, call_mean},
    {1, 1, -1, call_min},
    {1, 1, -1, call_max},
    {1, 1, -1, call_first},
    {1, 1, -1, call_last},
    {2, 2, 1, call_min_by},
    {2, 2, 1, call_max_by},
    {2, 2, 1, call_sort_by},
    {2, 2, 1, call_filter},
    {2, 2, -1, call_take},
    {2, 2, -1, call_drop},
    {1, kAny, -1, call_zip},
    {1, 2, -1, call_range},
    {2, 3, -1, call_sample},
    {1, 1, -1, call_flatten},
    {1, 1, -1, call_unique},
    {1, 1, -1, call_keys},
    {1, 1, -1, call_values},
    {1, 2, -1, call_join},
    {2, 2, -1, call_split_text},
    {1, 1, -1, call_trim},
    {1, 1, -1, call_lower},
    {1, 1, -1, call_upper},
    {3, 3, -1, call_replace},
    {1, 1, -1, call_length},
    {1, kAny, -1, call_format},
    {1, 1, -1, call_int},
    {1, 1, -1, call_float},
    {1, 2, -1, call_round},
    {1, 1, -1, call_floor},
    {1, 1, -1, call_ceil},
    {1, 1, -1, call_abs},
    {2, 2, -1, call_div},
    {1, 2, -1, call_file},
    {1, 2, -1, call_dir},
    {1, 2, -1, call_glob},
    {1, 1, -1, call_text},
    {1, 1, -1, call_read},
    {1, 1, -1, call_basename},
});
static_assert(kFunctions.size() == static_cast<std::size_t>(Function::kBasename) + 1);

}  // namespace

const FunctionRule* find_function(Function function) {
  const auto number = static_cast<std::size_t>(function);
  if (number == 0 || number >= kFunctions.size()) return nullptr;
  return &kFunctions[number];
}

Error wrong_argument(const Call& call, std::size_t i, const char* expected) {
  return {ErrorCode::kInvalid, "argument " + std::to_string(i + 1) + " must be " + expected +
                                   ", found " + kind_word(call.at(i))};
}

Result<const List*> Call::list(std::size_t i) const {
  if (at(i).kind() != ValueKind::kList) return wrong_argument(*this, i, "a list");
  return &at(i).as_list();
}

Result<const Map*> Call::map(std::size_t i) const {
  if (at(i).kind() != ValueKind::kMap) return wrong_argument(*this, i, "a map");
  return &at(i).as_map();
}

Result<const std::string*> Call::string(std::size_t i) const {
  if (at(i).kind() != ValueKind::kString) return wrong_argument(*this, i, "a string");
  return &at(i).as_string();
}

Result<std::int64_t> Call::integer(std::size_t i) const {
  if (at(i).kind() != ValueKind::kInt) return wrong_argument(*this, i, "an int");
  return at(i).as_int();
}

Result<Value> Call::apply(std::size_t i, const Value& item) const {
  Value storage;
  const Value* value = evaluator.apply(expression.children[i], item, storage);
  // The evaluator knows already why; what is said here is not shown.
  if (value == nullptr) return Error{ErrorCode::kInvalid, {}};
  return *value;
}

Status Call::spend(std::uint64_t units) const {
  if (evaluator.spend(expression, units)) return {};
  return Error{ErrorCode::kLimit, {}};
}

}  // namespace mlp::plan
