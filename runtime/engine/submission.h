// SPDX-License-Identifier: Apache-2.0
//
// What the outside asks of the engine, and what it answers. Data only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "compiler/plan/plan.h"
#include "runtime/execute/executor.h"
#include "runtime/model/run.h"

namespace mlp::engine {

/// A run to be made. Compiled, bound and hashed already: the engine only records and starts it.
struct Submission {
  std::string client_key;    // made by the client; repeats give the same run
  Digest request;            // of all the user asked for: the same key with another is refused
  std::string by = "local";  // principal
  std::string project = "default";
  std::shared_ptr<const plan::Plan> plan;
  Digest snapshot;
  std::vector<std::pair<model::StatementId, plan::Value>> arguments;  // sorted by statement
  std::vector<Digest> environments;  // one fingerprint for each environment of the plan
  model::RunId retry_of;
  std::string trigger = "user";
  /// Objects that the arguments name and the store may lack.
  std::vector<execute::NewObject> objects;
};

struct Submitted {
  model::RunId run;
  bool is_new = true;  // false: the client's key was known already
};

/// Called once, on the sync thread, after the sync that covers what is answered; or at once, on the
/// caller's thread, with kUnavailable when the engine's mailbox is full. Must not block.
template <typename T>
using Reply = std::function<void(Result<T>)>;

}  // namespace mlp::engine
