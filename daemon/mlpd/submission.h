// SPDX-License-Identifier: Apache-2.0
//
// From a submitted snapshot to a run: compile, bind the arguments, take fingerprints, hand over to
// the engine.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "base/file.h"
#include "compiler/plan/plan.h"
#include "daemon/http/server/message.h"
#include "daemon/wire/submit.h"
#include "runtime/engine/engine.h"
#include "runtime/objects/object_store.h"

namespace mlp::mlpd {

/// All must outlive the submitter.
struct SubmitParts {
  engine::Engine& engine;
  objects::ObjectStore& objects;
  Files& files;
};

/// A submission that nothing is wrong with.
struct PreparedRun {
  std::shared_ptr<const plan::Plan> plan;
  Digest snapshot;
  std::vector<std::pair<plan::StatementId, plan::Value>> arguments;
  std::vector<Digest> environments;       // fingerprints
  std::vector<model::NewObject> objects;  // that the arguments name
  Json warnings = JsonArray{};
};

/// The prepared run, or what the client is told. Blocks: on a worker. 404 no such snapshot, 409
/// missing objects, 422 the pipeline, its arguments or an environment is wrong.
std::variant<PreparedRun, http::Response> prepare_run(const SubmitParts& parts,
                                                      const wire::Submit& wish);

/// POST /api/v1/runs.
void submit_run(const SubmitParts& parts, const wire::Submit& wish, const http::Principal& by,
                const http::Answer& answer);

}  // namespace mlp::mlpd
