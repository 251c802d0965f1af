// SPDX-License-Identifier: Apache-2.0
//
// Kahn's algorithm over two moments of each statement, its start and its end: a start waits for the
// ends of what it depends on and for the start of the statement around it; an end waits for its own
// start and for the ends of what stands in its blocks.
#include "compiler/plan/check_order.h"

namespace mlp::plan {
namespace {

class Order {
 public:
  explicit Order(const Plan& plan)
      : plan_(plan), followers_(plan.statements.size() * 2), waits_(plan.statements.size() * 2, 0) {}

  bool exists() {
    for (const Statement& statement : plan_.statements) add(statement);
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < waits_.size(); ++i) {
      if (waits_[i] == 0) ready.push_back(i);
    }
    std::size_t passed = 0;
    while (!ready.empty()) {
      const std::size_t moment = ready.back();
      ready.pop_back();
      ++passed;
      for (const std::size_t next : followers_[moment]) {
        if (--waits_[next] == 0) ready.push_back(next);
      }
    }
    return passed == waits_.size();
  }

 private:
  static std::size_t start_of(StatementId id) { return (id.value - 1) * std::size_t{2}; }
  static std::size_t end_of(StatementId id) { return start_of(id) + 1; }

  void wait(std::size_t moment, std::size_t until) {
    followers_[until].push_back(moment);
    ++waits_[moment];
  }

  void add(const Statement& statement) {
    const std::size_t start = start_of(statement.id);
    const std::size_t end = end_of(statement.id);
    wait(end, start);
    for (const StatementId id : statement.dependencies) wait(start, end_of(id));
    for (const StatementId id : statement.after) wait(start, end_of(id));
    for (const StatementId id : statement.gates) wait(start, end_of(id));
    const StatementId parent = plan_.block(statement.block).parent;
    if (!parent) return;
    wait(start, start_of(parent));
    wait(end_of(parent), end);
  }

  const Plan& plan_;
  std::vector<std::vector<std::size_t>> followers_;
  std::vector<std::uint32_t> waits_;
};

}  // namespace

Status check_order(const Plan& plan) {
  if (Order(plan).exists()) return {};
  return Error{ErrorCode::kInvalid, "broken plan: a statement waits for itself"};
}

}  // namespace mlp::plan
