// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a document of each format: an error with words, or values that are JSON.
#include "compiler/documents/documents.h"

#include "tests/fuzz/target.h"

namespace mlp::fuzz {

void take(std::string_view input) {
  constexpr const char* kNames[] = {"a.json", "a.yaml", "a.toml", "a.csv"};
  const char* name = kNames[take_choice(input, 4)];
  const auto json = documents::parse(name, input);
  MLP_CHECK(json || !json.error().message.empty());
  if (!json) return;
  const std::string text = to_text(*json);
  const auto again = parse_json(text, true);
  MLP_CHECK(again && to_text(*again) == text);
}

}  // namespace mlp::fuzz
