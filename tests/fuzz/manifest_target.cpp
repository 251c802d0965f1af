// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as the forms that are digested: manifests of folders and the parts of a key. Each has
// one form only, so what is read is written back byte for byte.
#include "runtime/cache/explain.h"
#include "runtime/objects/manifest.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

void take_manifest(std::string_view input) {
  const auto manifest = objects::decode_manifest(input);
  if (!manifest) return;
  MLP_CHECK(objects::encode(*manifest) == input);
  for (const objects::ManifestEntry& entry : manifest->entries) {
    MLP_CHECK(manifest->find(entry.path) != nullptr);
    if (entry.kind != objects::EntryKind::kLink) continue;
    MLP_CHECK(objects::resolve_link(entry.path, entry.target));
  }
  static_cast<void>(manifest->total_size());
}

void take_base(std::string_view input) {
  const auto base = cache::decode_base(input);
  if (!base) return;
  MLP_CHECK(cache::encode(*base) == input);
  MLP_CHECK(cache::explain({*base, {}}, {*base, {}}).empty());
  static_cast<void>(cache::explain({{}, {}}, {*base, {}}));
  for (const cache::BodyPart& part : base->body) {
    if (part.is_expression) static_cast<void>(cache::constant_text(part.text));
  }
}

void take_inputs(std::string_view input) {
  const auto inputs = cache::decode_inputs(input);
  if (!inputs) return;
  const std::string bytes = cache::encode_inputs(*inputs);
  const auto again = cache::decode_inputs(bytes);
  MLP_CHECK(again && cache::encode_inputs(*again) == bytes);
  MLP_CHECK(cache::explain({{}, *inputs}, {{}, *again}).empty());
  static_cast<void>(cache::explain({{}, {}}, {{}, *inputs}));
}

}  // namespace

void take(std::string_view input) {
  static constexpr void (*kForms[])(std::string_view) = {take_manifest, take_base, take_inputs};
  const std::size_t form = take_choice(input, std::size(kForms));
  kForms[form](input);
}

}  // namespace mlp::fuzz
