// SPDX-License-Identifier: Apache-2.0
//
// What every refused request is answered with.
#pragma once

#include <string>
#include <vector>

#include "daemon/wire/fields.h"

namespace mlp::wire {

/// One thing wrong with the arguments of a submission.
struct ArgumentMistake {
  std::string parameter;
  std::string message;
};

template <typename V>
void visit(V& v, ArgumentMistake& m) {
  v("parameter", m.parameter);
  v("message", m.message);
}

/// {"error": {"code", "message", "hint", …}}; what is empty is left out. `code` is one of
/// bad_request, unauthenticated, denied, not_found, method_not_allowed, timeout, conflict,
/// missing_objects, too_large, head_too_large, invalid_pipeline, invalid_arguments, unprocessable,
/// internal, unsupported, unavailable, no_space.
struct Error {
  std::string code;
  std::string message;
  std::string hint;                       // what to do about it
  std::vector<std::string> missing;       // missing_objects: digests
  std::vector<ArgumentMistake> mistakes;  // invalid_arguments
  Json diagnostics;                       // invalid_pipeline: an array, as `mlpctl check --json`
  std::string text;                       // invalid_pipeline: the same for people
};

/// The whole answer, with schema_version.
JsonObject to_error_document(const Error& error);
/// Reads such an answer; anything else becomes an error of code "internal".
Error parse_error_document(std::string_view body);

}  // namespace mlp::wire
