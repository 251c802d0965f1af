// SPDX-License-Identifier: Apache-2.0
#include "runtime/model/artifacts.h"

namespace mlp::model {

void collect_artifacts(const plan::Value& value, std::vector<plan::Artifact>& found) {
  switch (value.kind()) {
    case plan::ValueKind::kArtifact:
      found.push_back(value.as_artifact());
      break;
    case plan::ValueKind::kList:
      for (const plan::Value& item : value.as_list()) collect_artifacts(item, found);
      break;
    case plan::ValueKind::kRecord:
      for (const plan::Value& part : value.as_record().values) collect_artifacts(part, found);
      break;
    case plan::ValueKind::kMap:
      for (const auto& entry : value.as_map()) collect_artifacts(entry.second, found);
      break;
    default:
      break;
  }
}

std::vector<Digest> objects_of(const std::vector<Output>& outputs) {
  std::vector<Digest> digests;
  std::vector<plan::Artifact> artifacts;
  for (const Output& output : outputs) {
    if (output.digest) digests.push_back(output.digest);
    artifacts.clear();
    collect_artifacts(output.value, artifacts);
    for (const plan::Artifact& artifact : artifacts) {
      if (artifact.digest != output.digest) digests.push_back(artifact.digest);
    }
  }
  return digests;
}

}  // namespace mlp::model
