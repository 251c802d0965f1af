// SPDX-License-Identifier: Apache-2.0
//
// How statements, items and blocks ended: what the interpreter knows while it goes. Knows no plan but
// for the names in it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/check.h"
#include "compiler/plan/plan.h"
#include "runtime/model/ids.h"

namespace mlp::sim {

/// How a statement, an item or a block ended.
struct Ended {
  enum class Kind : std::uint8_t { kValue, kFailed, kSkipped };
  Kind kind = Kind::kValue;
  plan::Value value{};
  bool is_fault = false;  // kFailed: an expression cannot be computed; nothing hides that
  plan::StatementId cause{};    // kSkipped: the statement that failed
};

inline Ended failed(bool is_fault) { return {Ended::Kind::kFailed, {}, is_fault}; }
inline Ended skipped(plan::StatementId cause) { return {Ended::Kind::kSkipped, {}, false, cause}; }

/// A statement and, for a `for` that began, how its items ended.
struct Settled {
  Ended ended;
  std::vector<Ended> items{};
  bool has_begun = false;
};

struct Scope {
  const Scope* outer = nullptr;
  const plan::Block* block = nullptr;
  model::Items items{};
  std::map<plan::StatementId, Settled> settled{};

  const Settled& get(plan::StatementId id) const {
    auto found = settled.find(id);
    if (found != settled.end()) return found->second;
    MLP_CHECK(outer != nullptr);
    return outer->get(id);
  }
};

/// The items of a list that is a value.
inline std::vector<Ended> items_of(const plan::Value& list) {
  std::vector<Ended> items;
  for (const plan::Value& value : list.as_list()) items.push_back({Ended::Kind::kValue, value});
  return items;
}

/// How many items a `for` over these has.
inline std::size_t product(const std::vector<std::vector<Ended>>& lists) {
  std::size_t total = 1;
  for (const auto& list : lists) total *= list.size();
  return total;
}

}  // namespace mlp::sim
