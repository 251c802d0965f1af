// SPDX-License-Identifier: Apache-2.0
//
// What is computed of a plan before it is carried out: its layout, its bytes, and for each task the
// part of the key that all its calls share. Pure, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "runtime/model/object.h"
#include "runtime/schedule/layout.h"

namespace mlp::engine {

struct PreparedPlan {
  std::shared_ptr<const plan::Plan> plan;
  std::shared_ptr<const schedule::Layout> layout;
  model::NewObject object;              // the encoded plan
  std::vector<Digest> environments;     // as given
  std::vector<model::NewObject> bases;  // by definition: the encoded part of the key
};

/// `environments`: one fingerprint for each environment of the plan.
std::shared_ptr<const PreparedPlan> prepare(std::shared_ptr<const plan::Plan> plan,
                                            std::vector<Digest> environments);

/// The key of a call of a definition.
Digest key_of(const PreparedPlan& prepared, std::uint32_t definition,
              const std::vector<plan::Value>& inputs);

/// A small object of these bytes.
model::NewObject make_object(std::string bytes);

}  // namespace mlp::engine
