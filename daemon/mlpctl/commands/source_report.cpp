// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/commands/source_report.h"

#include "compiler/diagnostics/print.h"
#include "daemon/wire/fields.h"

namespace mlp::mlpctl {

JsonObject to_document(const Compiled& compiled) {
  JsonObject document;
  document["schema_version"] = wire::kSchemaVersion;
  document["diagnostics"] = diagnostics::to_json(compiled.diagnostics, compiled.sources);
  return document;
}

}  // namespace mlp::mlpctl
