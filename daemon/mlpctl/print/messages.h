// SPDX-License-Identifier: Apache-2.0
//
// How mistakes, warnings and hints are said, the same way by every verb.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "compiler/diagnostics/diagnostic.h"
#include "daemon/mlpctl/print/terminal.h"

namespace mlp::mlpctl {

/// "error: message", lines below it as they are; as JSON {"error": {"code", "message"}} on standard
/// output too, so that a reader of --json gets an object whatever happens.
void print_error(Printer& printer, const Terminal& terminal, const Error& error);

/// A message that is no error; nothing when quiet.
void print_note(Printer& printer, const Terminal& terminal, std::string_view text);

/// An error whose second line says what to do.
Error with_help(ErrorCode code, std::string message, std::string_view help);

/// What the compiler has to say, to standard error as text. Warnings are left out when quiet.
void print_diagnostics(Printer& printer, const Terminal& terminal,
                       const diagnostics::Diagnostics& diagnostics,
                       const source::SourceMap& sources);

}  // namespace mlp::mlpctl
