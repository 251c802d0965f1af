// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as text for people and as JSON for tools.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "compiler/diagnostics/diagnostic.h"

namespace mlp::diagnostics {

/// Header line, place, source lines with ranges underlined, notes and help; ends with a newline.
/// With `colours` ANSI sequences are used.
std::string to_text(const Diagnostic& diagnostic, const source::SourceMap& sources,
                    bool colours = false);

/// All of them, sorted by place, an empty line between two; says how many were dropped.
std::string to_text(const Diagnostics& diagnostics, const source::SourceMap& sources,
                    bool colours = false);

/// {"severity", "code", "message", "file", "line", "column", "end_line", "end_column", "label",
///  "labels": [...], "notes": [...], "help", "fix": {...}}; what is empty is left out.
JsonObject to_json(const Diagnostic& diagnostic, const source::SourceMap& sources);

/// The array of all, sorted by place.
JsonArray to_json(const Diagnostics& diagnostics, const source::SourceMap& sources);

}  // namespace mlp::diagnostics
