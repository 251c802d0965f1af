// SPDX-License-Identifier: Apache-2.0
//
// The wish to have a run made, and what is answered when it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// Body of POST /api/v1/runs and POST /api/v1/plans.
struct Submit {
  std::string snapshot;           // digest that POST /api/v1/snapshots answered
  std::string path;               // of the pipeline's file in the project: "iris.mlp"
  std::string pipeline;           // its name; empty: the only one, else the one named like the file
  Json arguments = JsonObject{};  // parameter to its text form (--set) or JSON
  std::string client_key;  // made by the client: the same key again gives the same run, for 7 days
  std::optional<std::uint64_t> retry_of;
};

template <typename V>
void visit(V& v, Submit& s) {
  v("snapshot", s.snapshot);
  v("path", s.path);
  v("pipeline", s.pipeline);
  v("arguments", s.arguments);
  v("client_key", s.client_key);
  v("retry_of", s.retry_of);
}

struct SubmitAnswer {
  std::uint64_t run = 0;
  bool is_new = true;              // false: this client key had made it before
  Json diagnostics = JsonArray{};  // warnings
};

template <typename V>
void visit(V& v, SubmitAnswer& s) {
  v("run", s.run);
  v("is_new", s.is_new);
  v("diagnostics", s.diagnostics);
}

}  // namespace mlp::wire
