// SPDX-License-Identifier: Apache-2.0
//
// An executor that ends every attempt at once and helpers that work at once: an engine on them costs
// what the engine itself costs.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/workers.h"
#include "runtime/execute/executor.h"
#include "tests/support/map_plan.h"

namespace mlp::test {

class InstantExecutor final : public execute::Executor {
 public:
  void adopt(std::vector<execute::AttemptStart>) override { events.adopted({}); }
  void start(execute::AttemptStart attempt) override { started.push_back(std::move(attempt)); }
  void kill(model::AttemptId) override {}
  void recorded(model::AttemptId) override {}

  /// Tells the end of what was started; false when nothing was.
  bool end_all() {
    if (started.empty()) return false;
    for (execute::AttemptStart& attempt : std::exchange(started, {})) {
      execute::AttemptEnded ended;
      ended.id = attempt.id;
      ended.outcome.reason = model::EndReason::kSucceeded;
      ended.started = ended.ended = Instant{1'700'000'000'000'000};
      std::string bytes = std::to_string(attempt.id.value);
      Digest digest = sha256(bytes);
      ended.outputs.push_back({"out", plan::Value::of_int(1), digest, bytes.size()});
      ended.objects.push_back({digest, bytes.size(), false, bytes, false});
      events.ended(std::move(ended));
    }
    return true;
  }

  execute::ExecutorEvents events;
  std::vector<execute::AttemptStart> started;
};

class NoWorkers final : public Workers {
 public:
  void post(std::function<void()> work) override { work(); }
};

}  // namespace mlp::test
