// SPDX-License-Identifier: Apache-2.0
//
// What a verb is given: the user's words, where the daemon is, and where to write.
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "daemon/mlpctl/api_client.h"
#include "daemon/mlpctl/command_line.h"
#include "daemon/mlpctl/print/messages.h"
#include "daemon/mlpctl/print/terminal.h"
#include "daemon/mlpctl/settings.h"

namespace mlp::mlpctl {

struct Context {
  const CommandLine& line;
  Settings settings;
  Terminal terminal;
  Printer& printer;
  Clock& clock;

  /// Text for a reader of standard output.
  void say(std::string_view text) const { printer.data(text); }
  /// One object on one line.
  void say(const JsonObject& document) const { printer.data(to_text(Json(document)) + "\n"); }
  /// A message; nothing when quiet.
  void note(std::string_view text) const { print_note(printer, terminal, text); }
};

}  // namespace mlp::mlpctl
