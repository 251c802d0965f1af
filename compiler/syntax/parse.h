// SPDX-License-Identifier: Apache-2.0
//
// Text of one .mlp file to its tree. The one door to the generated parser.
#pragma once

#include <cstdint>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/source.h"
#include "compiler/syntax/ast.h"

namespace mlp::syntax {

/// Larger files are refused: a pipeline that long was generated and belongs into tasks' inputs.
inline constexpr std::size_t kMaxFileBytes = 1 << 20;

struct ParsedFile {
  File file;
  /// True when something could not be read; what could is in `file`.
  bool has_errors = false;
};

/// Always returns a tree of what could be read and reports every mistake, whatever the bytes are.
/// `id` is what spans carry. Thread-safe; takes about 2 ms for a usual file.
ParsedFile parse(source::SourceId id, const source::SourceFile& source,
                 diagnostics::Diagnostics& diagnostics);

}  // namespace mlp::syntax
