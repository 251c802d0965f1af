// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/evaluate.h"

#include <algorithm>

#include "compiler/plan/evaluator.h"
#include "compiler/plan/functions.h"
#include "compiler/plan/operators.h"
#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

// An item costs as much fuel as an operation; text costs one unit for as much as is copied as fast.
constexpr std::size_t kTextBytesPerUnit = 32;

std::uint64_t weight_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kString: return value.as_string().size() / kTextBytesPerUnit;
    case ValueKind::kList: return value.as_list().size();
    case ValueKind::kMap: return value.as_map().size();
    default: return 0;
  }
}

void collect(const Expression& expression, std::vector<StatementId>& out) {
  if (expression.kind == ExpressionKind::kStatement) out.push_back(expression.statement);
  for (const Expression& child : expression.children) collect(child, out);
}

}  // namespace

// ---- what stops an evaluation -----------------------------------------------------------------

const Value* Evaluator::fail(const Expression& at, std::string message) {
  if (!outcome_.is_value()) return nullptr;  // the first reason is the one to tell
  outcome_.kind = Evaluated::Kind::kError;
  outcome_.place = at.place;
  outcome_.error = std::move(message);
  return nullptr;
}

bool Evaluator::spend(const Expression& at, std::uint64_t units) {
  if (context_.fuel > units) {
    context_.fuel -= units;
    return true;
  }
  context_.fuel = 0;
  fail(at, "the expression takes too many operations; let a task compute it");
  return false;
}

const Value* Evaluator::store(const Expression& at, Result<Value> result, Value& storage) {
  if (!result) return fail(at, result.error().message);
  storage = std::move(result).value();
  return &storage;
}

const TypeTable& Evaluator::types() const {
  static const TypeTable empty;
  return context_.types == nullptr ? empty : *context_.types;
}

Evaluated Evaluator::finish(const Value* value) {
  if (value != nullptr) outcome_.value = *value;
  return std::move(outcome_);
}

// ---- the walk ---------------------------------------------------------------------------------

const Value* Evaluator::value_of(const Expression& e, Value& storage) {
  if (!spend(e, 1)) return nullptr;
  if (e.children.empty()) return leaf(e, storage);
  if (nesting_ >= kMostExpressionNesting) return fail(e, "the expression nests too deep");
  ++nesting_;
  const Value* value = nullptr;
  switch (e.kind) {
    case ExpressionKind::kField: value = field(e, storage); break;
    case ExpressionKind::kIndex: value = index(e, storage); break;
    case ExpressionKind::kUnary: value = unary(e, storage); break;
    case ExpressionKind::kBinary: value = binary(e, storage); break;
    case ExpressionKind::kConditional: value = conditional(e, storage); break;
    case ExpressionKind::kRecord: value = record(e, storage); break;
    case ExpressionKind::kList: value = list(e, storage); break;
    case ExpressionKind::kMap: value = map(e, storage); break;
    case ExpressionKind::kText: value = text(e, storage); break;
    case ExpressionKind::kFunction: value = function(e, storage); break;
    case ExpressionKind::kComprehension: value = comprehension(e, storage); break;
    case ExpressionKind::kConvert: value = converted(e, storage); break;
    default: value = fail(e, "the expression is malformed");
  }
  --nesting_;
  return value;
}

const Value* Evaluator::leaf(const Expression& e, Value& storage) {
  switch (e.kind) {
    case ExpressionKind::kLiteral: return &e.literal;
    case ExpressionKind::kStatement: return statement(e);
    case ExpressionKind::kLocal:
      if (e.number >= locals_.size()) return fail(e, "the expression is malformed");
      return locals_[e.number];
    case ExpressionKind::kInput:
      if (context_.inputs != nullptr && e.number < context_.inputs->size()) {
        return &(*context_.inputs)[e.number];
      }
      break;
    case ExpressionKind::kOutputPath:
      if (context_.output_paths != nullptr && e.number < context_.output_paths->size()) {
        storage = Value::of_string((*context_.output_paths)[e.number]);
        return &storage;
      }
      break;
    case ExpressionKind::kAttempt: storage = Value::of_int(context_.attempt); return &storage;
    case ExpressionKind::kLast: return last_attempt(e, storage);
    case ExpressionKind::kRecord: return record(e, storage);
    case ExpressionKind::kList: return list(e, storage);
    case ExpressionKind::kMap: return map(e, storage);
    case ExpressionKind::kText: return text(e, storage);
    default: return fail(e, "the expression is malformed");
  }
  // Inputs and paths of a task that has not been prepared.
  outcome_.kind = Evaluated::Kind::kUnknown;
  outcome_.place = e.place;
  return nullptr;
}

const Value* Evaluator::statement(const Expression& e) {
  const Value* value = context_.value_of ? context_.value_of(e.statement) : nullptr;
  if (value != nullptr) return value;
  outcome_.kind = Evaluated::Kind::kUnknown;
  outcome_.unknown_until = e.statement;
  outcome_.place = e.place;
  return nullptr;
}

const Value* Evaluator::last_attempt(const Expression& e, Value& storage) {
  static const LastAttempt none;
  const LastAttempt& last = context_.last == nullptr ? none : *context_.last;
  if (e.name == "reason") {
    storage = Value::of_string(last.reason);
  } else if (e.name == "peak_memory") {
    storage = Value::of_size(last.peak_memory);
  } else if (e.name == "exit_code") {
    storage = Value::of_int(last.exit_code);
  } else {
    return fail(e, "`last` has no part `" + e.name + "`");
  }
  return &storage;
}

// ---- parts ------------------------------------------------------------------------------------

namespace {

const Value* find_part(const Value& value, std::string_view name) {
  if (value.kind() == ValueKind::kRecord) return value.as_record().find(name);
  if (value.kind() != ValueKind::kMap) return nullptr;
  const Map& map = value.as_map();
  const auto at = std::lower_bound(map.begin(), map.end(), name,
                                   [](const auto& a, std::string_view b) { return a.first < b; });
  return at != map.end() && at->first == name ? &at->second : nullptr;
}

}  // namespace

const Value* Evaluator::field(const Expression& e, Value& storage) {
  const Value* whole = value_of(e.children[0], storage);
  if (whole == nullptr) return nullptr;
  const Value* part = find_part(*whole, e.name);
  if (part != nullptr) return part;
  return fail(e, std::string(kind_word(*whole)) + " has no part `" + e.name + "`");
}

const Value* Evaluator::index(const Expression& e, Value& storage) {
  if (e.children.size() != 2) return fail(e, "the expression is malformed");
  const Value* whole = value_of(e.children[0], storage);
  if (whole == nullptr) return nullptr;
  Value index_storage;
  const Value* key = value_of(e.children[1], index_storage);
  if (key == nullptr) return nullptr;
  if (key->kind() == ValueKind::kString) {
    const Value* part = find_part(*whole, key->as_string());
    return part != nullptr ? part : fail(e, "there is no key \"" + key->as_string() + "\"");
  }
  if (whole->kind() != ValueKind::kList || key->kind() != ValueKind::kInt) {
    return fail(e, std::string(kind_word(*whole)) + " has no index of " + kind_word(*key));
  }
  const List& items = whole->as_list();
  const std::int64_t at = key->as_int();
  if (at >= 0 && static_cast<std::uint64_t>(at) < items.size()) {
    return &items[static_cast<std::size_t>(at)];
  }
  return fail(e, "index " + std::to_string(at) + " is outside of a list of " +
                     std::to_string(items.size()) + " items");
}

// ---- operators --------------------------------------------------------------------------------

const Value* Evaluator::unary(const Expression& e, Value& storage) {
  const Value* operand = value_of(e.children[0], storage);
  if (operand == nullptr) return nullptr;
  return store(e, apply_unary(e.op, *operand), storage);
}

const Value* Evaluator::binary(const Expression& e, Value& storage) {
  if (e.children.size() != 2) return fail(e, "the expression is malformed");
  if (e.op == Operator::kAnd || e.op == Operator::kOr) return logical(e, storage);
  if (e.op == Operator::kCoalesce) return coalesce(e, storage);
  const Value* left = value_of(e.children[0], storage);
  if (left == nullptr) return nullptr;
  Value right_storage;
  const Value* right = value_of(e.children[1], right_storage);
  if (right == nullptr || !spend(e, weight_of(*left) + weight_of(*right))) return nullptr;
  return store(e, apply_binary(e.op, *left, *right), storage);
}

const Value* Evaluator::condition(const Expression& e, const Expression& child, Value& storage) {
  const Value* value = value_of(child, storage);
  if (value == nullptr || value->kind() == ValueKind::kBool) return value;
  return fail(e, std::string("expected true or false, found ") + kind_word(*value));
}

const Value* Evaluator::logical(const Expression& e, Value& storage) {
  const Value* left = condition(e, e.children[0], storage);
  if (left == nullptr) return nullptr;
  const bool is_decided = left->as_bool() == (e.op == Operator::kOr);
  return is_decided ? left : condition(e, e.children[1], storage);
}

const Value* Evaluator::coalesce(const Expression& e, Value& storage) {
  const Value* left = value_of(e.children[0], storage);
  if (left == nullptr || !left->is_null()) return left;
  return value_of(e.children[1], storage);
}

const Value* Evaluator::conditional(const Expression& e, Value& storage) {
  if (e.children.size() != 3) return fail(e, "the expression is malformed");
  const Value* holds = condition(e, e.children[0], storage);
  if (holds == nullptr) return nullptr;
  return value_of(e.children[holds->as_bool() ? 1 : 2], storage);
}

// ---- values made of values --------------------------------------------------------------------

std::shared_ptr<const std::vector<std::string>> Evaluator::names_of(const Expression& record) {
  for (const auto& [expression, names] : names_) {
    if (expression == &record) return names;
  }
  auto names = std::make_shared<const std::vector<std::string>>(record.names);
  names_.emplace_back(&record, names);
  return names;
}

const Value* Evaluator::record(const Expression& e, Value& storage) {
  if (e.names.size() != e.children.size()) return fail(e, "the expression is malformed");
  Record record{names_of(e), List(e.children.size())};
  for (std::size_t i = 0; i < e.children.size(); ++i) {
    const Value* part = value_of(e.children[i], record.values[i]);
    if (part == nullptr) return nullptr;
    if (part != &record.values[i]) record.values[i] = Value(*part);
  }
  storage = Value::of_record(std::move(record));
  return &storage;
}

const Value* Evaluator::list(const Expression& e, Value& storage) {
  List items(e.children.size());
  for (std::size_t i = 0; i < e.children.size(); ++i) {
    const Value* item = value_of(e.children[i], items[i]);
    if (item == nullptr) return nullptr;
    if (item != &items[i]) items[i] = Value(*item);
  }
  storage = Value::of_list(std::move(items));
  return &storage;
}

const Value* Evaluator::map(const Expression& e, Value& storage) {
  if (e.children.size() % 2 != 0) return fail(e, "the expression is malformed");
  Map entries;
  for (std::size_t i = 0; i < e.children.size(); i += 2) {
    Value key_storage;
    const Value* key = value_of(e.children[i], key_storage);
    if (key == nullptr) return nullptr;
    if (key->kind() != ValueKind::kString) return fail(e, "a key must be a string");
    Value item_storage;
    const Value* item = value_of(e.children[i + 1], item_storage);
    if (item == nullptr) return nullptr;
    entries.emplace_back(key->as_string(), *item);
  }
  storage = Value::of_map(std::move(entries));
  return &storage;
}

const Value* Evaluator::text(const Expression& e, Value& storage) {
  std::string text;
  for (const Expression& child : e.children) {
    Value piece_storage;
    const Value* piece = value_of(child, piece_storage);
    if (piece == nullptr) return nullptr;
    const std::size_t before = text.size();
    text += to_text(*piece);
    if (!spend(e, weight_of(*piece) + (text.size() - before) / kTextBytesPerUnit)) return nullptr;
    if (text.size() > kMostTextBytes) return fail(e, "the text is longer than 64 MiB");
  }
  storage = Value::of_string(std::move(text));
  return &storage;
}

const Value* Evaluator::converted(const Expression& e, Value& storage) {
  const Value* value = value_of(e.children[0], storage);
  if (value == nullptr || !spend(e, weight_of(*value))) return nullptr;
  storage = convert(types(), e.type, *value);
  return &storage;
}

// ---- functions, lambdas, comprehensions -------------------------------------------------------

const Value* Evaluator::function(const Expression& e, Value& storage) {
  const FunctionRule* rule = find_function(e.function);
  const std::size_t count = e.children.size();
  if (rule == nullptr || count < rule->least || count > rule->most) {
    return fail(e, "the expression is malformed");
  }
  List storages(count);
  Call call{*this, e, std::vector<const Value*>(count)};
  for (std::size_t i = 0; i < count; ++i) {
    if (rule->lambda == static_cast<int>(i)) continue;
    call.arguments[i] = value_of(e.children[i], storages[i]);
    if (call.arguments[i] == nullptr) return nullptr;
  }
  return store(e, rule->code(call), storage);
}

const Value* Evaluator::apply(const Expression& lambda, const Value& item, Value& storage) {
  if (lambda.kind != ExpressionKind::kLambda || lambda.children.size() != 1) {
    return fail(lambda, "the expression is malformed");
  }
  locals_.push_back(&item);
  const Value* value = value_of(lambda.children[0], storage);
  locals_.pop_back();
  return value;
}

const Value* Evaluator::comprehension(const Expression& e, Value& storage) {
  List items;
  const std::size_t bottom = locals_.size();
  const bool is_done = e.children.size() >= 2 ? product(e, 0, items) : false;
  locals_.resize(bottom);
  if (e.children.size() < 2) return fail(e, "the expression is malformed");
  if (!is_done) return nullptr;
  storage = Value::of_list(std::move(items));
  return &storage;
}

/// The items of list number `at` and all after it, for the items of the lists before it that are on
/// the stack; after the last list, the body.
bool Evaluator::product(const Expression& e, std::size_t at, List& out) {
  if (at + 1 == e.children.size()) {
    if (out.size() >= kMostItems) return fail(e, "the list has more than 10 million items");
    Value body_storage;
    const Value* body = value_of(e.children.back(), body_storage);
    if (body == nullptr) return false;
    if (body == &body_storage) {
      out.push_back(std::move(body_storage));
    } else {
      out.push_back(*body);
    }
    return true;
  }
  Value storage;
  const Value* list = value_of(e.children[at], storage);
  if (list == nullptr) return false;
  if (list->kind() != ValueKind::kList) {
    return fail(e, std::string("expected a list, found ") + kind_word(*list));
  }
  const List& items = list->as_list();
  for (const Value& item : items) {
    if (!spend(e, 1)) return false;
    locals_.push_back(&item);
    const bool is_done = product(e, at + 1, out);
    locals_.pop_back();
    if (!is_done) return false;
  }
  return true;
}

// ---- the front --------------------------------------------------------------------------------

Evaluated evaluate(const Expression& expression, EvaluationContext& context) {
  Evaluator evaluator(context);
  Value storage;
  return evaluator.finish(evaluator.value_of(expression, storage));
}

std::vector<StatementId> statements_read(const Expression& expression) {
  std::vector<StatementId> found;
  collect(expression, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace mlp::plan
