// SPDX-License-Identifier: Apache-2.0
//
// Functions on lists and maps.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/random.h"
#include "compiler/plan/functions.h"
#include "compiler/plan/operators.h"
#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

bool is_nan(const Value& value) {
  return value.kind() == ValueKind::kFloat && std::isnan(value.as_float());
}

/// The list, which must have an item.
Result<const List*> some_items(const Call& call, const char* function) {
  MLP_ASSIGN(const List* items, call.list(0));
  if (items->empty()) return invalid(std::string(function) + " of an empty list");
  MLP_TRY(call.spend(items->size()));
  return items;
}

/// What `sum([])` is.
Value zero_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kFloat: return Value::of_float(0);
    case TypeKind::kDuration: return Value::of_duration(0);
    case TypeKind::kSize: return Value::of_size(0);
    default: return Value::of_int(0);
  }
}

Result<Value> sum_of(const List& items) {
  Value sum = items.front();
  for (std::size_t i = 1; i < items.size(); ++i) {
    MLP_ASSIGN(sum, apply_binary(Operator::kAdd, sum, items[i]));
  }
  return sum;
}

/// Which of two keys is to be the first one.
enum class Wanted { kLeast, kGreatest };

/// True where `candidate` beats `best`: ties stay with the first, NaN beats nothing.
Result<bool> beats(Wanted wanted, const Value& candidate, const Value& best) {
  if (is_nan(candidate)) return false;
  if (is_nan(best)) return true;
  return wanted == Wanted::kLeast ? is_less(candidate, best) : is_less(best, candidate);
}

Result<Value> extreme(const Call& call, Wanted wanted, const char* function) {
  MLP_ASSIGN(const List* items, some_items(call, function));
  const Value* best = &items->front();
  for (const Value& item : *items) {
    MLP_ASSIGN(const bool is_better, beats(wanted, item, *best));
    if (is_better) best = &item;
  }
  return *best;
}

Result<Value> extreme_by(const Call& call, Wanted wanted, const char* function) {
  MLP_ASSIGN(const List* items, some_items(call, function));
  const Value* best = &items->front();
  MLP_ASSIGN(Value best_key, call.apply(1, *best));
  for (std::size_t i = 1; i < items->size(); ++i) {
    MLP_ASSIGN(Value key, call.apply(1, (*items)[i]));
    MLP_ASSIGN(const bool is_better, beats(wanted, key, best_key));
    if (!is_better) continue;
    best = &(*items)[i];
    best_key = std::move(key);
  }
  return *best;
}

/// A key and where its item stands.
using Keyed = std::pair<Value, std::size_t>;

/// Keys of one kind, so that the order is a total one.
Status make_comparable(std::vector<Keyed>& keys) {
  const bool has_float = std::any_of(keys.begin(), keys.end(), [](const Keyed& key) {
    return key.first.kind() == ValueKind::kFloat;
  });
  for (Keyed& key : keys) {
    const bool is_int = key.first.kind() == ValueKind::kInt;
    if (has_float && is_int) key.first = Value::of_float(as_number(key.first));
    const Result<bool> less = is_less(keys.front().first, key.first);
    if (!less) return less.error();
  }
  return {};
}

bool comes_before(const Keyed& a, const Keyed& b) {
  if (is_nan(a.first)) return false;
  if (is_nan(b.first)) return true;
  return *is_less(a.first, b.first);
}

Result<std::size_t> count_argument(const Call& call, std::size_t i) {
  MLP_ASSIGN(const std::int64_t count, call.integer(i));
  if (count < 0) return invalid("a count must not be negative, found " + std::to_string(count));
  return static_cast<std::size_t>(count);
}

Value slice(const List& items, std::size_t from, std::size_t to) {
  return Value::of_list(List(items.begin() + static_cast<std::ptrdiff_t>(from),
                             items.begin() + static_cast<std::ptrdiff_t>(to)));
}

Result<Value> counted_up(const Call& call, std::int64_t from, std::int64_t to,
                    Value (*make)(std::int64_t)) {
  List items;
  if (from >= to) return Value::of_list({});
  const std::uint64_t count = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  if (count > kMostItems) return invalid("the list has more than 10 million items");
  MLP_TRY(call.spend(count));
  items.reserve(count);
  for (std::int64_t i = from; i < to; ++i) items.push_back(make(i));
  return Value::of_list(std::move(items));
}

}  // namespace

Result<Value> call_count(const Call& call) {
  if (call.at(0).kind() == ValueKind::kMap) {
    return Value::of_int(static_cast<std::int64_t>(call.at(0).as_map().size()));
  }
  MLP_ASSIGN(const List* items, call.list(0));
  return Value::of_int(static_cast<std::int64_t>(items->size()));
}

Result<Value> call_sum(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  if (items->empty()) return zero_of(call.result_type().kind);
  MLP_TRY(call.spend(items->size()));
  return sum_of(*items);
}

Result<Value> call_mean(const Call& call) {
  MLP_ASSIGN(const List* items, some_items(call, "mean"));
  MLP_ASSIGN(const Value sum, sum_of(*items));
  const Value count = Value::of_int(static_cast<std::int64_t>(items->size()));
  return apply_binary(Operator::kDivide, sum, count);
}

Result<Value> call_min(const Call& call) { return extreme(call, Wanted::kLeast, "min"); }
Result<Value> call_max(const Call& call) { return extreme(call, Wanted::kGreatest, "max"); }
Result<Value> call_min_by(const Call& call) { return extreme_by(call, Wanted::kLeast, "min_by"); }
Result<Value> call_max_by(const Call& call) { return extreme_by(call, Wanted::kGreatest, "max_by"); }

Result<Value> call_first(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  if (items->empty()) return invalid("first of an empty list");
  return items->front();
}

Result<Value> call_last(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  if (items->empty()) return invalid("last of an empty list");
  return items->back();
}

Result<Value> call_sort_by(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  MLP_TRY(call.spend(items->size()));
  std::vector<Keyed> keys;
  for (std::size_t i = 0; i < items->size(); ++i) {
    MLP_ASSIGN(Value key, call.apply(1, (*items)[i]));
    keys.emplace_back(std::move(key), i);
  }
  MLP_TRY(make_comparable(keys));
  std::stable_sort(keys.begin(), keys.end(), comes_before);
  List sorted;
  sorted.reserve(keys.size());
  for (const Keyed& key : keys) sorted.push_back((*items)[key.second]);
  return Value::of_list(std::move(sorted));
}

Result<Value> call_filter(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  MLP_TRY(call.spend(items->size()));
  List kept;
  for (const Value& item : *items) {
    MLP_ASSIGN(const Value keep, call.apply(1, item));
    if (keep.kind() != ValueKind::kBool) return invalid("filter needs true or false");
    if (keep.as_bool()) kept.push_back(item);
  }
  return Value::of_list(std::move(kept));
}

Result<Value> call_take(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  MLP_ASSIGN(const std::size_t count, count_argument(call, 1));
  MLP_TRY(call.spend(std::min(count, items->size())));
  return slice(*items, 0, std::min(count, items->size()));
}

Result<Value> call_drop(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  MLP_ASSIGN(const std::size_t count, count_argument(call, 1));
  const std::size_t from = std::min(count, items->size());
  MLP_TRY(call.spend(items->size() - from));
  return slice(*items, from, items->size());
}

Result<Value> call_zip(const Call& call) {
  const std::vector<std::string>& parts = call.expression.names;
  if (parts.size() != call.count()) return invalid("zip needs a name for each list");
  std::vector<const List*> lists;
  for (std::size_t i = 0; i < call.count(); ++i) {
    MLP_ASSIGN(const List* items, call.list(i));
    lists.push_back(items);
    if (items->size() != lists[0]->size()) {
      return invalid("zip needs lists of one length: `" + parts[0] + "` has " +
                     std::to_string(lists[0]->size()) + " items, `" + parts[i] + "` has " +
                     std::to_string(items->size()));
    }
  }
  MLP_TRY(call.spend(lists[0]->size() * lists.size()));
  const auto names = std::make_shared<const std::vector<std::string>>(parts);
  List rows;
  rows.reserve(lists[0]->size());
  for (std::size_t row = 0; row < lists[0]->size(); ++row) {
    Record record{names, {}};
    for (const List* list : lists) record.values.push_back((*list)[row]);
    rows.push_back(Value::of_record(std::move(record)));
  }
  return Value::of_list(std::move(rows));
}

Result<Value> call_range(const Call& call) {
  const Value& to = call.at(call.count() - 1);
  if (to.kind() == ValueKind::kDate && call.count() == 2) {
    if (call.at(0).kind() != ValueKind::kDate) return wrong_argument(call, 0, "a date");
    return counted_up(call, call.at(0).as_date_days(), to.as_date_days(), Value::of_date);
  }
  MLP_ASSIGN(const std::int64_t end, call.integer(call.count() - 1));
  if (call.count() == 1) return counted_up(call, 0, end, Value::of_int);
  MLP_ASSIGN(const std::int64_t begin, call.integer(0));
  return counted_up(call, begin, end, Value::of_int);
}

Result<Value> call_sample(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  MLP_ASSIGN(const std::size_t wanted, count_argument(call, 1));
  std::int64_t seed = 0;
  if (call.count() == 3) {
    MLP_ASSIGN(seed, call.integer(2));
  }
  MLP_TRY(call.spend(items->size()));
  const std::size_t count = std::min(wanted, items->size());
  SeededRandom random(static_cast<std::uint64_t>(seed));
  std::vector<std::size_t> order(items->size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(order[i], order[i + random.below(order.size() - i)]);
  }
  order.resize(count);
  std::sort(order.begin(), order.end());
  List chosen;
  for (const std::size_t i : order) chosen.push_back((*items)[i]);
  return Value::of_list(std::move(chosen));
}

Result<Value> call_flatten(const Call& call) {
  MLP_ASSIGN(const List* lists, call.list(0));
  List flat;
  for (const Value& list : *lists) {
    if (list.kind() != ValueKind::kList) return wrong_argument(call, 0, "a list of lists");
    const List& items = list.as_list();
    MLP_TRY(call.spend(items.size() + 1));
    if (flat.size() + items.size() > kMostItems) {
      return invalid("the list has more than 10 million items");
    }
    flat.insert(flat.end(), items.begin(), items.end());
  }
  return Value::of_list(std::move(flat));
}

Result<Value> call_unique(const Call& call) {
  MLP_ASSIGN(const List* items, call.list(0));
  std::unordered_set<std::string> seen;
  List unique;
  for (const Value& item : *items) {
    ByteWriter bytes;
    encode_for_key(item, bytes);
    MLP_TRY(call.spend(1 + bytes.bytes().size() / 32));
    if (seen.insert(bytes.take()).second) unique.push_back(item);
  }
  return Value::of_list(std::move(unique));
}

Result<Value> call_keys(const Call& call) {
  MLP_ASSIGN(const Map* map, call.map(0));
  MLP_TRY(call.spend(map->size()));
  List keys;
  for (const auto& [key, value] : *map) keys.push_back(Value::of_string(key));
  return Value::of_list(std::move(keys));
}

Result<Value> call_values(const Call& call) {
  MLP_ASSIGN(const Map* map, call.map(0));
  MLP_TRY(call.spend(map->size()));
  List values;
  for (const auto& [key, value] : *map) values.push_back(value);
  return Value::of_list(std::move(values));
}

}  // namespace mlp::plan
