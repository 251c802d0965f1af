// SPDX-License-Identifier: Apache-2.0
//
// What the compiler has to say of a project, as one JSON object.
#pragma once

#include "base/json.h"
#include "compiler/compile.h"

namespace mlp::mlpctl {

/// {"schema_version", "diagnostics": […]}, as docs/http-api.md says.
JsonObject to_document(const Compiled& compiled);

}  // namespace mlp::mlpctl
