// SPDX-License-Identifier: Apache-2.0
//
// Everything that reaches the engine's thread. Data only.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "runtime/engine/hit.h"
#include "runtime/engine/prepared_plan.h"
#include "runtime/engine/submission.h"
#include "runtime/schedule/event.h"

namespace mlp::engine {

struct SubmitMessage {
  Submission submission;
  std::shared_ptr<const PreparedPlan> prepared;
  Reply<Submitted> reply;
};

struct CancelMessage {
  model::RunId run;
  Reply<void> reply;
};

struct PutObjectsMessage {
  std::vector<model::NewObject> objects;
  Reply<void> reply;
};

/// The executor's answer to adopt().
struct HeldMessage {
  std::vector<model::AttemptId> held;
};

struct LostMessage {
  std::vector<model::AttemptId> lost;
};

/// The record of its start is synced: it may be started now.
struct ReleaseMessage {
  model::AttemptId attempt;
};

/// The bytes of a hit's outputs were looked at; no hit: they cannot be used.
struct LookedMessage {
  Digest key;
  std::optional<Hit> hit;
};

struct ObjectLostMessage {
  Digest digest;
};

using Message = std::variant<SubmitMessage, CancelMessage, PutObjectsMessage, execute::AttemptEnded,
                             HeldMessage, LostMessage, ReleaseMessage, LookedMessage, ObjectLostMessage,
                             schedule::EvaluationDone>;

}  // namespace mlp::engine
