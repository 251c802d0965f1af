// SPDX-License-Identifier: Apache-2.0
//
// Errors of the parser in the author's words. Inside this folder only.
#pragma once

#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/antlr.h"
#include "compiler/syntax/arrange.h"

namespace mlp::syntax {

/// One diagnostic a line at most: what follows on a line after its first error is an echo, as are
/// errors where brackets were mended.
void report_syntax_errors(source::SourceId id, const source::SourceFile& source,
                          const Arranged& arranged, const std::vector<SyntaxError>& errors,
                          diagnostics::Diagnostics& diagnostics);

/// What could have stood there, as a phrase: "a value", "`,` or `)`". Empty when nothing helps.
std::string describe_expected(const std::vector<std::string>& expected);

}  // namespace mlp::syntax
