// SPDX-License-Identifier: Apache-2.0
//
// The one form of a file that `mlpctl fmt` writes: indentation by brackets, one blank between
// words, at most one empty line. Lines stay broken where the author broke them; comments and all
// text in strings stay as they are. Formatting twice changes nothing.
#pragma once

#include <optional>
#include <string>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/source.h"

namespace mlp::syntax {

/// Empty when the file has syntax errors, which are then reported; the tree of the result is that
/// of `source`. Thread-safe.
std::optional<std::string> format(source::SourceId id, const source::SourceFile& source,
                                  diagnostics::Diagnostics& diagnostics);

}  // namespace mlp::syntax
