// SPDX-License-Identifier: Apache-2.0
//
// mlpctl: words in, one verb carried out, an exit code out.
#include <csignal>
#include <string>
#include <vector>

#include "daemon/mlpctl/commands/verbs.h"
#include "daemon/mlpctl/context.h"

namespace {

using namespace mlp;
using namespace mlp::mlpctl;

Result<ExitCode> carry_out(const ParsedCommand& command, const Terminal& terminal,
                           Printer& printer) {
  MLP_ASSIGN(auto settings, make_settings(command.line));
  SystemClock clock;
  Context context{command.line, settings, terminal, printer, clock};
  return command.verb->run(context);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that has gone away is told by write(), not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  StreamPrinter printer;
  auto verbs = all_verbs();
  auto command =
      parse_command_line(std::vector<std::string>(argv + 1, argv + argc), verbs, global_options());
  if (command.verb == nullptr) {
    bool is_mistake = command.exit_code != ExitCode::kOk;
    is_mistake ? printer.message(command.text) : printer.data(command.text);
    return static_cast<int>(command.exit_code);
  }
  auto terminal = make_terminal(command.line);
  auto code = terminal ? carry_out(command, *terminal, printer) : terminal.error();
  if (code) return static_cast<int>(*code);
  print_error(printer, terminal ? *terminal : Terminal{}, code.error());
  return static_cast<int>(exit_code_of(code.error().code));
}
