// SPDX-License-Identifier: Apache-2.0
//
// A hit is a promise about bytes: one missing output makes it a miss.
#include "runtime/engine/hit.h"

#include <algorithm>

#include "runtime/model/artifacts.h"

namespace mlp::engine {

bool has_files(const Hit& hit) {
  return std::any_of(hit.objects.begin(), hit.objects.end(), [](const store::ObjectRecord& object) {
    return object.is_manifest || (object.places & store::kInStore) == 0;
  });
}

Result<std::optional<Hit>> find_hit(const store::View& view, const Digest& key, Instant now) {
  MLP_ASSIGN(std::optional<store::KeyRecord> record, store::find_key(view, key));
  if (!record || (record->expires && record->expires <= now)) return std::optional<Hit>();
  Hit hit{std::move(*record), {}};
  std::vector<Digest> digests = model::objects_of(hit.key.outputs);
  if (digests.size() > kMaxHitObjects) return std::optional<Hit>();
  for (const Digest& digest : digests) {
    MLP_ASSIGN(std::optional<store::ObjectRecord> object, store::find_object(view, digest));
    if (!object || object->places == 0) return std::optional<Hit>();
    hit.objects.push_back(*object);
  }
  return std::optional<Hit>(std::move(hit));
}

}  // namespace mlp::engine
