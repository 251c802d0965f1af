// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/print/messages.h"

#include "base/json.h"
#include "compiler/diagnostics/print.h"

namespace mlp::mlpctl {
namespace {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kDenied:
      return "denied";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kNoSpace:
      return "no_space";
    case ErrorCode::kLimit:
      return "limit";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kIo:
      return "io";
  }
  return "io";
}

}  // namespace

void print_error(Printer& printer, const Terminal& terminal, const Error& error) {
  printer.stick({});
  printer.message(paint(terminal.has_colours_err, Colour::kRed, "error") + ": " + error.message +
                  "\n");
  if (!terminal.is_json) return;
  JsonObject document;
  document["schema_version"] = 1;
  document["error"] = JsonObject{{"code", name_of(error.code)}, {"message", error.message}};
  printer.data(to_text(Json(document)) + "\n");
}

void print_note(Printer& printer, const Terminal& terminal, std::string_view text) {
  if (!terminal.is_quiet) printer.message(std::string(text) + "\n");
}

Error with_help(ErrorCode code, std::string message, std::string_view help) {
  if (!help.empty()) message += "\n  = help: " + std::string(help);
  return Error{code, std::move(message)};
}

void print_diagnostics(Printer& printer, const Terminal& terminal,
                       const diagnostics::Diagnostics& diagnostics,
                       const source::SourceMap& sources) {
  if (diagnostics.empty()) return;
  if (terminal.is_quiet && !diagnostics.has_errors()) return;
  printer.message(diagnostics::to_text(diagnostics, sources, terminal.has_colours_err));
}

}  // namespace mlp::mlpctl
