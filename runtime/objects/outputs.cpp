// SPDX-License-Identifier: Apache-2.0
#include "runtime/objects/outputs.h"

#include "runtime/model/artifacts.h"

namespace mlp::objects {

bool are_whole(const ObjectStore& objects, const store::View& view,
               const std::vector<model::Output>& outputs) {
  bool is_whole = true;
  std::vector<plan::Artifact> artifacts;
  for (const model::Output& output : outputs) {
    artifacts.clear();
    model::collect_artifacts(output.value, artifacts);
    for (const plan::Artifact& artifact : artifacts) {
      is_whole &= objects.check_whole(view, artifact.digest, artifact.is_folder).has_value();
    }
    const bool is_document = output.digest && output.value.kind() != plan::ValueKind::kArtifact;
    if (is_document) is_whole &= objects.check(view, output.digest).has_value();
  }
  return is_whole;
}

}  // namespace mlp::objects
