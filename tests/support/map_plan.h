// SPDX-License-Identifier: Apache-2.0
//
// A plan of one map, as long as is wanted.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "tests/support/plan_builder.h"

namespace mlp::test {

/// Task `t` for each of `items` numbers from `from` on.
inline std::shared_ptr<const plan::Plan> map_plan(std::int64_t items, std::int64_t from = 0) {
  PlanBuilder b;
  b.define("t", {"x"});
  b.for_each(range(items), [&](StatementId x) {
    Expression number_of = binary(plan::Operator::kAdd, ref(x), number(from));
    return field(ref(b.call("t", {std::move(number_of)})), "out");
  });
  return b.build();
}

}  // namespace mlp::test
