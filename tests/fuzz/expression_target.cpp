// SPDX-License-Identifier: Apache-2.0
//
// Any expression of the language over parameters of each kind: it is evaluated to the same value
// twice, ends when its fuel does, and stands in a key in canonical bytes that are read back.
#include "compiler/compile.h"
#include "compiler/plan/arguments.h"
#include "runtime/cache/cache_key.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

constexpr std::string_view kFront = R"(record R { a: int, b: string = "x", c: [float]? }
enum E { red, green }
task t(n: int, s: string, xs: [int], m: {string: float}, r: R, e: E) -> (out: File<csv> at "o-~{n}.csv") {
  run "echo ~{)";
constexpr std::string_view kMiddle = R"(}"
}
pipeline p(n: int = 3, x: float = 0.5, s: string = "a,b", b: bool = true, e: E = red,
           d: duration = 5min, z: size = 1GiB, day: date = 2026-01-31, at: datetime = 2026-01-31T02:30:00Z,
           xs: [int] = [3, 1, 2], m: {string: float} = {"k": 1.5}, r: R = R(a: 1), q: int? = null) {
  v = )";
constexpr std::string_view kBack = R"(
  t(n, s, xs, m, r, e)
}
)";

/// Enough for any honest expression of a few kilobytes, and over in milliseconds.
constexpr std::uint64_t kFuel = 100'000;

struct Known {
  explicit Known(const plan::Plan& whole) : plan(whole) {
    bound = plan::bind_arguments(plan, {}, {});
  }
  const plan::Value* find(plan::StatementId id) const {
    for (const auto& [statement, value] : bound.values) {
      if (statement == id) return &value;
    }
    return nullptr;
  }
  plan::Evaluated evaluate(const plan::Expression& expression, std::uint64_t fuel) const {
    plan::EvaluationContext context;
    context.types = &plan.types;
    context.value_of = [this](plan::StatementId id) { return find(id); };
    context.fuel = fuel;
    return plan::evaluate(expression, context);
  }
  const plan::Plan& plan;
  plan::BoundArguments bound;
};

void check_evaluation(const Known& known, const plan::Expression& expression) {
  const plan::Evaluated first = known.evaluate(expression, kFuel);
  const plan::Evaluated again = known.evaluate(expression, kFuel);
  MLP_CHECK(first.kind == again.kind && first.error == again.error);
  if (!first.is_value()) return;
  MLP_CHECK(first.value == again.value);
  static_cast<void>(plan::to_text(first.value));
  // With less fuel there is the same value or none at all.
  const plan::Evaluated less = known.evaluate(expression, 50);
  MLP_CHECK(!less.is_value() || less.value == first.value);
}

void check_key(const plan::Plan& plan) {
  for (const plan::TaskDefinition& definition : plan.definitions) {
    const std::string bytes = cache::encode(cache::describe(plan, definition, sha256("host")));
    const auto base = cache::decode_base(bytes);
    MLP_CHECK(base && cache::encode(*base) == bytes);
    for (const cache::BodyPart& part : base->body) {
      if (part.is_expression) static_cast<void>(cache::constant_text(part.text));
    }
  }
}

void check_project(const std::string& text) {
  source::MemoryLoader loader;
  loader.add("p.mlp", text);
  const Compiled compiled = compile(loader, "p.mlp");
  if (!compiled.plan) return;
  const Known known(*compiled.plan);
  for (const plan::Statement& statement : compiled.plan->statements) {
    if (statement.expression) check_evaluation(known, *statement.expression);
  }
  check_key(*compiled.plan);
}

}  // namespace

void take(std::string_view input) {
  const std::string expression(input);
  const std::string front(kFront), middle(kMiddle), back(kBack);
  check_project(front + "n" + middle + expression + back);
  check_project(front + expression + middle + "1" + back);
}

}  // namespace mlp::fuzz
