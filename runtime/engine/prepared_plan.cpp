// SPDX-License-Identifier: Apache-2.0
//
// Digests what all calls of a plan share.
#include "runtime/engine/prepared_plan.h"

#include "compiler/plan/plan_json.h"
#include "runtime/cache/cache_key.h"

namespace mlp::engine {

model::NewObject make_object(std::string bytes) {
  model::NewObject object;
  object.digest = sha256(bytes);
  object.size = bytes.size();
  object.bytes = std::move(bytes);
  return object;
}

std::shared_ptr<const PreparedPlan> prepare(std::shared_ptr<const plan::Plan> plan,
                                            std::vector<Digest> environments) {
  auto prepared = std::make_shared<PreparedPlan>();
  prepared->layout = std::make_shared<schedule::Layout>(plan);
  prepared->object = make_object(plan::encode(*plan));
  prepared->environments = std::move(environments);
  prepared->environments.resize(plan->environments.size());
  for (const plan::TaskDefinition& definition : plan->definitions) {
    Digest environment;
    if (definition.environment < prepared->environments.size()) {
      environment = prepared->environments[definition.environment];
    }
    cache::KeyBase base = cache::describe(*plan, definition, environment);
    prepared->bases.push_back(make_object(cache::encode(base)));
  }
  prepared->plan = std::move(plan);
  return prepared;
}

Digest key_of(const PreparedPlan& prepared, std::uint32_t definition,
              const std::vector<plan::Value>& inputs) {
  const plan::TaskDefinition& declared = prepared.plan->definitions[definition];
  return cache::key_of(prepared.bases[definition].digest, cache::key_inputs(declared, inputs));
}

}  // namespace mlp::engine
