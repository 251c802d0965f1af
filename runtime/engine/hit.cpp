// SPDX-License-Identifier: Apache-2.0
//
// A hit is a promise about bytes: one missing output makes it a miss.
#include "runtime/engine/hit.h"

#include "runtime/model/artifacts.h"

namespace mlp::engine {

std::vector<Digest> objects_of(const std::vector<model::Output>& outputs) {
  std::vector<Digest> digests;
  std::vector<plan::Artifact> artifacts;
  for (const model::Output& output : outputs) {
    if (output.digest) digests.push_back(output.digest);
    artifacts.clear();
    model::collect_artifacts(output.value, artifacts);
    for (const plan::Artifact& artifact : artifacts) {
      if (artifact.digest != output.digest) digests.push_back(artifact.digest);
    }
  }
  return digests;
}

Result<std::optional<Hit>> find_hit(const store::View& view, const Digest& key, Instant now) {
  MLP_ASSIGN(std::optional<store::KeyRecord> record, store::find_key(view, key));
  if (!record || (record->expires && record->expires <= now)) return std::optional<Hit>();
  Hit hit{std::move(*record), {}};
  std::vector<Digest> digests = objects_of(hit.key.outputs);
  if (digests.size() > kMaxHitObjects) return std::optional<Hit>();
  for (const Digest& digest : digests) {
    MLP_ASSIGN(std::optional<store::ObjectRecord> object, store::find_object(view, digest));
    if (!object || object->places == 0) return std::optional<Hit>();
    hit.objects.push_back(*object);
  }
  return std::optional<Hit>(std::move(hit));
}

}  // namespace mlp::engine
